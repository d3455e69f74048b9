"""Looking at a model's files before any library sees them: headers, sizes, and a config that runs nothing. No torch.

Limits: a well-formed header can still describe a useless model; this keeps out code, absurd sizes and broken files.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import msgspec

from engine import durable
from engine.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

MAX_HEADER_BYTES = 24 * 2**20  # as Python objects, hostile JSON takes up to 24 times its length
MAX_TENSORS = 200_000
MAX_DIMENSIONS = 16
MAX_JSON_BYTES = 24 * 2**20
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.msgpack", "*.h5")
_ITEM_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
               "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1}  # fmt: skip
#: Keys through which a config could bring code or kernels of its own.
_FORBIDDEN_KEYS = ("auto_map", "_attn_implementation", "attn_implementation", "custom_pipelines")
_LIMITS = {"hidden_size": 65_536, "num_hidden_layers": 1_024, "vocab_size": 4_000_000, "intermediate_size": 1_000_000,
           "num_attention_heads": 4_096}  # fmt: skip


class Tensor(msgspec.Struct, frozen=True, kw_only=True):
    """One tensor of a safetensors header."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of elements."""
        product = 1
        for size in self.shape:
            product *= size
        return product


def safetensors_header(path: Path) -> list[Tensor]:
    """Read and check a safetensors header by arithmetic alone; `UserError` says what is wrong."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        prefix = stream.read(8)
        if len(prefix) < 8:
            raise _bad(path, "it is too short to be a safetensors file")
        length = struct.unpack("<Q", prefix)[0]
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - 8):
            raise _bad(path, f"its header claims {length} bytes and the file has {size}: it is truncated or damaged")
        text = stream.read(length)
    try:
        header = json.loads(text)
        entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, AttributeError, RecursionError) as error:
        raise _bad(path, "its header is not readable JSON") from error
    if len(entries) > MAX_TENSORS:
        raise _bad(path, f"it lists {len(entries)} tensors")
    return [_tensor(path, name, entry, size - 8 - length) for name, entry in entries.items()]


def _tensor(path: Path, name: str, entry: Any, data_bytes: int) -> Tensor:
    try:
        tensor = Tensor(name=name, dtype=str(entry["dtype"]), shape=tuple(entry["shape"]))
        start, end = entry["data_offsets"]
        numbers = (start, end, *tensor.shape)
        is_sound = all(isinstance(number, int) and number >= 0 for number in numbers)
    except (TypeError, KeyError, ValueError) as error:
        raise _bad(path, f"the entry of tensor {name[:80]!r} is malformed") from error
    if len(tensor.shape) > MAX_DIMENSIONS:
        raise _bad(path, f"tensor {name[:80]!r} has {len(tensor.shape)} dimensions")
    if not is_sound or end > data_bytes or start > end:
        raise _bad(path, f"tensor {name[:80]!r} reaches beyond the end of the file: it is truncated or damaged")
    width = _ITEM_BYTES.get(tensor.dtype)
    if width is not None and tensor.count * width != end - start:
        raise _bad(path, f"tensor {name[:80]!r} has another size than its shape says")
    return tensor


def check_gguf_header(path: Path) -> None:
    """Walk a GGUF file's fields and tensor list; `UserError` says what is wrong. Values are passed over, not kept.

    Every length is compared with what the file still holds before anything is read, so that no claim is believed.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(24)
        if len(head) < 24 or head[:4] != b"GGUF":
            raise _bad(path, "it is not a GGUF file")
        version, tensors, pairs = struct.unpack("<IQQ", head[4:])
        if version not in (2, 3) or tensors > MAX_TENSORS or pairs > MAX_TENSORS:
            raise _bad(
                path, f"its header (version {version}, {tensors} tensors, {pairs} fields) is not one we can read"
            )
        try:
            walk = _GgufWalk(stream, size)
            for _ in range(pairs):
                walk.field()
            offsets = [walk.tensor() for _ in range(tensors)]
        except (struct.error, ValueError) as error:
            raise _bad(path, f"its header is truncated or damaged ({error})") from error
    if any(offset >= size for offset in offsets):
        raise _bad(path, "a tensor lies beyond the end of the file: it is truncated or damaged")


