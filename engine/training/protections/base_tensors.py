"""The base model's weights read from its files piece by piece, for what compares with them or pulls towards them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safetensors import safe_open

from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import torch

#: Largest piece in memory at once.
PIECE_BYTES = 64 * 2**20
_INDEX = "model.safetensors.index.json"


class BaseTensors:
    """Memory-mapped access to a model folder's tensors by parameter name; nothing is held in memory."""

    def __init__(self, folder: Path) -> None:
        """Read which file holds which tensor."""
        index = folder / _INDEX
        if index.is_file():
            names: dict[str, str] = json.loads(index.read_text("utf-8"))["weight_map"]
        else:
            with safe_open(folder / "model.safetensors", framework="pt") as file:
                names = dict.fromkeys(file.keys(), "model.safetensors")
        files: dict[str, Any] = {name: safe_open(folder / name, framework="pt") for name in set(names.values())}
        self._file_of = {name: files[file] for name, file in names.items()}

    def require(self, parameters: list[tuple[str, torch.nn.Parameter]], field: str) -> None:
        """Refuse a model whose parameters are not in the files under their own names."""
        for name, parameter in parameters:
            if name not in self._file_of or tuple(self._slice(name).get_shape()) != tuple(parameter.shape):
                raise UserError(
                    f"{name} is not in the base's files as the model holds it, so it cannot be read piece by piece.",
                    field=field, remedy="Use an adapter with kl, or replay.",
                )  # fmt: skip

    def pieces(self, name: str, parameter: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Give (piece of the parameter, the base's piece) pairs: views of the first, in its type and on its device."""
        part = self._slice(name)
        length = parameter.shape[0]
        rows = max(1, PIECE_BYTES // max(1, 4 * parameter[:1].numel()))
        for start in range(0, length, rows):
            stop = min(length, start + rows)
            yield parameter[start:stop], part[start:stop].to(parameter.device, parameter.dtype)

    def _slice(self, name: str) -> Any:
        return self._file_of[name].get_slice(name)
