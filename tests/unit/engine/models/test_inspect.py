"""Looking at files before any library does: hostile headers, configs that would run code, names that lead away."""

import json
import random
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.models import inspect

ROOT = Path(__file__).parents[4]


def change(path, **values):
    config = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**config, **values}), "utf-8")


def write_header(path, header, data=b"\0" * 16):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def test_a_sound_folder_is_read_as_it_is(model_folder):
    config, tensors = inspect.check_folder(model_folder)
    assert config["model_type"] == "llama"
    shapes = {tensor.name: tensor.shape for tensor in tensors}
    assert shapes["model.embed_tokens.weight"] == (config["vocab_size"], 64)
    assert sum(tensor.count for tensor in tensors) == 26880 + 64 + 2 * (64 * 64 * 2 + 32 * 64 * 2 + 3 * 160 * 64 + 128)


# ---- safetensors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        b"", b"{", b"[]", b"null", b"{}x", b"\xff\xfe{}", b'{"a":1}', b'{"a":{}}', b'{"a":null}',
        {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 17]}},
        {"a": {"dtype": "F32", "shape": [5], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [4], "data_offsets": [16, 0]}},
        {"a": {"dtype": "F32", "shape": [-4], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [4.0], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": "four", "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0]}},
        {"a": {"dtype": ["F32"], "shape": [[4]], "data_offsets": [0, 16]}},
        {"a": {"dtype": "F32", "shape": [2**63] * 9, "data_offsets": [0, 16]}},
        {"a": {"dtype": "Q9", "shape": [1] * 100_000, "data_offsets": [0, 16]}},
        {str(n): {} for n in range(3)},
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
    ids=lambda header: str(header)[:50],
)  # fmt: skip
def test_bad_headers_are_refused_with_the_files_name(tmp_path, header):
    path = write_header(tmp_path / "bad.safetensors", header)
    with pytest.raises(UserError, match=r"bad\.safetensors cannot be used") as caught:
        inspect.safetensors_header(path)
    assert caught.value.remedy
    assert len(caught.value.message) < 400


@pytest.mark.parametrize("length", [0, 1, 2**20, 2**40, 2**63, 2**64 - 1])
def test_a_header_longer_than_the_file_is_never_read(tmp_path, length):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(struct.pack("<Q", length) + b"{}" * 20)
    with pytest.raises(UserError, match="truncated or damaged"):
        inspect.safetensors_header(path)


@pytest.mark.parametrize("length", [0, 5, 8, 9, 100, -1])
def test_a_truncated_shard_is_seen_by_arithmetic_alone(model_folder, length):
    path = model_folder / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:length])
    with pytest.raises(UserError, match=r"model\.safetensors cannot be used"):
        inspect.check_folder(model_folder)


MUTATE = """
    import random, resource, sys
    from pathlib import Path
    from engine.errors import UserError
    from engine.models import inspect

    kind, source, folder, count = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    check = inspect.safetensors_header if kind == "safetensors" else inspect.check_gguf_header
    whole = source.read_bytes()
    head_bytes = 8 + int.from_bytes(whole[:8], "little") if kind == "safetensors" else 24_000
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))
    refused = 0
    for seed in range(count):
        draw = random.Random(seed)
        content = bytearray(whole)
        for _ in range(draw.choice([1, 1, 2, 8])):
            place = draw.randrange(min(len(content), draw.choice([32, 200, head_bytes])))
            action = draw.randrange(5)
            if action == 0:
                content[place] ^= 1 << draw.randrange(8)
            elif action == 1:
                content[place] = draw.choice(b'0123456789-{}[],:"\\xff\\x00')
            elif action == 2:
                content[place:place + 8] = draw.choice([b"\\xff" * 8, b"\\xff" * 7 + b"\\x7f", b"\\0" * 7 + b"\\x10"])
            elif action == 3:
                del content[place:place + draw.randrange(1, 40)]
            else:
                content = content[:draw.randrange(1, len(content) + 1)]
        path = folder / "mutated"
        path.write_bytes(content)
        try:
            check(path)
        except UserError as error:
            assert "mutated" in error.message, error.message
            refused += 1
    sys.stdout.write(f"{refused} {count}")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS and /proc")
@pytest.mark.parametrize("kind", ["safetensors", "gguf"])
def test_a_thousand_mutated_headers(tiny_base, tiny_gguf, tmp_path, kind):
    """S7: nothing but our own error, and never a gigabyte: the process may not have one."""
    source = tiny_base / "model.safetensors" if kind == "safetensors" else tiny_gguf
    command = [sys.executable, "-c", textwrap.dedent(MUTATE), kind, str(source), str(tmp_path), "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    refused, count = map(int, done.stdout.split())
    assert count == 1000
    assert refused > 500, "the mutations must hit something"


@pytest.mark.skipif(sys.platform != "linux", reason="needs RLIMIT_AS and /proc")
@pytest.mark.parametrize("filler", [b"{},", b"[],", b"[[[]]],", b'"",', b"1e9,"])
def test_a_header_full_of_small_things_stays_under_a_gigabyte(tmp_path, filler):
    """JSON as Python objects takes many times its length: the cap on the header is set by that."""
    count = (inspect.MAX_HEADER_BYTES - 64) // len(filler)
    path = write_header(tmp_path / "big", b'{"a":{"dtype":"F32","shape":[' + filler * count + b"0]}}")
    command = f"""
        import resource
        from pathlib import Path
        from engine.errors import UserError
        from engine.models import inspect
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, used + 2**30))
        try:
            inspect.safetensors_header(Path({str(path)!r}))
        except UserError:
            pass
        else:
            raise SystemExit(4)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(command)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


