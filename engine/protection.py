"""What a recipe may ask for against forgetting, each setting declared once, and which of it goes together. No torch.

A weight of 0 means that the protection is not there at all: such a run equals one without it, bit for bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct

from engine.declared import said
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.records import Recipe

Preset = Literal["off", "standard", "careful", "custom"]

#: EWC keeps a number of 4 bytes for each weight; above this many weights it is refused with the figure.
EWC_LARGEST = 1_300_000_000
#: A file of general rows of which more than this share gives canaries away is refused: it would train on the measuring.
MOST_CANARIES = 0.1


class General(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The general rows that replay, KL, activation weighting and EWC look at."""

    source: Annotated[
        Literal["self", "bundled", "file"],
        said("General rows: bundled prompts answered by the base itself, the bundled answers, or your own file."),
    ] = "self"
    path: Annotated[str, said("Your own general rows, for source = file; the formats of --data.")] = ""
    share: Annotated[
        float,
        said("Share of each step's rows that are general; 0.2 is one for every four training rows.", ge=0, le=0.9),
    ] = 0.2
    rows: Annotated[int, said("General rows used; 0 means all there are.", "rows", ge=0)] = 256
    near: Annotated[
        float,
        said(
            "Share of the general rows drawn that look like the training answers (JSON, lists, code), where some do; 0 draws "
            "all alike.",
            ge=0,
            le=0.9,
        ),
    ] = 0.0
    answer_tokens: Annotated[int, said("Longest answer the base writes itself.", "tokens", ge=8, le=1024)] = 64
    temperature: Annotated[float, said("Temperature of those answers.", ge=0, le=2)] = 0.7


class Replay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Going on learning general rows beside the new ones."""

    weight: Annotated[
        float,
        said("Replay: weight of a general row's token; 1 counts it like a training token, 0 is off.", ge=0, le=100),
    ] = 0.0


class Kl(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Distillation from the base on general rows."""

    beta: Annotated[
        float, said("KL to the base: weight of the mean divergence on general rows; 0 is off.", ge=0, le=100)
    ] = 0.0
    auto: Annotated[bool, said("Raise or lower beta after each step so that the divergence stays near its target.")] = (
        False
    )
    target: Annotated[float, said("Divergence that auto aims at.", "nats/token", gt=0, le=10)] = 0.1


