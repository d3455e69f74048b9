#!/usr/bin/env python3
"""Writes `docs/methods.md` from the docstrings of the formulas: scores, statistics, the guard, protections, sequences.

Run it as `python packaging/build_methods.py [--check]`. It reads the source, imports nothing, and a test runs it with
--check: the page is up to date or the test says so.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "methods.md"
#: Heading → the modules whose public formulas stand under it, in the order of reading.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "Scores": ("engine/canaries/likelihoods.py", "engine/canaries/sentinels.py"),
    "Statistics": ("engine/verdict/statistics.py", "engine/verdict/binary.py"),
    "The verdict": ("engine/verdict/decide.py",),
    "Power": ("engine/verdict/power.py",),
    "The guard": ("engine/verdict/guard.py",),
    "Protections": (
        "engine/presets.py", "engine/training/protections/__init__.py", "engine/training/protections/*.py",
    ),
    "Strength": ("engine/verdict/strength.py",),
    "Comparing runs": ("engine/verdict/tradeoff.py",),
    "Sequences": ("engine/verdict/sequence.py",),
    "Pilot": ("engine/training/pilot.py",),
}  # fmt: skip
OPENING = """# Methods

How every number is worked out: each entry is the docstring of the function that does it, with its source. This page is
generated from the code by `packaging/build_methods.py`; change the docstrings, not the page.
"""


def page(root: Path = ROOT) -> str:
    """Return the whole page."""
    parts = [OPENING]
    for title, patterns in CHAPTERS.items():
        found = modules(root, patterns)
        if found:
            parts.append(f"## {title}\n")
            parts += [_module(path, root) for path in found]
    return "\n".join(parts).rstrip() + "\n"


def modules(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    """The files that the patterns name, each once, in order; those that are not there are left out."""
    found: list[Path] = []
    for pattern in patterns:
        found += [path for path in sorted(root.glob(pattern)) if path not in found]
    return found


def _module(path: Path, root: Path) -> str:
    tree = ast.parse(path.read_text("utf-8"))
    lines = [f"### {path.relative_to(root).as_posix()}\n", f"{_doc(tree)}\n"]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node):
            lines += [f"**`{node.name}({', '.join(_arguments(node))})`**\n", f"{_doc(node)}\n"]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            lines += _class(node)
    return "\n".join(lines)


def _class(node: ast.ClassDef) -> list[str]:
    """A class whose documented methods or properties compute something; plain records of values are left out."""
    methods = [
        one for one in node.body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_") and ast.get_docstring(one)
    ]  # fmt: skip
    if not methods:
        return []
    lines = [f"**`{node.name}`**\n", f"{_doc(node)}\n"]
    return [*lines, *(f"- `{one.name}`: {' '.join(_doc(one).split())}" for one in methods), ""]


def _doc(node: ast.Module | ast.FunctionDef | ast.ClassDef) -> str:
    return inspect.cleandoc(ast.get_docstring(node) or "")


def _arguments(node: ast.FunctionDef) -> list[str]:
    given = node.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg not in ("self", "cls")]


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is up to date; return the exit code."""
    wanted = page()
    if "--check" in arguments:
        if PAGE.is_file() and PAGE.read_text("utf-8") == wanted:
            return 0
        print("docs/methods.md is not up to date: run python packaging/build_methods.py", file=sys.stderr)
        return 1
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
