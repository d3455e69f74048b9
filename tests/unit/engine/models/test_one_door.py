"""Lint tests: weights and tokenizers are opened in two modules only, and pickle nowhere."""

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[4] / "engine"
SOURCES = sorted(ENGINE.rglob("*.py"))
DOORS = {ENGINE / "models" / "load.py", ENGINE / "models" / "importing.py"}
PICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def mentions(tree, names):
    """Lines on which an attribute or a bare name of that kind is used."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in names) or (isinstance(node, ast.Name) and node.id in names)
    ]


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def torch_load_calls(tree):
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("load", "save", "jit", "hub")
        and isinstance(node.value, ast.Name)
        and node.value.id == "torch"
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ENGINE)))
def test_models_are_opened_behind_one_door_and_pickle_nowhere(path):
    tree = ast.parse(path.read_text("utf-8"))
    if path not in DOORS:
        assert mentions(tree, {"from_pretrained"}) == [], "load models through engine.models.load"
    banned = [(name, line) for name, line in imports(tree) if name.split(".")[0] in PICKLES | {"kernels"}]
    assert banned == [], "pickle runs code: use JSON, TOML, safetensors or SQLite; hub kernels are never loaded"
    assert torch_load_calls(tree) == [], "torch.load and torch.save are pickle: use safetensors"
    assert [(name, line) for name, line in imports(tree) if name in ("torch.load", "torch.save")] == []


def test_the_doors_open_with_the_safe_settings():
    for path in DOORS:
        tree = ast.parse(path.read_text("utf-8"))
        text = path.read_text("utf-8")
        assert mentions(tree, {"from_pretrained"}), "this list of doors is out of date"
        assert '"trust_remote_code": False' in text
        assert '"local_files_only": True' in text
        assert "trust_remote_code=True" not in text


def test_the_rule_can_fail():
    tree = ast.parse("import pickle\nfrom torch import load\nx = AutoModel.from_pretrained('y')\ntorch.load('z')\n")
    assert mentions(tree, {"from_pretrained"}) == [3]
    assert torch_load_calls(tree) == [4]
    assert {name for name, _ in imports(tree)} == {"pickle", "torch.load"}
