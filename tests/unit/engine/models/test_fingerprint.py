"""A base's fingerprint: cached while nothing changed, exact when asked, every difference named."""

import os
import shutil

import pytest

from engine.errors import UserError
from engine.models import fingerprint
from engine.models.importing import import_model
from engine.store import models


def flip(path):
    """Change one bit; size and modification time stay."""
    stat = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.fixture
def imported(store, model_folder):
    """The tiny model, imported."""
    return import_model(store, str(model_folder), name="tiny")


@pytest.fixture
def read(monkeypatch):
    """The names of the files that are really read."""
    names = []
    whole = fingerprint.durable.hash_file

    def watch(path, on_bytes=lambda count: None):
        names.append(path.name)
        return whole(path, on_bytes)

    monkeypatch.setattr(fingerprint.durable, "hash_file", watch)
    return names


def test_unchanged_files_are_read_once(store, model_folder, read):
    first, files = fingerprint.fingerprint(store, model_folder)
    assert sorted(read) == [file.name for file in files]
    read.clear()
    assert fingerprint.fingerprint(store, model_folder) == (first, files)
    assert read == []
    assert fingerprint.fingerprint(store, model_folder, fresh=True) == (first, files)
    assert sorted(read) == [file.name for file in files]


def test_only_the_changed_file_is_read_again(store, model_folder, read):
    first, _ = fingerprint.fingerprint(store, model_folder)
    read.clear()
    (model_folder / "config.json").write_text("{}", "utf-8")
    assert fingerprint.fingerprint(store, model_folder)[0] != first
    assert read == ["config.json"]


def test_progress_ends_at_the_total(store, model_folder):
    for _ in range(2):
        told = []
        fingerprint.fingerprint(store, model_folder, on_bytes=lambda done, total, told=told: told.append((done, total)))
        done, total = told[-1]
        assert done == total == sum(path.stat().st_size for path in fingerprint.deciding_files(model_folder))
        assert [n for n, _ in told] == sorted(n for n, _ in told)


def test_the_same_files_elsewhere_have_the_same_fingerprint(store, model_folder, tmp_path):
    copy = shutil.copytree(model_folder, tmp_path / "copy")
    assert fingerprint.fingerprint(store, copy)[0] == fingerprint.fingerprint(store, model_folder)[0]


def test_a_readme_or_a_picture_decides_nothing(store, model_folder):
    first, _ = fingerprint.fingerprint(store, model_folder)
    (model_folder / "README.md").write_text("# words", "utf-8")
    (model_folder / "picture.png").write_bytes(b"x")
    (model_folder / "deeper").mkdir()
    (model_folder / "deeper" / "config.json").write_text("{}", "utf-8")
    assert fingerprint.fingerprint(store, model_folder)[0] == first


def test_links_are_followed_to_what_they_name(store, model_folder):
    """The hub's cache holds links to blobs."""
    first, _ = fingerprint.fingerprint(store, model_folder)
    blob = model_folder.parent / "blob"
    (model_folder / "model.safetensors").rename(blob)
    (model_folder / "model.safetensors").symlink_to(blob)
    assert fingerprint.fingerprint(store, model_folder)[0] == first
    flip(blob)
    assert fingerprint.fingerprint(store, model_folder)[0] != first


def test_one_bit_with_size_and_time_as_before_is_caught_by_verify(store, imported, model_folder):
    fingerprint.verify(store, imported, model_folder)
    flip(model_folder / "model.safetensors")
    with pytest.raises(UserError, match="The base model tiny was changed") as caught:
        fingerprint.verify(store, imported, model_folder)
    recorded = next(file.sha256 for file in imported.files if file.name == "model.safetensors")
    found = fingerprint.durable.hash_file(model_folder / "model.safetensors")
    assert f"model.safetensors has SHA-256 {found[:16]}" in caught.value.message
    assert f"recorded was {recorded[:16]}" in caught.value.message


def test_even_a_cache_that_lies_does_not_deceive_verify(store, imported, model_folder):
    flip(model_folder / "model.safetensors")
    recorded = next(file.sha256 for file in imported.files if file.name == "model.safetensors")
    models.remember_hash(store, (model_folder / "model.safetensors").stat(), recorded)
    fingerprint.require_unchanged(store, imported, model_folder)
    with pytest.raises(UserError, match=r"model\.safetensors has SHA-256"):
        fingerprint.verify(store, imported, model_folder)


def test_a_change_is_seen_before_each_load(store, imported, model_folder):
    fingerprint.require_unchanged(store, imported, model_folder)
    (model_folder / "config.json").write_text("{}", "utf-8")
    with pytest.raises(UserError, match=r"config\.json has SHA-256") as caught:
        fingerprint.require_unchanged(store, imported, model_folder)
    assert caught.value.field == "base"


def test_all_differences_are_named(store, imported, model_folder):
    (model_folder / "generation_config.json").unlink()
    (model_folder / "added.json").write_text("{}", "utf-8")
    flip(model_folder / "tokenizer.json")
    _, files = fingerprint.fingerprint(store, model_folder)
    said = fingerprint.differences(imported.files, files)
    assert [line.split(" has ")[0] for line in said] == [
        "added.json was added", "generation_config.json is missing", "tokenizer.json",
    ]  # fmt: skip
    assert fingerprint.differences(files, files) == []


def test_a_file_that_grows_while_it_is_read_is_refused(store, model_folder):
    path, grown = fingerprint.deciding_files(model_folder)[0], []

    def grow(done, total):
        if not grown:
            with path.open("a") as stream:
                grown.append(stream.write(" "))

    with pytest.raises(UserError, match="changed while it was read"):
        fingerprint.fingerprint(store, model_folder, on_bytes=grow)


def test_a_verified_base_says_when(store, imported, model_folder):
    with store.write() as connection:
        connection.execute("UPDATE models SET verified_at = NULL")
    fingerprint.verify(store, models.get(store, "tiny"), model_folder)
    assert models.get(store, "tiny").verified_at is not None
