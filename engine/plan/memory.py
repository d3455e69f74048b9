"""Predicted memory: every part with its arithmetic, and which parts are there together in each phase.

The activation sizes were counted by reading which tensors a Llama block with sdpa attention saves for its backward pass,
and checked against measured peaks (see the tests). They are per token of the padded micro-batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from engine.plan.records import Hardware, Memory, Part, Phase
from engine.wording import percent

if TYPE_CHECKING:
    from engine.plan.shapes import Shapes
    from engine.records import Recipe

Precision = Literal["fp32", "bf16"]
PhaseName = Literal["loading", "scoring", "training", "saving"]
MIB = 2**20
#: Tokens whose logits exist at once; equals `engine.training.objectives.CHUNK_TOKENS` (a test compares them).
CHUNK_TOKENS = 512
#: Tokens the scorer puts into one forward pass; equals `engine.canaries.scoring.BATCH_TOKENS` (the same test).
SCORING_TOKENS = {"cpu": 2048, "cuda": 16_384}
#: NF4: 4 bits a weight, an 8-bit scale per 64 weights, and an fp32 scale per 256 of those (double quantisation).
NF4_BITS = 4 + 8 / 64 + 32 / (64 * 256)
WEIGHT_BYTES: dict[Precision, int] = {"fp32": 4, "bf16": 2}
OPTIMISER_BYTES = {"adamw": 8, "adamw_8bit": 2, "paged_adamw_8bit": 2}
#: The interpreter with its libraries; on a GPU the CUDA context and kernels instead.
OVERHEAD_BYTES = {"cpu": 600 * MIB, "cuda": 700 * MIB}
SLACK_SHARE = 0.05
#: On a processor freed blocks stay with the process where an adapter's step has left holes: so many times the logits' bytes,
#: fitted to measured peaks of the starter (`packaging/measure_peaks.py`).
HOLES = {"lora": 1.5, "qlora": 3.0}


class Load(Struct, frozen=True, kw_only=True):
    """What is put through the model at once: rows of a micro-batch, the longest row, tokens of a scoring batch."""

    micro_batch: int
    longest: int
    scoring_tokens: int

    @property
    def tokens(self) -> int:
        """Tokens of the largest micro-batch, padding included."""
        return self.micro_batch * self.longest


def predict(
    recipe: Recipe, shapes: Shapes, load: Load, precision: Precision, hardware: Hardware, protections: list[Part]
) -> Memory:
    """Predict each phase and the peak on the device; `protections` are the parts they add while training."""
    weights = [*_weights(recipe, shapes, precision), *_adapter(recipe, shapes)]
    optimiser = _optimiser(recipe, shapes, hardware)
    gradients, activations = _gradients(recipe, shapes), _activations(recipe, shapes, load, precision)
    logits = _logits(shapes, min(CHUNK_TOKENS, load.tokens), precision, training=True)
    training = [
        *weights, optimiser, gradients, activations, *_overlap(recipe, load, gradients, activations), logits,
        *_holes(recipe, logits, hardware), *_workspace(recipe, shapes, precision), *protections,
    ]  # fmt: skip
    scoring = [
        *weights, optimiser, _forward(shapes, load.scoring_tokens, precision),
        _logits(shapes, min(CHUNK_TOKENS, load.scoring_tokens), precision, training=False),
    ]  # fmt: skip
    loading = [*_weights(recipe, shapes, precision), _arriving(recipe, shapes, precision)]
    saving = [*weights, optimiser, *([_copy(optimiser)] if hardware.kind == "cpu" else [])]
    named: dict[PhaseName, list[Part]] = {
        "loading": loading,
        "scoring": scoring,
        "training": training,
        "saving": saving,
    }
    if recipe.method == "prompt":  # nothing is trained, nothing written
        named = {"loading": loading, "scoring": scoring}
    phases = tuple(_phase(name, parts, hardware) for name, parts in named.items())
    peak = max(phases, key=lambda phase: phase.size_bytes)
    return Memory(
        phases=phases,
        peak_phase=peak.name,
        peak_bytes=peak.size_bytes,
        free_bytes=hardware.free_bytes,
        total_bytes=hardware.total_bytes,
        fits=peak.size_bytes <= hardware.free_bytes,
    )


def trainable_parameters(recipe: Recipe, shapes: Shapes) -> int:
    """Parameters the method trains."""
    if recipe.method == "prompt":
        return 0
    return shapes.parameters if recipe.method == "full" else shapes.adapter_parameters(recipe.adapter)


def optimiser_bytes(recipe: Recipe, shapes: Shapes, hardware: Hardware) -> int:
    """Bytes of the optimiser's state; the 8-bit kinds exist on CUDA only."""
    kind = recipe.training.optimiser if hardware.kind == "cuda" else "adamw"
    return OPTIMISER_BYTES[kind] * trainable_parameters(recipe, shapes)


