"""What protections cost, before the run: extra work beside a step's own, work done once before it, and memory. Arithmetic only.

Work is counted in multiplications and additions, as in `engine.plan.timing`, and told as a share of the training without
protection. The shares were compared with measured ones (see ARCHITECTURE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.records import Part, ProtectionCost
from engine.plan.shapes import osf_directions
from engine.protection import needs_general_rows
from engine.wording import percent

if TYPE_CHECKING:
    from engine.plan.shapes import Linear, Shapes
    from engine.records import Adapter, Recipe

#: Tokens of a general row, prompt and answer: about what the bundled prompts with answers of 64 tokens have.
GENERAL_TOKENS = 75
#: Rows of the bundled set: used where the recipe asks for all.
BUNDLED_ROWS = 374
#: Arithmetic a device could have done while one weight of the base is read and the model's is moved towards it. On a
#: processor it is three numbers through memory; on a GPU the base's comes over the bus from the computer's memory.
_OPERATIONS_PER_WEIGHT = {"cpu": 60, "cuda": 12_000}
#: Writing a token reads all weights: about so much slower than the arithmetic alone.
_WRITING = 4
_TOP_BYTES = 64 * 8
#: Arithmetic of taking a weight of n × m (n ≤ m) apart by its singular values, in units of n²·m.
_SVD = 22
#: Equals `engine.training.protections.base_tensors.PIECE_BYTES`, and the next `…divergence.CHUNK_TOKENS` (a test compares).
PIECE_BYTES, KL_CHUNK_TOKENS = 64 * 2**20, 256


class Work:
    """The numbers every cost is made of: operations of a trained and of a read token, tokens, steps, rows."""

    def __init__(  # noqa: PLR0913  (the sizes of a run)
        self, recipe: Recipe, shapes: Shapes, *, trainable: int, tokens: int, steps: int, batch: int, rows: int, kind: str,
        per_token: int,
    ) -> None:  # fmt: skip
        """`per_token` is the work of one trained token; `rows` how many different training rows there are."""
        self.recipe, self.shapes, self.trainable = recipe, shapes, trainable
        self.tokens, self.steps, self.batch, self.rows, self.kind = tokens, steps, batch, rows, kind
        self.per_token, self.forward = per_token, 2 * shapes.parameters
        self.plain = max(1, tokens * per_token)

    @property
    def general_tokens(self) -> float:
        """General tokens over the whole run."""
        share = self.recipe.protection.general.share
        return self.steps * self.batch * share / (1 - share) * GENERAL_TOKENS

    @property
    def general_rows(self) -> int:
        """How many general rows there are."""
        return min(self.recipe.protection.general.rows or BUNDLED_ROWS, BUNDLED_ROWS)


def costs(work: Work) -> tuple[ProtectionCost, ...]:
    """Every protection the recipe asks for, with what it costs."""
    if work.recipe.method == "prompt":
        return ()
    return tuple([*_general(work), *_near_the_base(work), *_others(work), *_directions(work)])


def _general(work: Work) -> list[ProtectionCost]:
    wanted, is_full = work.recipe.protection, work.recipe.method == "full"
    made = []
    if needs_general_rows(work.recipe) and wanted.general.source == "self":
        writing = work.general_rows * wanted.general.answer_tokens * work.forward * _WRITING
        text = f"{work.general_rows} answers of up to {wanted.general.answer_tokens} tokens, kept for later runs"
        made.append(_cost("general rows", "the base answers general prompts", once=writing / work.plain, text=text))
    if wanted.draws_general_rows:
        share = work.general_tokens * work.per_token / work.plain
        text = f"{percent(wanted.general.share)} of the rows × about {GENERAL_TOKENS} tokens"
        names = [name for name, on in (("replay", wanted.replay.weight), ("kl", wanted.kl.beta)) if on]
        made.append(_cost(" + ".join(names), "general rows in each step", share=share, text=text))
    if wanted.kl.beta and is_full:
        size = work.general_rows * GENERAL_TOKENS * _TOP_BYTES
        once = work.general_rows * GENERAL_TOKENS * work.forward / work.plain
        made.append(_cost("kl", "the base's likeliest tokens, kept", once=once, size=size, text="64 a position × 8 B"))
    elif wanted.kl.beta:
        share = work.general_tokens * work.forward / work.plain
        made.append(_cost("kl", "the base reads them too (adapter off)", share=share, text="one forward pass more"))
    return made


def _near_the_base(work: Work) -> list[ProtectionCost]:
    wanted, is_full, shapes = work.recipe.protection, work.recipe.method == "full", work.shapes
    made = []
    if wanted.l2sp.strength and is_full:
        pulls = -(-work.steps // wanted.l2sp.every_steps)
        share = pulls * shapes.parameters * _OPERATIONS_PER_WEIGHT[work.kind] / work.plain
        text = f"{pulls} times {shapes.parameters:,} weights read from the disk's cache, in pieces of 64 MiB"
        made.append(_cost("l2sp", "weights pulled back", share=share, size=2 * PIECE_BYTES, text=text))
    for name, strength in (("l2sp", wanted.l2sp.strength), ("activation", wanted.activation.strength)):
        if strength and not is_full:
            rank = work.recipe.adapter.rank
            small = work.steps * 6 * rank * work.trainable / work.plain
            made.append(
                _cost(name, "penalty on the adapter's change", share=small, text=f"{rank} × {rank} matrices only")
            )
    if wanted.activation.strength:
        once = wanted.activation.sequences * GENERAL_TOKENS * work.forward / work.plain
        made.append(_cost("activation", "general text measured", once=once, text=f"{wanted.activation.sequences} rows"))
    if wanted.ewc.strength:
        once = wanted.ewc.sequences * GENERAL_TOKENS * work.per_token / work.plain
        share = work.steps * 1.5 * shapes.parameters * _OPERATIONS_PER_WEIGHT[work.kind] / work.plain
        text = f"4 B of importance for each of {shapes.parameters:,} weights"
        made.append(
            _cost("ewc", "importance of the weights", share=share, once=once, size=4 * shapes.parameters, text=text)
        )
    return made


def _others(work: Work) -> list[ProtectionCost]:
    wanted, is_full = work.recipe.protection, work.recipe.method == "full"
    made = []
    if wanted.prompt_kl.beta and is_full:
        size = round(min(work.tokens, work.rows * work.tokens / max(1, work.steps * work.batch)) * _TOP_BYTES)
        made.append(
            _cost("prompt_kl", "the base's likeliest tokens, kept", once=work.forward / work.per_token, size=size,
                  text="64 a prompt token × 8 B")
        )  # fmt: skip
    elif wanted.prompt_kl.beta:
        # training alone works out the vocabulary's scores where the answers are; here they are wanted everywhere
        scores = 4 * work.shapes.vocab * work.shapes.hidden
        made.append(
            _cost("prompt_kl", "the base reads every row too (adapter off)",
                  share=(work.forward + scores) / work.per_token, size=KL_CHUNK_TOKENS * work.shapes.vocab * 16,
                  text="one forward pass more, and scores of the vocabulary for the prompts' tokens")
        )  # fmt: skip
    if wanted.sam.rho:
        every = wanted.sam.every_steps
        made.append(
            _cost("sam", "two passes in a step", share=1 / every, size=8 * work.trainable,
                  text=f"every {every} steps; a copy of the trained weights and one of their gradients")
        )  # fmt: skip
    if wanted.token_weighting.max_perplexity or wanted.token_weighting.tau:
        tokens = min(work.tokens, work.rows * work.tokens / max(1, work.steps * work.batch))
        once = tokens * work.forward / work.plain
        made.append(_cost("token_weighting", "the base reads the training rows", once=once, text="one forward pass"))
    return made


def _directions(work: Work) -> list[ProtectionCost]:
    """Adapters that keep the base's strong directions: OSF, and the start of CorDA."""
    recipe, shapes = work.recipe, work.shapes
    adapter = recipe.adapter
    if recipe.method == "full" or (adapter.kind == "lora" and adapter.start == "zero"):
        return []
    linears = shapes.adapted(adapter)
    apart = shapes.layers * sum(
        _SVD * min(one.inputs, one.outputs) ** 2 * max(one.inputs, one.outputs) for one in linears
    )
    per_weight = shapes.layers * sum(one.inputs * one.outputs for one in linears)
    if adapter.kind == "osf":
        kept = shapes.layers * sum(_osf_frozen(one, adapter) for one in linears)
        text = f"{len(linears) * shapes.layers} weights by singular values; what is trained twice, and what stays"
        # the start's product is worked out beside the trained one, and changes are projected after each step
        share = (
            4 * work.trainable * work.tokens + work.steps * 4 * per_weight * max(1, shapes.hidden // 2)
        ) / work.plain
        # each pass puts the whole weight together again, and its gradient comes before those of the parts
        size = 4 * kept + 8 * per_weight
        return [_cost("osf", "weights taken apart", share=share, once=apart / work.plain, size=size, text=text)]
    tokens = work.general_rows * GENERAL_TOKENS
    covariance = shapes.layers * sum(2 * one.inputs**2 * tokens for one in linears)
    once = (tokens * work.forward + covariance + apart) / work.plain
    share = 6 * work.trainable * work.tokens / work.plain
    text = f"inputs of {tokens:,} general tokens, then each weight by singular values; the start is kept beside the adapter"
    return [
        _cost("corda", "where general text is least used", share=share, once=once, size=4 * work.trainable, text=text)
    ]


def _osf_frozen(linear: Linear, adapter: Adapter) -> int:
    """Numbers kept beside what is trained: the start of it, and the strong directions of the longer side."""
    trained = osf_directions(linear, adapter)
    smaller, longer = sorted((linear.inputs, linear.outputs))
    strong = 0 if smaller == longer else (smaller - trained) * longer
    return trained * (linear.inputs + linear.outputs + 1) + strong


def memory_parts(protections: tuple[ProtectionCost, ...]) -> list[Part]:
    """What protections add to the memory while training."""
    return [
        Part(
            key=f"protection_{cost.name}",
            label=f"Protection: {cost.name}",
            size_bytes=cost.size_bytes,
            formula=cost.formula,
        )
        for cost in protections
        if cost.size_bytes
    ]


def _cost(
    name: str, what: str, *, share: float = 0.0, once: float = 0.0, size: int = 0, text: str = ""
) -> ProtectionCost:
    return ProtectionCost(name=name, what=what, time_share=share, once_share=once, size_bytes=size, formula=text)
