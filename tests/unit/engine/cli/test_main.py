from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from engine.cli import main, output
from engine.cli.main import Commands, Desk
from engine.errors import EnvironmentFailure, UserError

EVERY_COMMAND = {
    "budgets", "check", "compare", "current", "demo", "drift", "export", "follow", "gate", "history", "import", "inspect", "kill",
    "locate", "log", "make-current", "matrix", "methods", "models", "next", "pause", "pilot", "plan", "recipe", "reindex",
    "report", "resume", "rollback", "run", "runs", "score", "show", "stop", "strength", "suite", "sweep", "sweeps", "try-all",
    "undo", "verify", "window",
}  # fmt: skip


def _group(error):
    """A group as the real one is, with a command that fails."""

    def fail():
        raise error

    def start(ctx, debug):
        ctx.obj = Desk(None, debug=debug)

    option = click.Option(["--debug"], is_flag=True)
    callback = click.pass_context(start)
    return Commands(
        "palimpsest", commands={"fail": click.Command("fail", callback=fail)}, callback=callback, params=[option]
    )


def test_every_command_is_there_and_says_what_it_does():
    group = main
    context = click.Context(group)
    assert set(group.list_commands(context)) == EVERY_COMMAND
    for name in EVERY_COMMAND:
        shown = CliRunner().invoke(main, [name, "--help"])
        assert shown.exit_code == 0, name
        assert group.get_command(context, name).get_short_help_str().strip(), name


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UserError("No such thing.", remedy="Make one."), 2, "Error: No such thing. Make one."),
        (UserError("Too large.", field="training.lr"), 2, "Error: Too large. (setting training.lr)"),
        (EnvironmentFailure("The disk is full.", remedy="Free some."), 3, "Error: The disk is full. Free some."),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (ZeroDivisionError("division"), 1, "Error: this is a bug in Palimpsest: ZeroDivisionError: division."),
    ],
)
def test_each_failure_is_one_sentence_with_its_exit_code(error, code, words):
    told = CliRunner().invoke(_group(error), ["fail"])
    assert told.exit_code == code
    assert told.stderr.strip().startswith(words)
    assert "Traceback" not in told.output
    assert told.stdout == ""


def test_debug_shows_where():
    told = CliRunner().invoke(_group(ZeroDivisionError("division")), ["--debug", "fail"])
    assert told.exit_code == 1
    assert "Traceback" in told.stderr
    assert "in fail" in told.stderr


def test_an_unknown_command_is_refused_with_2():
    assert CliRunner().invoke(main, ["tran"]).exit_code == 2


def test_a_folder_without_a_project_is_not_made(palimpsest, home):
    told = palimpsest("runs")
    assert told.exit_code == 2
    assert "There is no Palimpsest project in" in told.stderr
    assert not home.exists()


def test_the_environment_names_the_data_folder(home, trained):
    told = CliRunner().invoke(main, ["models"], env={"PALIMPSEST_HOME": str(home)})
    assert "tiny (current)" in told.stdout


def test_a_database_from_the_future_is_refused(palimpsest, trained):
    with trained.store.write() as connection:
        connection.execute("PRAGMA user_version = 999")
    told = palimpsest("runs")
    assert told.exit_code == 2
    assert "newer Palimpsest (schema 999" in told.stderr
    assert "Update Palimpsest" in told.stderr


def test_a_damaged_database_is_the_machines_turn_and_reindex_mends_it(palimpsest, trained):
    trained.store.truncate_log()
    trained.store.close()
    with trained.store.path.open("r+b") as stream:
        stream.write(b"\0" * 4096)
    told = palimpsest("runs")
    assert told.exit_code == 3
    assert "`palimpsest reindex`" in told.stderr
    mended = palimpsest("reindex")
    assert mended.exit_code == 0
    assert "Rebuilt 1 runs, 1 checkpoints" in mended.stdout
    assert "lora-01" in palimpsest("runs").stdout


def test_reindex_of_a_sound_database_is_refused(palimpsest, trained):
    told = palimpsest("reindex")
    assert told.exit_code == 2
    assert "nothing to rebuild" in told.stderr


def test_no_command_module_reaches_torch():
    code = (
        "import sys; from engine.cli.main import main, _register; _register(main)\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'peft', 'bitsandbytes')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_as_a_module_it_ends_with_the_same_codes(tmp_path):
    told = subprocess.run(
        [sys.executable, "-m", "engine.cli", "--data-dir", str(tmp_path / "none"), "runs"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 2
    assert told.stderr.startswith("Error: There is no Palimpsest project")


def test_control_and_bidirectional_characters_are_made_visible():
    assert output.visible("a\x1b[31mb\u202ec\r\n\td") == "a‹U+001B›[31mb‹U+202E›c‹U+000D›\n\td"


def test_names_from_outside_cannot_steer_the_terminal(palimpsest, project):
    project.add_base("tiny")
    project.add_run(name="\x1b[2Jgone")
    told = palimpsest("runs").stdout
    assert "\x1b" not in told
    assert "‹U+001B›[2Jgone" in told


def test_a_table_is_aligned(capsys):
    output.table(("a", "long header"), [("wide cell", 1), ("x", "two\nlines")])
    assert capsys.readouterr().out == "a          long header\nwide cell  1\nx          two lines\n"