class PromptKl(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Distillation from the base on the prompts of the training rows."""

    beta: Annotated[
        float,
        said("KL on prompts: weight of the mean divergence on the training rows' prompts; 0 is off.", ge=0, le=100),
    ] = 0.0


class L2sp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pull of every weight back to the base's."""

    strength: Annotated[
        float,
        said(
            "L2-SP. Full: pull back to the base over the whole run; 4 shrinks what the first steps changed to e^-4, of a "
            "steady change about a quarter stays. Adapters: weight of the change's squared norm in the loss. 0 is off.",
            ge=0, le=1e6,
        ),
    ] = 0.0  # fmt: skip
    every_steps: Annotated[
        int, said("Full: pull back only every so many steps, by as much as they add up to.", "steps", ge=1, le=1000)
    ] = 1


class Activation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A penalty on how far an adapter changes a layer's output on general text."""

    strength: Annotated[
        float, said("Activation-weighted penalty (adapters): weight in the loss; 0 is off.", ge=0, le=1e6)
    ] = 0.0
    sequences: Annotated[int, said("General rows that the weights are measured on.", "rows", ge=1, le=4096)] = 128


class Ewc(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Elastic weight consolidation: weights that mattered on general text are held more firmly."""

    strength: Annotated[float, said("EWC (full, up to about 1B): weight of the penalty; 0 is off.", ge=0, le=1e12)] = (
        0.0
    )
    sequences: Annotated[
        int, said("General rows that the weights' importance is measured on.", "rows", ge=1, le=4096)
    ] = 128


class Sam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sharpness-aware minimisation: the gradient is taken a little uphill, which prefers flat minima."""

    rho: Annotated[
        float, said("SAM: length of the uphill step; about .05 for adapters, 2 for full; 0 is off.", ge=0, le=100)
    ] = 0.0
    every_steps: Annotated[int, said("Only every so many steps take two passes.", "steps", ge=1, le=1000)] = 5


class TokenWeighting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Learning less, or nothing, from target tokens that the base finds very unlikely."""

    max_perplexity: Annotated[
        float, said("Leave out target tokens whose perplexity under the base is above this (e.g. 2.5); 0 is off.", ge=0)
    ] = 0.0
    tau: Annotated[
        float, said("Or weigh each target token by p^(1/tau), p being its probability under the base; 0 is off.", ge=0)
    ] = 0.0


class Protection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is done against forgetting while training, and the rows it needs."""

    general: Annotated[General, said("The general rows.")] = General()
    replay: Annotated[Replay, said("Replay.")] = Replay()
    kl: Annotated[Kl, said("KL to the base on general rows.")] = Kl()
    prompt_kl: Annotated[PromptKl, said("KL to the base on prompts.")] = PromptKl()
    l2sp: Annotated[L2sp, said("L2-SP.")] = L2sp()
    activation: Annotated[Activation, said("Activation-weighted penalty.")] = Activation()
    ewc: Annotated[Ewc, said("EWC.")] = Ewc()
    sam: Annotated[Sam, said("SAM.")] = Sam()
    token_weighting: Annotated[TokenWeighting, said("Token weighting.")] = TokenWeighting()
    slider_after: Annotated[
        bool, said("After the run, score smaller strengths of the change and propose the largest inside every budget.")
    ] = False

    @property
    def draws_general_rows(self) -> bool:
        """Whether general rows are part of the steps."""
        return self.replay.weight > 0 or self.kl.beta > 0

    @property
    def needs_general_rows(self) -> bool:
        """Whether general rows are needed at all."""
        return self.draws_general_rows or self.activation.strength > 0 or self.ewc.strength > 0

    @property
    def needs_teacher(self) -> bool:
        """Whether the base's own predictions are needed."""
        return self.kl.beta > 0 or self.prompt_kl.beta > 0


def check_protection(recipe: Recipe) -> None:
    """Refuse protections that contradict each other or do not go with the method; `UserError` names the field."""
    protection = recipe.protection
    if recipe.protect == "off" and protection != Protection():
        raise _refused("protect", "protect is off, but the recipe asks for protections.", "Set protect to custom.")
    if recipe.method == "prompt" and protection != Protection():
        raise _refused(
            "protect", "Method prompt changes no weight, so there is nothing to protect.", "Set protect to off."
        )
    _check_general(protection)
    _check_method(recipe)
    _check_adapter(recipe)
    if protection.kl.auto and not protection.kl.beta:
        raise _refused(
            "protection.kl.auto", "kl.auto tunes kl.beta, which is 0.", "Give beta a first value, such as 1."
        )
    weighting = protection.token_weighting
    if weighting.max_perplexity and weighting.tau:
        raise _refused(
            "protection.token_weighting.tau", "Tokens are either left out or weighted.", "Set one of the two to 0."
        )
    if 0 < weighting.max_perplexity < 1:
        raise _refused(
            "protection.token_weighting.max_perplexity", "No token has a perplexity below 1: nothing would be learned.",
            "Choose at least 1, such as 2.5.",
        )  # fmt: skip


def require_ewc_fits(recipe: Recipe, parameters: int) -> None:
    """Refuse EWC for a model so large that its importance weights alone are out of proportion, with the figure."""
    if recipe.protection.ewc.strength and parameters > EWC_LARGEST:
        raise _refused(
            "protection.ewc.strength",
            f"EWC keeps 4 bytes for each of the {parameters / 1e9:.1f} billion weights: {4 * parameters / 1e9:.0f} GB "
            f"beside the model, its gradients and the optimiser. It is offered up to {EWC_LARGEST / 1e9:.1f} billion.",
            "Use l2sp, which needs no memory, or an adapter with activation weighting.",
        )


def require_few_canaries(name: str, overlapping: int, rows: int) -> None:
    """Refuse a file of general rows (`name`) more than a tenth of which overlap canaries; fewer are left out by the run."""
    if overlapping > MOST_CANARIES * rows:
        raise _refused(
            "protection.general.path",
            f"{name}: {overlapping} of its {rows} rows overlap canaries. Training on what measures would prove nothing.",
            "Choose rows that have nothing to do with the canaries.",
        )


def _check_general(protection: Protection) -> None:
    general = protection.general
    if general.source == "file" and not general.path:
        raise _refused("protection.general.path", "general.source is file, but no file is named.", "Name it.")
    if general.path and general.source != "file":
        raise _refused(
            "protection.general.source", f"A file of general rows is named, but source is {general.source}.",
            "Set source to file, or take the path out.",
        )  # fmt: skip
    if protection.draws_general_rows and not general.share:
        raise _refused(
            "protection.general.share", "Replay and KL need general rows in the steps, but their share is 0.",
            "Choose a share such as 0.2.",
        )  # fmt: skip


def _check_method(recipe: Recipe) -> None:
    protection, is_full = recipe.protection, recipe.method == "full"
    l2sp, activation, ewc = protection.l2sp.strength, protection.activation.strength, protection.ewc.strength
    if is_full and activation:
        raise _refused(
            "protection.activation.strength", "The activation-weighted penalty needs an adapter's two thin matrices.",
            "With full fine-tuning use l2sp or ewc.",
        )  # fmt: skip
    if not is_full and ewc:
        raise _refused(
            "protection.ewc.strength", "EWC weighs the model's own weights, which an adapter does not train.",
            "With an adapter use activation, its counterpart.",
        )  # fmt: skip
    if ewc and l2sp:
        raise _refused(
            "protection.ewc.strength", "EWC and L2-SP both say how far each weight may go from the base.",
            "Set one of the two to 0.",
        )  # fmt: skip
    odd = _odd_adapter(recipe)
    if not is_full and odd and (l2sp or activation):
        field = "protection.l2sp.strength" if l2sp else "protection.activation.strength"
        raise _refused(
            field, f"The change that {odd} makes is not the product of two matrices that this penalty measures.",
            "Take a plain LoRA adapter, or use kl.",
        )  # fmt: skip


def _odd_adapter(recipe: Recipe) -> str:
    """Name an adapter whose change is not s·BA; empty for a plain one."""
    adapter = recipe.adapter
    if adapter.kind == "osf":
        return "an OSF adapter"
    return "a DoRA adapter" if adapter.dora else "an adapter with a CorDA start" if adapter.start == "corda" else ""


def _check_adapter(recipe: Recipe) -> None:
    """OSF and the CorDA start keep the base's strong directions: what does not go with them, and 4-bit bases."""
    adapter = recipe.adapter
    if recipe.method in ("full", "prompt") or (adapter.kind == "lora" and adapter.start == "zero"):
        return
    field, name = ("adapter.kind", "OSF") if adapter.kind == "osf" else ("adapter.start", "A CorDA start")
    if adapter.kind == "osf" and adapter.start == "corda":
        raise _refused(
            "adapter.start", "OSF has a start of its own: its weights' weakest directions.", "Set start to zero."
        )
    if recipe.method == "qlora":
        raise _refused(
            field, f"{name} takes each weight apart by its singular values, which a 4-bit base no longer has exactly.",
            "Use method lora, or a plain adapter.",
        )  # fmt: skip
    if adapter.dora:
        raise _refused("adapter.dora", f"{name} and DoRA both say how a weight's directions learn.", "Turn dora off.")
    for taken, what in ((adapter.rslora, "rslora"), (adapter.dropout, "dropout")):
        if adapter.kind == "osf" and taken:
            raise _refused(
                f"adapter.{what}", f"OSF has no {what}: it has no rank to scale and no adapter input.", "Leave it out."
            )


def needs_general_rows(recipe: Recipe) -> bool:
    """Whether a run reads general rows: for its protections, or to find where a CorDA start lies."""
    is_adapter = recipe.method in ("lora", "qlora")
    return recipe.protection.needs_general_rows or (is_adapter and recipe.adapter.start == "corda")


def _refused(field: str, message: str, remedy: str) -> UserError:
    return UserError(message, field=field, remedy=remedy)
