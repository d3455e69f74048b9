"""The Models page against a real store: lineage, what can be done, the Trash and its one confirmation."""

import json
import shutil

import pytest

from engine import client, durable
from engine.models import fingerprint
from engine.records import Recipe
from engine.states import State
from engine.store import checkpoints, history, jobs, models, runs, trash
from gui.dialogs import Reply
from gui.models.model import LineageModel
from gui.models.presenter import tree, used_bytes
from gui.page import PageState


def add_base(store, folder, name="tiny"):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "model.safetensors").write_bytes(b"weights of " + name.encode())
    digest, files = fingerprint.fingerprint(store, folder)
    models.add(store, name=name, source=str(folder), path=str(folder), fingerprint=digest, files=files,
               architecture="LlamaForCausalLM", parameters=7_000_000, template="own")  # fmt: skip
    if history.pointer(store) is None:
        history.set_pointer(store, f"base:{name}", digest)
    return digest


def add_run(store, base, digest, step=40):
    run_id = runs.create(store, Recipe(base=base, base_fingerprint=digest))
    with store.write() as connection:
        connection.execute("UPDATE runs SET state = ? WHERE id = ?", (State.FINISHED, run_id))
    folder = runs.folder(store, run_id) / "checkpoints" / f"step-{step}"
    with durable.new_folder(folder, {}) as temporary:
        (temporary / "adapter.safetensors").write_bytes(b"x" * 1000)
    checkpoints.add(store, run_id=run_id, step=step, folder=folder.name,
                    manifest_sha256=durable.manifest_sha256(folder), size_bytes=1000)  # fmt: skip
    return run_id


@pytest.fixture
def lineage(gui_project, tmp_path):
    """Two bases, the first with a run and its checkpoint."""
    store = gui_project.store
    digest = add_base(store, tmp_path / "elsewhere" / "tiny")
    add_base(store, tmp_path / "elsewhere" / "other", "other")
    return add_run(store, "tiny", digest)


@pytest.fixture
def page(window, lineage):
    window.show_page("models")
    return window.page


def test_with_nothing_it_offers_the_starter(window):
    window.show_page("models")
    assert window.page.state is PageState.EMPTY


def test_the_tree_is_base_run_checkpoint(gui_project, lineage):
    nodes = tree(gui_project.store)
    assert [node.name for node in nodes] == ["tiny", "other"]
    (run,) = nodes[0].children
    assert (run.name, run.size_bytes) == ("lora-01", 1000)
    assert [child.key for child in run.children] == [f"{lineage}@40"]
    assert nodes[0].is_current
    assert "make_current" in run.children[0].asks
    assert used_bytes(nodes) == nodes[0].size_bytes + nodes[1].size_bytes + 1000


def test_the_model_is_a_proper_tree(qtmodeltester, gui_project, lineage):
    model = LineageModel()
    model.show_nodes(tree(gui_project.store))
    qtmodeltester.check(model)
    assert not model.show_nodes(tree(gui_project.store))


@pytest.mark.parametrize("node", ["", "base:gone"])
def test_restored_without_a_choice_that_is_there_it_shows_the_current_model(window, gui_project, lineage, node):
    gui_project.preferences.keep_state("page/models", {"node": node})
    window.show_page("models")
    assert window.page._node is not None
    assert window.page.buttons()


def test_choosing_shows_facts_and_the_right_buttons(page, lineage):
    page._choose(f"{lineage}@40")
    assert [button.property("ask") for button in page.buttons()] == ["make_current", "on_top", "show_run"]
    page._choose("base:tiny")
    assert [button.property("ask") for button in page.buttons()] == ["verify", "use", "trash"]


def test_make_current_moves_the_pointer_through_a_job_and_offers_the_way_back(qtbot, page, gui_project, lineage):
    page._choose(f"{lineage}@40")
    page.buttons()[0].click()
    (job,) = jobs.unfinished(gui_project.store)
    assert client.run_in_process(gui_project.store, job.id).state is State.FINISHED
    page.refresh(page.ALL)
    assert page._node.is_current
    page._choose("base:tiny")
    assert page.buttons()[0].property("ask") == "roll_back"


def test_a_moved_base_is_located_only_if_it_is_the_same(page, gui_project, tmp_path):
    home = tmp_path / "elsewhere"
    shutil.move(home / "other", home / "moved")
    page.refresh(page.ALL)
    page._choose("base:other")
    assert page.buttons()[0].property("ask") == "locate"
    gui_project.dialogs.paths = [home / "tiny"]
    page.buttons()[0].click()
    job = client.run_in_process(gui_project.store, jobs.unfinished(gui_project.store)[-1].id)
    assert job.error_kind == "user"
    assert "is not other" in job.reason
    gui_project.dialogs.paths = [home / "moved"]
    page.do("locate")
    job = client.run_in_process(gui_project.store, jobs.unfinished(gui_project.store)[-1].id)
    assert job.state is State.FINISHED
    assert models.get(gui_project.store, "other").path == str(home / "moved")


def test_a_base_in_use_is_not_deleted_and_says_by_what(page, gui_project):
    told = []
    gui_project.toast_requested.connect(told.append)
    page._choose("base:tiny")
    page.do("trash")
    assert "lora-01" in told[0].text
    assert [row.name for row in models.everything(gui_project.store)] == ["tiny", "other"]


def test_trash_and_put_back_and_undo(page, gui_project):
    page._choose("base:other")
    page.do("trash")
    page.refresh(page.ALL)
    assert [row.name for row in trash.models_in_it(gui_project.store)] == ["other"]
    assert page.trash.button.text().startswith("Trash: 1")
    gui_project.undo_stack.undo()
    assert trash.models_in_it(gui_project.store) == []
    page.do("trash")
    page.put_back("model", "other")
    assert [row.name for row in models.everything(gui_project.store)] == ["tiny", "other"]


def test_emptying_asks_once_names_what_and_deletes_only_ours(qtbot, page, gui_project, lineage, tmp_path):
    store = gui_project.store
    trash.put(store, [lineage])
    trash.put_model(store, "other")
    page.refresh(page.ALL)
    page.empty_button.click()
    question = gui_project.dialogs.asked[0]
    assert "lora-01" in question.details
    assert "other" in question.details
    assert question.default == "cancel"
    assert runs.folder(store, lineage).exists()
    gui_project.dialogs.replies = [Reply(choice="yes")]
    page.empty_button.click()
    qtbot.waitUntil(lambda: not trash.contents(store), timeout=10_000)
    qtbot.waitUntil(lambda: gui_project.tasks.is_idle, timeout=10_000)
    assert not runs.folder(store, lineage).exists()
    assert (tmp_path / "elsewhere" / "other").is_dir()
    assert history.entries(store)[0].action == "empty_trash"


def test_a_run_that_another_went_on_from_stays_in_the_trash(gui_project, lineage):
    from engine.trash import empty

    store = gui_project.store
    later = runs.create(store, Recipe(base="tiny", start_from=f"{lineage}@40", name="later"))
    trash.put(store, [lineage])
    done = empty(store)
    assert done.left == (("lora-01", "later"),)
    assert runs.folder(store, lineage).exists()
    assert later