# ---- GGUF --------------------------------------------------------------------------------------------------------------


def test_a_sound_gguf_passes(tiny_gguf):
    inspect.check_gguf_header(tiny_gguf)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GGUF", b"GGML" + b"\0" * 40, b"GGUF" + struct.pack("<IQQ", 1, 0, 0), b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**62) + b"x" * 20,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, 4, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, 8, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<IIQ", 9, 9, 1),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k" + struct.pack("<I", 77),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"t" + struct.pack("<IQQIQ", 2, 2**40, 2**40, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"t" + struct.pack("<I", 2**31),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + struct.pack("<Q", 1) + b"t" + struct.pack("<IQIQ", 1, 4, 0, 2**50),
    ],
    ids=range(15),
)  # fmt: skip
def test_bad_gguf_headers_are_refused(tmp_path, content):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"bad\.gguf cannot be used"):
        inspect.check_gguf_header(path)


# ---- config ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"auto_map": {"AutoModel": "evil--x.Model"}}, "auto_map"),
        ({"_attn_implementation": "somebody/kernels"}, "_attn_implementation"),
        ({"attn_implementation": "somebody/kernels"}, "attn_implementation"),
        ({"quantization_config": {"quant_method": "gptq"}}, "already quantised"),
        ({"hidden_size": 10**9}, "hidden_size"),
        ({"num_hidden_layers": -1}, "num_hidden_layers"),
        ({"vocab_size": "many"}, "vocab_size"),
        ({"vocab_size": 2.5}, "vocab_size"),
        ({"model_type": None}, "model_type"),
        ({"model_type": ["llama"]}, "model_type"),
    ],
)
def test_configs_that_could_do_harm_are_refused(model_folder, values, said):
    change(model_folder / "config.json", **values)
    with pytest.raises(UserError, match=said):
        inspect.check_folder(model_folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 100_000, '{"a":' * 100_000, "\0"])
def test_configs_that_are_none_are_refused(model_folder, text):
    (model_folder / "config.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"config\.json"):
        inspect.check_folder(model_folder)


def test_a_config_in_another_encoding_is_refused(model_folder):
    (model_folder / "config.json").write_bytes('{"model_type": "llämä"}'.encode("latin-1"))
    with pytest.raises(UserError, match="cannot be read"):
        inspect.check_folder(model_folder)


def test_a_config_of_endless_length_is_not_read(model_folder):
    with (model_folder / "config.json").open("ab") as stream:
        stream.truncate(2**33)  # sparse: it takes no room
    with pytest.raises(UserError, match="more than"):
        inspect.check_folder(model_folder)


def test_random_configs_never_crash_the_check(model_folder):
    path = model_folder / "config.json"
    whole = path.read_text("utf-8")
    said = []
    for seed in range(300):
        draw = random.Random(seed)
        place = draw.randrange(len(whole))
        path.write_text(whole[:place] + draw.choice('{}[]",:0-e9xn') + whole[place + draw.randrange(3) :], "utf-8")
        try:
            inspect.check_folder(model_folder)
        except UserError as error:
            said.append(error.message)
    assert len(said) > 100
    assert [message for message in said if "config.json" not in message] == []


# ---- names and files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/etc/passwd", "a/b.safetensors", "C:x", "..", "", "a\\b", 7]
)
def test_an_index_cannot_lead_out_of_its_folder(model_folder, name):
    index = {"weight_map": {"w": name}}
    (model_folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    with pytest.raises(UserError, match=r"outside its folder|lacks"):
        inspect.check_folder(model_folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"weight_map": 1}', '{"weight_map": ["a"]}', "[" * 100_000])
def test_an_index_that_is_none_is_refused(model_folder, text):
    (model_folder / "model.safetensors.index.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"index\.json cannot be read"):
        inspect.check_folder(model_folder)


def test_a_listed_shard_that_is_missing_is_named(model_folder):
    index = {"weight_map": {"w": "model-00002-of-00002.safetensors"}}
    (model_folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    with pytest.raises(UserError, match=r"lacks model-00002-of-00002\.safetensors"):
        inspect.check_folder(model_folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pth", "x.ckpt", "x.pkl"])
def test_pickles_are_refused_with_the_way_out(model_folder, name):
    (model_folder / "model.safetensors").rename(model_folder / name)
    with pytest.raises(UserError, match="pickled weights") as caught:
        inspect.check_folder(model_folder)
    assert name in caught.value.message
    assert "safetensors" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("config.json", "config.json"),
        ("tokenizer.json", "tokenizer.json"),
        ("model.safetensors", "no .safetensors file"),
    ],
)
def test_what_is_missing_is_named(model_folder, name, said):
    (model_folder / name).unlink()
    with pytest.raises(UserError, match=said) as caught:
        inspect.check_folder(model_folder)
    assert caught.value.remedy


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        inspect.check_folder(tmp_path / "nowhere")