def layer_bytes(recipe: Recipe, shapes: Shapes, precision: Precision) -> int:
    """Bytes one block saves for the backward pass, per token.

    h: hidden, q: query width (keys and values are repeated to it), m: intermediate. fp32 saves each norm's input, normed
    value and output (6h; 4h with frozen norms), attention's q, k, v, output (4q) and the gated MLP's four (4m). Under
    bf16 norms stay fp32 and every linear layer keeps its own bf16 copy of its input.
    """
    h, q, m = shapes.hidden, shapes.query, shapes.intermediate
    is_full = recipe.method == "full"
    if precision == "fp32":
        size = 4 * ((6 if is_full else 4) * h + 4 * q + 4 * m)  # 47,616 B for h = q = 576, m = 1536
    else:
        size = 26 * h + 8 * q + 8 * m if is_full else 18 * h + 10 * q + 8 * m
    return size if is_full else size + _adapter_layer_bytes(recipe, shapes, precision)


def _adapter_layer_bytes(recipe: Recipe, shapes: Shapes, precision: Precision) -> int:
    """What adapters add per block and token: their rank-sized middle, dropout's copy and mask, DoRA's outputs."""
    linears, width = shapes.adapted(recipe.adapter), WEIGHT_BYTES[precision]
    size = width * recipe.adapter.rank * len(linears)
    if recipe.adapter.dropout:
        size += (width + 1) * sum(linear.inputs for linear in linears)
    if recipe.adapter.dora:
        size += width * sum(linear.outputs for linear in linears)
    return size


# ---- the parts -------------------------------------------------------------------------------------------------------


def _weights(recipe: Recipe, shapes: Shapes, precision: Precision) -> list[Part]:
    if recipe.method == "full":
        text = f"{_n(shapes.parameters)} parameters × 4 B (fp32 master weights)"
        return [_part("weights", "Weights", 4 * shapes.parameters, text)]
    width = WEIGHT_BYTES[precision]
    if recipe.method in ("lora", "prompt"):
        text = f"{_n(shapes.parameters)} parameters × {width} B ({precision}, frozen)"
        return [_part("weights", "Weights", width * shapes.parameters, text)]
    linear, rest = shapes.linear_parameters, shapes.parameters - shapes.linear_parameters
    text = f"{_n(rest)} parameters of embeddings, norms and head × {width} B ({precision}, frozen)"
    return [
        _part("weights", "Weights outside the 4-bit layers", width * rest, text),
        _part(
            "blocks_4bit",
            "4-bit blocks",
            round(linear * NF4_BITS / 8),
            f"{_n(linear)} parameters of linear layers × {NF4_BITS:.3f} bits (NF4, double quantisation)",
        ),
    ]


def _adapter(recipe: Recipe, shapes: Shapes) -> list[Part]:
    if recipe.method in ("full", "prompt"):
        return []
    count = shapes.adapter_parameters(recipe.adapter)
    where = f"{len(shapes.adapted(recipe.adapter))} linear layers × {shapes.layers} blocks"
    rank = "trained directions" if recipe.adapter.kind == "osf" else f"rank {recipe.adapter.rank}"
    text = f"{rank} × (in + out) of {where} = {_n(count)} parameters × 4 B (fp32)"
    return [_part("adapter", "Adapter", 4 * count, text)]


def _optimiser(recipe: Recipe, shapes: Shapes, hardware: Hardware) -> Part:
    size, count = optimiser_bytes(recipe, shapes, hardware), trainable_parameters(recipe, shapes)
    text = f"{_n(count)} trained parameters × {size // max(1, count)} B (AdamW's two averages)"
    return _part("optimiser", "Optimiser", size, text)


def _gradients(recipe: Recipe, shapes: Shapes) -> Part:
    count = trainable_parameters(recipe, shapes)
    return _part("gradients", "Gradients", 4 * count, f"{_n(count)} trained parameters × 4 B (fp32)")


def _overlap(recipe: Recipe, load: Load, gradients: Part, activations: Part) -> list[Part]:
    """Gradients come while activations go; where a step is one part and one pass, they are never all there together."""
    if load.micro_batch < recipe.training.batch_size or recipe.protection.draws_general_rows:
        return []
    smaller = min(gradients.size_bytes, activations.size_bytes)
    return [_part("overlap", "Never together", -smaller, "the smaller of the two: gradients come as activations go")]


