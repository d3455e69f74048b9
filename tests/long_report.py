"""A pytest plugin for `make test-long`: writes tests/long-report.md as it goes, and skips what has passed already.

What passed counts while nothing that a test could see has changed: the sources' own hash and the seed are in the report. A
run that was broken off goes on where it stopped; `--again` begins anew. Random tests take their seed from `--long-seed`.
Beside pytest-xdist every process leaves out the same tests, and the one that gathers the outcomes writes them.
"""

import hashlib
import os
import platform
import subprocess
import time
from pathlib import Path

import pytest

#: Where a test's outcome may come from; the whole root where none of them is there.
SOURCES = ("engine", "gui", "packaging", "resources", "tests", "pyproject.toml", "constraints.txt")
SEED_VARIABLE = "PALIMPSEST_TEST_SEED"


def pytest_addoption(parser):
    group = parser.getgroup("long report")
    group.addoption("--long-report", type=Path, help="report to write, and to go on from")
    group.addoption("--long-seed", type=int, default=0, help="seed of the random tests")
    group.addoption("--again", action="store_true", help="run what has passed already, too")


def pytest_configure(config):
    os.environ[SEED_VARIABLE] = str(config.getoption("long_seed"))
    if (path := config.getoption("long_report")) is not None:
        config.pluginmanager.register(Report(config, path), "long-report-writer")


class Report:
    """The outcomes so far, on disk after every test."""

    def __init__(self, config, path):
        self.root, self.path = config.rootpath, path
        self.is_writer = not hasattr(config, "workerinput")
        self.seed, self.again = config.getoption("long_seed"), config.getoption("again")
        self.sources = sources_hash(self.root, path)
        self.outcomes = read_outcomes(path, self.sources, self.seed)
        self.parts = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        done = [item for item in items if self.outcomes.get(item.nodeid, ("",))[0] == "passed"]
        if done and not self.again:
            config.hook.pytest_deselected(items=done)
            items[:] = [item for item in items if item not in done]

    def pytest_runtest_logreport(self, report):
        self.parts.setdefault(report.nodeid, []).append(report)
        if report.when != "teardown" or not self.is_writer:
            return
        parts = self.parts.pop(report.nodeid)
        outcome = next((part.outcome for part in parts if part.outcome != "passed"), "passed")
        self.outcomes[report.nodeid] = (outcome, sum(part.duration for part in parts))
        self.write()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session, exitstatus):
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.outcomes:
            session.exitstatus = pytest.ExitCode.OK  # all have passed already

    def write(self):
        """Write the report whole, beside its place and then into it."""
        counts = {
            word: sum(one == word for one, _ in self.outcomes.values()) for word in ("passed", "failed", "skipped")
        }
        said = ", ".join(f"{count} {word}" for word, count in counts.items())
        total = sum(seconds for _, seconds in self.outcomes.values())
        lines = [
            "# The last run of `make test-long`", "",
            f"- when: {time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, after commit {_commit(self.root)}",
            f"- sources: {self.sources}", f"- seed: {self.seed}",
            f"- Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors",
            f"- {said}; {total:.0f} s", "", "| outcome | seconds | test |", "|---|---|---|",
            *(f"| {outcome} | {seconds:.1f} | {name} |" for name, (outcome, seconds) in sorted(self.outcomes.items())),
        ]  # fmt: skip
        partial = self.path.with_name(f".{self.path.name}.partial")
        partial.write_text("\n".join(lines) + "\n", "utf-8")
        partial.replace(self.path)


def read_outcomes(path, sources, seed):
    """Outcomes of an earlier report, if it speaks of the same sources and seed."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    if f"- sources: {sources}" not in lines or f"- seed: {seed}" not in lines:
        return {}
    rows = [line[2:-2].split(" | ", 2) for line in lines[lines.index("|---|---|---|") + 1 :]]
    return {name: (outcome, float(seconds)) for outcome, seconds, name in rows}


def sources_hash(root, report):
    """Return a short hash of every file a test could see, its path included; the report itself left out."""
    places = [root / name for name in SOURCES if (root / name).exists()] or [root]
    digest = hashlib.sha256()
    for path in sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*"))):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(root).parts)
        if path.is_file() and not hidden and path.resolve() != report.resolve():
            digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _commit(root):
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
