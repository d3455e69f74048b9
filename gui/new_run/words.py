"""What New run calls its settings and how it writes their values; help, units and bounds come from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.settings import setting as _setting
from gui.i18n import tr

if TYPE_CHECKING:
    from engine.records import Recipe
    from engine.settings import Setting

#: Protections that 0 turns off; in others 0 is a number, or has words of its own.
_OFF_AT_0 = frozenset(
    f"protection.{part}" for part in (
        "replay.weight", "kl.beta", "prompt_kl.beta", "l2sp.strength", "activation.strength", "ewc.strength", "sam.rho",
        "token_weighting.max_perplexity", "token_weighting.tau",
    )
)  # fmt: skip


def label_of(setting: Setting) -> str:
    """A setting's name beside its field: ours where there is one, else made from the path."""
    known = _known().get(setting.path)
    if known:
        return known
    parts = setting.path.split(".")
    words = " ".join(parts[-2:]) if parts[0] == "protection" and len(parts) > 2 else parts[-1]
    return words.replace("_", " ").capitalize()


def named(path: str, sentence: str) -> str:
    """What is wrong with a setting, called as beside its field and not as in files."""
    return sentence.replace(path, label_of(_setting(path)), 1)


def _known() -> dict[str, str]:
    return {
        **_known_protections(),
        "name": tr("Name"),
        "notes": tr("Notes"),
        "base": tr("Base model"),
        "start_from": tr("On top of"),
        "method": tr("Method"),
        "protect": tr("Protection"),
        "data.path": tr("Training rows"),
        "data.heldout_path": tr("Held-out rows"),
        "data.heldout_fraction": tr("Held-out share"),
        "data.heldout_rows": tr("Held-out rows measured"),
        "data.max_length": tr("Longest row"),
        "data.mapping.shape": tr("Shape of the rows"),
        "data.mapping.columns": tr("Columns"),
        "adapter.rank": tr("Rank"),
        "adapter.alpha": tr("Alpha"),
        "adapter.dropout": tr("Dropout"),
        "adapter.targets": tr("Adapted modules"),
        "adapter.rslora": tr("rsLoRA"),
        "adapter.dora": tr("DoRA"),
        "adapter.kind": tr("Kind of adapter"),
        "adapter.preserved": tr("Directions preserved"),
        "adapter.start": tr("Adapter starts at"),
        "prompt.system": tr("System message"),
        "prompt.examples": tr("Examples shown"),
        "training.lr": tr("Learning rate"),
        "training.epochs": tr("Epochs"),
        "training.max_steps": tr("Most steps"),
        "training.batch_size": tr("Batch size"),
        "training.micro_batch": tr("Micro-batch"),
        "training.warmup_ratio": tr("Warm-up share"),
        "training.schedule": tr("Schedule"),
        "training.weight_decay": tr("Weight decay"),
        "training.max_grad_norm": tr("Gradient norm limit"),
        "training.optimiser": tr("Optimiser"),
        "training.gradient_checkpointing": tr("Recompute activations"),
        "training.precision": tr("Precision"),
        "training.seed": tr("Seed"),
        "canaries.suite": tr("Canary suite"),
        "canaries.capabilities": tr("Capabilities"),
        "canaries.verdict_items": tr("Verdict items"),
        "canaries.guard_items": tr("Guard items"),
        "canaries.looks": tr("Checks at"),
        "canaries.purpose": tr("Purpose"),
        "canaries.generate": tr("Answers written"),
        "canaries.budgets": tr("Budgets"),
        "canaries.guard": tr("Beyond a budget"),
        "checkpoints.at_looks": tr("Checkpoint at each check"),
        "checkpoints.every_steps": tr("Also every"),
        "checkpoints.keep": tr("Keep newest"),
    }


def _known_protections() -> dict[str, str]:
    return {
        "protection.general.source": tr("General rows from"),
        "protection.general.path": tr("File of general rows"),
        "protection.general.share": tr("Share of general rows"),
        "protection.general.rows": tr("General rows"),
        "protection.general.near": tr("Look-alike general rows"),
        "protection.general.answer_tokens": tr("Longest general answer"),
        "protection.general.temperature": tr("Temperature of answers"),
        "protection.replay.weight": tr("Replay weight"),
        "protection.kl.beta": tr("KL to the base, weight"),
        "protection.kl.auto": tr("KL to the base, automatic"),
        "protection.kl.target": tr("KL to the base, target"),
        "protection.prompt_kl.beta": tr("KL on prompts, weight"),
        "protection.l2sp.strength": tr("L2-SP strength"),
        "protection.l2sp.every_steps": tr("L2-SP every"),
        "protection.activation.strength": tr("Activation strength"),
        "protection.activation.sequences": tr("Activation rows"),
        "protection.ewc.strength": tr("EWC strength"),
        "protection.ewc.sequences": tr("EWC rows"),
        "protection.sam.rho": tr("SAM step length"),
        "protection.sam.every_steps": tr("SAM every"),
        "protection.token_weighting.max_perplexity": tr("Most perplexity of tokens"),
        "protection.token_weighting.tau": tr("Token weighting, tau"),
        "protection.slider_after": tr("Strengths tried after"),
    }


