"""The sizes of a Llama-like model, read from its config, and how many parameters each method trains.

Limits: other layouts (mixtures of experts, encoders) are planned as if every layer were a Llama block; the weights are
right even so, because the parameter count comes from the files, but activations and adapters are then approximate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from engine.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.records import Adapter

#: The same size under the names other families use.
_NAMES = {
    "hidden": ("hidden_size", "n_embd", "d_model"),
    "layers": ("num_hidden_layers", "n_layer", "num_layers"),
    "heads": ("num_attention_heads", "n_head", "num_heads"),
    "intermediate": ("intermediate_size", "n_inner", "ffn_dim", "d_ff"),
    "vocab": ("vocab_size",),
}


class Linear(Struct, frozen=True, kw_only=True):
    """One linear layer of a block: its name and the sizes of its input and output."""

    name: str
    inputs: int
    outputs: int


class Shapes(Struct, frozen=True, kw_only=True):
    """Sizes of the model; `query` is heads × head size, `key` is key-value heads × head size."""

    hidden: int
    layers: int
    query: int
    key: int
    intermediate: int
    vocab: int
    tied: bool
    parameters: int

    @property
    def linears(self) -> tuple[Linear, ...]:
        """The seven linear layers of one block."""
        h, m = self.hidden, self.intermediate
        sizes = {
            "q_proj": (h, self.query), "k_proj": (h, self.key), "v_proj": (h, self.key), "o_proj": (self.query, h),
            "gate_proj": (h, m), "up_proj": (h, m), "down_proj": (m, h),
        }  # fmt: skip
        return tuple(Linear(name=name, inputs=i, outputs=o) for name, (i, o) in sizes.items())

    @property
    def table(self) -> int:
        """Parameters of one embedding table or output head."""
        return self.vocab * self.hidden

    @property
    def linear_parameters(self) -> int:
        """Parameters in linear layers other than the head: all but embeddings, an untied head, and norms."""
        tables = self.table * (1 if self.tied else 2)
        return max(0, self.parameters - tables - (2 * self.layers + 1) * self.hidden)

    @property
    def largest_tensor(self) -> int:
        """Parameters of the largest single tensor."""
        return max(self.table, *(linear.inputs * linear.outputs for linear in self.linears))

    def adapted(self, adapter: Adapter) -> tuple[Linear, ...]:
        """The linear layers of one block that get an adapter; none of the named targets known counts as all."""
        if "all-linear" in adapter.targets:
            return self.linears
        wanted = {target.rpartition(".")[2] for target in adapter.targets}
        return tuple(linear for linear in self.linears if linear.name in wanted) or self.linears

    def adapter_parameters(self, adapter: Adapter) -> int:
        """Parameters of the adapters: rank × (in + out) a layer, plus one length per output for DoRA.

        OSF trains r of the min(in, out) directions of a weight: r × (in + out + 1).
        """
        if adapter.kind == "osf":
            return self.layers * sum(
                trained * (linear.inputs + linear.outputs + 1)
                for linear in self.adapted(adapter)
                for trained in [osf_directions(linear, adapter)]
            )
        lengths = 1 if adapter.dora else 0
        return self.layers * sum(
            adapter.rank * (linear.inputs + linear.outputs) + lengths * linear.outputs
            for linear in self.adapted(adapter)
        )


def osf_directions(linear: Linear, adapter: Adapter) -> int:
    """How many directions of a layer OSF trains: what is left of min(in, out) beside the share that stays."""
    smaller = min(linear.inputs, linear.outputs)
    return smaller - int(smaller * adapter.preserved)


def shapes_of(config: Mapping[str, Any], parameters: int) -> Shapes:
    """Read the sizes out of a model's config.json; `UserError` names a size that is missing."""
    config = config.get("text_config") or config
    hidden, layers, heads, vocab = (_size(config, name) for name in ("hidden", "layers", "heads", "vocab"))
    head = config.get("head_dim") or hidden // heads
    shapes = Shapes(
        hidden=hidden,
        layers=layers,
        query=heads * head,
        key=(config.get("num_key_value_heads") or heads) * head,
        intermediate=_size(config, "intermediate", default=4 * hidden),
        vocab=vocab,
        tied=bool(config.get("tie_word_embeddings", False)),
        parameters=parameters,
    )
    if config.get("tie_word_embeddings") is None:  # families differ in the default: believe the count
        blocks = layers * sum(linear.inputs * linear.outputs for linear in shapes.linears)
        return structs.replace(shapes, tied=parameters - blocks < 1.5 * shapes.table)
    return shapes


def _size(config: Mapping[str, Any], name: str, default: int | None = None) -> int:
    for key in _NAMES[name]:
        if isinstance(config.get(key), int) and config[key] > 0:
            return int(config[key])
    if default is None:
        raise UserError(
            f"The model's config.json has no {_NAMES[name][0]}, so its memory cannot be planned.", field="base"
        )
    return default