class _GgufWalk:
    """Steps over the parts of a GGUF header (the layout is ggml's GGUF specification, versions 2 and 3)."""

    #: Bytes of each plain kind of value; 8 is a string, 9 an array.
    WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}  # noqa: RUF012 - a constant

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream, self.size = stream, size

    def number(self, letter: str) -> int:
        width = struct.calcsize(letter)
        return int(struct.unpack(f"<{letter}", self.stream.read(width))[0])

    def skip(self, count: int) -> None:
        if count > self.size - self.stream.tell():
            raise ValueError(f"a value of {count} bytes reaches beyond the end")
        self.stream.seek(count, 1)

    def field(self) -> None:
        self.skip(self.number("Q"))
        self.value(self.number("I"))

    def value(self, kind: int) -> None:
        if kind in self.WIDTHS:
            self.skip(self.WIDTHS[kind])
        elif kind == 8:
            self.skip(self.number("Q"))
        elif kind == 9:
            self.array(self.number("I"), self.number("Q"))
        else:
            raise ValueError(f"a value of the unknown kind {kind}")

    def array(self, kind: int, count: int) -> None:
        if kind in self.WIDTHS:
            self.skip(self.WIDTHS[kind] * count)
            return
        if kind != 8 or count * 8 > self.size - self.stream.tell():
            raise ValueError(f"an array of {count} values of kind {kind}")
        for _ in range(count):
            self.skip(self.number("Q"))

    def tensor(self) -> int:
        """Step over one tensor's entry and return the offset of its data."""
        self.skip(self.number("Q"))
        dimensions = self.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise ValueError(f"a tensor of {dimensions} dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= self.number("Q")
        self.number("I")
        # No kind of quantisation packs more than 16 elements into a byte.
        if elements > 16 * self.size:
            raise ValueError(f"a tensor of {elements} elements in a file of {self.size} bytes")
        return self.number("Q")


def read_config(folder: Path) -> dict[str, Any]:
    """Read config.json and refuse what could run code, name hub kernels or ask for absurd sizes."""
    path = folder / "config.json"
    if not path.is_file():
        raise UserError(f"{folder} has no config.json.", remedy="Name the folder that holds the model's files.")
    try:
        config = _json(path)
    except (ValueError, OSError, RecursionError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from error
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise UserError(f"{path} does not name a model_type.")
    for key in _FORBIDDEN_KEYS:
        if config.get(key):
            raise UserError(
                f"{path} asks for {key}, which would run code that comes with the model.",
                remedy="Palimpsest never runs such code; use a model of a built-in architecture.",
            )
    if config.get("quantization_config"):
        raise UserError(
            f"{path} describes already quantised weights, which cannot be fine-tuned from here.",
            remedy="Import the original 16-bit model; QLoRA quantises it itself.",
        )
    _check_limits(path, config)
    return config


def _json(path: Path) -> Any:
    if path.stat().st_size > MAX_JSON_BYTES:
        raise ValueError(f"it has {path.stat().st_size} bytes, more than {MAX_JSON_BYTES}")
    return json.loads(path.read_text("utf-8"))


def _check_limits(path: Path, config: dict[str, Any]) -> None:
    for key, limit in _LIMITS.items():
        value = config.get(key, 1)
        if value is not None and (not isinstance(value, int) or not 1 <= value <= limit):
            raise UserError(f"{path}: {key} is {value!r}; expected a whole number from 1 to {limit}.")


def check_folder(folder: Path) -> tuple[dict[str, Any], list[Tensor]]:
    """Check a model folder in the hub's layout and return its config and tensors; nothing is loaded.

    Raises `UserError` for pickled weights only, a missing tokenizer, names that leave the folder, damaged weights.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", field="path", remedy="Check the path.")
    config = read_config(folder)
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise _no_weights(folder)
    _check_index(folder)
    if not (folder / "tokenizer.json").is_file():
        raise UserError(
            f"{folder} has no tokenizer.json, so its text cannot be turned into tokens.",
            remedy="Download the model again with its tokenizer files.",
        )
    return config, [tensor for path in weights for tensor in safetensors_header(path)]


def _no_weights(folder: Path) -> UserError:
    pickled = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickled:
        return UserError(
            f"{folder} has only pickled weights ({', '.join(pickled[:3])}), which can run any code when opened.",
            remedy="Use the model's safetensors version, or convert it on a computer you can afford to lose.",
        )
    return UserError(f"{folder} has no .safetensors file.", remedy="Name the folder that holds the model's weights.")


def _check_index(folder: Path) -> None:
    path = folder / "model.safetensors.index.json"
    if not path.is_file():
        return
    try:
        names = {str(name) for name in _json(path)["weight_map"].values()}
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise UserError(f"{path} cannot be read: {error!r}.") from error
    for name in sorted(names):
        if not durable.is_plain_name(name) or "/" in name:
            raise UserError(f"{path} names a file outside its folder: {name[:80]!r}.")
        if not (folder / name).is_file():
            raise UserError(f"{folder} lacks {name}, which its index lists.", remedy="Download the model again.")


def _bad(path: Path, what: str) -> UserError:
    return UserError(f"{path.name} cannot be used: {what}.", field="path", remedy="Get the file again from its source.")