def _holes(recipe: Recipe, logits: Part, hardware: Hardware) -> list[Part]:
    share = HOLES.get(recipe.method)
    if share is None or hardware.kind != "cpu":
        return []
    text = f"{share:g} × the logits: freed blocks that stay with the process"
    return [_part("holes", "Freed blocks", round(share * logits.size_bytes), text)]


def _activations(recipe: Recipe, shapes: Shapes, load: Load, precision: Precision) -> Part:
    """Without checkpointing every block's saved tensors and one block's temporaries; with it every block's input, and one
    block recomputed beside its temporaries."""
    one = layer_bytes(recipe, shapes, precision)
    if load.micro_batch > 1:  # rows of unequal length: each block keeps the mask as a (B, 1, T, T) bias
        one += WEIGHT_BYTES[precision] * load.longest
    tokens = f"{load.micro_batch} rows × {load.longest} tokens"
    if not recipe.training.gradient_checkpointing:
        size = load.tokens * (shapes.layers + 1) * one
        text = f"{tokens} × ({shapes.layers} blocks + 1 working) × {one:,} B"
        return _part("activations", "Activations", size, text)
    kept = shapes.hidden * (4 if recipe.method == "full" else WEIGHT_BYTES[precision])
    size = load.tokens * (shapes.layers * kept + 2 * one)
    text = f"{tokens} × ({shapes.layers} block inputs × {kept:,} B + 2 × {one:,} B), gradient checkpointing"
    return _part("activations", "Activations", size, text)


def _forward(shapes: Shapes, tokens: int, precision: Precision) -> Part:
    one = WEIGHT_BYTES[precision] * (6 * shapes.hidden + 4 * shapes.query + 4 * shapes.intermediate)
    text = f"{tokens} tokens of a scoring batch × {one:,} B (one block at a time, nothing saved)"
    return _part("activations", "Activations", tokens * one, text)


def _logits(shapes: Shapes, tokens: int, precision: Precision, *, training: bool) -> Part:
    """fp32 logits and their log-probabilities, training also the gradient; bf16 has its own copy of the first and last."""
    copies = 3 if training else 2
    width = 4 * copies + (0 if precision == "fp32" else 2 * (copies - 1))
    which = f"{copies} fp32 copies{', bf16 ones beside' if precision == 'bf16' else ''}"
    text = f"{tokens} tokens × {shapes.vocab:,} vocabulary × {width} B ({which})"
    return _part("logits", "Logits", tokens * shapes.vocab * width, text)


def _workspace(recipe: Recipe, shapes: Shapes, precision: Precision) -> list[Part]:
    """What one operation needs for a moment, or autocast for a step."""
    if recipe.method == "qlora":
        size = WEIGHT_BYTES[precision] * max(linear.inputs * linear.outputs for linear in shapes.linears)
        return [_part("workspace", "Workspace", size, f"the largest 4-bit layer unpacked to {precision}")]
    if recipe.method == "lora":
        return []
    size, text = 4 * shapes.table, f"{_n(shapes.table)} × 4 B (gradient of the head, before it is added up)"
    if precision == "bf16":
        copies = shapes.linear_parameters + shapes.table
        size, text = size + 2 * copies, f"{text} + {_n(copies)} × 2 B (bf16 copies of the weights)"
    return [_part("workspace", "Workspace", size, text)]


def _arriving(recipe: Recipe, shapes: Shapes, precision: Precision) -> Part:
    width = 4 if recipe.method == "full" else WEIGHT_BYTES[precision]
    text = f"the largest tensor, {_n(shapes.largest_tensor)} × {width} B, while it is read"
    return _part("arriving", "Tensor being read", width * shapes.largest_tensor, text)


def _copy(optimiser: Part) -> Part:
    return _part("copy", "Copy being written", optimiser.size_bytes, "the optimiser's state once more")


def _phase(name: PhaseName, parts: list[Part], hardware: Hardware) -> Phase:
    tensors = sum(part.size_bytes for part in parts)
    fixed, slack = OVERHEAD_BYTES[hardware.kind], SLACK_SHARE * tensors
    what = "CUDA context and kernels" if hardware.kind == "cuda" else "Python and its libraries"
    text = f"{fixed // MIB} MiB for {what} + {percent(SLACK_SHARE)} of the rest lost between blocks"
    overhead = _part("overhead", "Framework overhead", fixed + round(slack), text)
    return Phase(name=name, size_bytes=tensors + overhead.size_bytes, parts=(*parts, overhead))


def _part(key: str, label: str, size: int, formula: str) -> Part:
    return Part(key=key, label=label, size_bytes=size, formula=formula)


def _n(count: int) -> str:
    """A count as a reader takes it in: 134.5 M."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= limit:
            return f"{count / limit:.1f}{unit}"
    return str(count)
