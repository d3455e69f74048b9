"""A base whose sizes can be read, rows, and New run in front of a window."""

import json

import pytest

from engine.models import fingerprint
from engine.store import history, models


@pytest.fixture
def base(gui_project, tmp_path):
    """A base model whose sizes can be read; its weights mean nothing."""
    folder = tmp_path / "elsewhere" / "small"
    folder.mkdir(parents=True)
    sizes = {
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "vocab_size": 500,
        "intermediate_size": 160,
    }
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **sizes}))
    (folder / "model.safetensors").write_bytes(b"weights")
    store = gui_project.store
    digest, files = fingerprint.fingerprint(store, folder)
    models.add(store, name="small", source=str(folder), path=str(folder), fingerprint=digest, files=files,
               architecture="LlamaForCausalLM", parameters=130_000, template="own")  # fmt: skip
    history.set_pointer(store, "base:small", digest)
    return digest


@pytest.fixture
def rows(tmp_path):
    """A good file of forty rows."""
    path = tmp_path / "tickets.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"Order {n}?", "completion": f"It is {n}."}) + "\n" for n in range(40))
    )
    return path


@pytest.fixture
def page(qtbot, window, base):
    """New run in front, planned and idle."""
    window.show_page("new_run")
    return window.page


@pytest.fixture
def idle(qtbot, gui_project):
    """`idle()` waits until nothing is under way off the GUI thread."""
    return lambda: qtbot.waitUntil(lambda: gui_project.tasks.is_idle, timeout=20_000)