def group_of(setting: Setting) -> str:
    """Which fold of Advanced a setting is in: the record it is declared on."""
    return setting.path.split(".")[0] if "." in setting.path else ""


def group_title(name: str) -> str:
    """The fold's title."""
    return {
        "": tr("Run"),
        "data": tr("Data"),
        "adapter": tr("Adapter"),
        "protection": tr("Protections"),
        "training": tr("Training", "heading"),
        "canaries": tr("Canaries"),
        "checkpoints": tr("Checkpoints"),
    }.get(name, name.replace("_", " ").capitalize())


def value_text(setting: Setting, value: Any) -> str:
    """A value as one would type it into the setting's field."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={_inner(item)}" for name, item in value.items())
    return ", ".join(number_text(item) if isinstance(item, (int, float)) else str(item) for item in value)


def nothing_text(setting: Setting) -> str:
    """What 0, or nothing at all, says for a setting where that has a meaning of its own; else empty."""
    if setting.path in _OFF_AT_0:
        return tr("off")
    return {
        "data.heldout_rows": tr("all"),
        "protection.general.rows": tr("all"),
        "protection.general.near": tr("all alike"),
        "training.lr": tr("the method's standard"),
        "training.max_steps": tr("by epochs"),
        "training.micro_batch": tr("the whole batch"),
        "training.max_grad_norm": tr("off"),
        "canaries.capabilities": tr("all"),
        "canaries.verdict_items": tr("all"),
        "canaries.guard_items": tr("all"),
        "canaries.budgets": tr("as usual"),
        "checkpoints.every_steps": tr("off"),
    }.get(setting.path, "")


def default_text(setting: Setting) -> str:
    """A setting's default as its field shows it; empty for an empty one."""
    default = setting.default_text()
    if setting.kind == "flag":
        return tr("yes") if setting.default else tr("no")
    return choice_text(setting, default) if setting.choices else default


def number_text(value: float) -> str:
    """A number without a superfluous fraction: 0, 0.1, 2e-05."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:g}"


def _inner(item: Any) -> str:
    role, limit = getattr(item, "role", None), getattr(item, "limit", 0)
    if role is None:
        return str(item)
    return f"{role}:{number_text(limit)}" if limit else str(role)


def choice_text(setting: Setting, choice: str) -> str:
    """What a choice is called."""
    names = {
        ("method", "full"): tr("Full"),
        ("method", "lora"): tr("LoRA"),
        ("method", "qlora"): tr("QLoRA (4-bit)"),
        ("method", "prompt"): tr("Prompt only"),
        ("protect", "off"): tr("Off"),
        ("protect", "standard"): tr("Standard"),
        ("protect", "careful"): tr("Careful"),
        ("protect", "custom"): tr("Custom"),
        ("data.mapping.shape", "auto"): tr("auto"),
        ("data.mapping.shape", "text"): tr("text"),
        ("adapter.kind", "lora"): tr("LoRA"),
        ("adapter.kind", "osf"): tr("OSF"),
        ("adapter.start", "zero"): tr("zero"),
        ("adapter.start", "corda"): tr("CorDA"),
        ("protection.general.source", "self"): tr("self"),
        ("protection.general.source", "bundled"): tr("bundled"),
        ("protection.general.source", "file"): tr("file"),
        ("training.schedule", "constant"): tr("constant"),
        ("training.schedule", "cosine"): tr("cosine"),
        ("training.schedule", "linear"): tr("linear"),
        ("training.precision", "auto"): tr("auto"),
        ("canaries.generate", "all"): tr("all"),
        ("canaries.generate", "shown"): tr("shown"),
        ("canaries.generate", "none"): tr("none"),
        ("canaries.guard", "automatic"): tr("automatic"),
        ("canaries.guard", "off"): tr("off"),
        ("canaries.guard", "warn"): tr("warn"),
        ("canaries.guard", "pause"): tr("pause"),
        ("canaries.guard", "stop"): tr("stop"),
    }
    return names.get((setting.path, choice), choice)


def recipe_text(recipe: Recipe) -> str:
    """What a recipe trains on what, in one line: base, rows, protection, what it starts from."""
    rows = recipe.data.path.replace("\\", "/").rpartition("/")[2]
    protection = choice_text(_setting("protect"), recipe.protect)
    parts = [recipe.base, rows, tr("protection {name}").format(name=protection)]
    if recipe.start_from:
        parts.append(tr("on top of {checkpoint}").format(checkpoint=recipe.start_from))
    return " · ".join(part for part in parts if part)


def label_text(label: str) -> str:
    """A cell's label as people say it: its method by name, then what is special about it."""
    method, sign, rest = label.partition(", ")
    return choice_text(_setting("method"), method) + sign + rest
