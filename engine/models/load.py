"""The one wrapper around transformers' loading: local files, safetensors only, no code from the model, fixed attention."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, logging

from engine.data.template import chat_template_of
from engine.errors import MovedModel, UserError
from engine.models import fingerprint, inspect
from engine.store import checkpoints, models, runs

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from engine.device import CpuDevice, Precision
    from engine.records import CheckpointRow, ModelRow
    from engine.store import Store

ATTENTION = "sdpa"
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}
_SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_ADAPTER_FILE = "adapter_model.safetensors"
_VERSIONED = ("torch", "transformers", "tokenizers", "peft", "bitsandbytes")

logging.set_verbosity_error()  # type: ignore[no-untyped-call]
logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class Loaded(msgspec.Struct, kw_only=True):
    """A model ready to score or train, its tokenizer, which weights it is, and what makes its scores comparable."""

    model: Any
    tokenizer: Any
    ref: str
    fingerprint: str
    settings: dict[str, Any]


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Load a model folder's tokenizer; `UserError` if it is missing or unusable."""
    if not (folder / "tokenizer.json").is_file():
        raise UserError(f"{folder} has no tokenizer.json.", field="base", remedy="Import the model again.")
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(folder, **_SAFE)
    except Exception as error:
        raise UserError(f"The tokenizer in {folder} cannot be read: {error}.", field="base") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.decode([0])
    return cast("PreTrainedTokenizerFast", tokenizer)


def load_weights(
    folder: Path, device: CpuDevice, precision: Precision, *, four_bit: bool = False, trainable: bool = False
) -> PreTrainedModel:
    """Load a causal language model onto the device, in eval mode.

    `four_bit` quantises every linear layer but the head to NF4 with double quantisation while loading. Full fine-tuning
    (`trainable`) keeps fp32 master weights whatever the arithmetic. Raises `UserError` for weights that do not fit the
    config or hold NaN, `EnvironmentFailure` for lack of memory.
    """
    inspect.check_folder(folder)
    dtype = torch.float32 if trainable else _DTYPES[precision]
    quantisation = {"quantization_config": _nf4(_DTYPES[precision])} if four_bit else {}
    load: Any = AutoModelForCausalLM.from_pretrained
    try:
        model, report = load(
            folder, dtype=dtype, attn_implementation=ATTENTION, use_safetensors=True, output_loading_info=True,
            device_map={"": device.torch_device}, **quantisation, **_SAFE,
            ignore_mismatched_sizes=True,  # they are in the report, by name, and refused below
        )  # fmt: skip
    except (ValueError, OSError, KeyError, RuntimeError) as error:
        if (known := device.explain(error)) is not None:
            raise known from error
        raise UserError(f"The model in {folder} cannot be loaded: {error}.", field="base") from error
    missing = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
    if missing:
        raise UserError(
            f"The weights in {folder} lack or misfit {missing[0]} and {len(missing) - 1} others.", field="base"
        )
    model.eval()
    model.config.use_cache = False
    _keep_one_layout(model)
    _refuse_non_finite(model, folder)
    return cast("PreTrainedModel", model)


def with_adapter(model: Any, folder: Path) -> Any:
    """Return a base model with an adapter folder of the hub's layout on it, in eval mode; safetensors only."""
    if not (folder / _ADAPTER_FILE).is_file():
        raise UserError(
            f"The adapter in {folder.name} has no {_ADAPTER_FILE}; pickled weights are never opened.", field="model",
            remedy="Save it with safe_serialization=True.",
        )  # fmt: skip
    from peft import PeftModel

    return PeftModel.from_pretrained(model, folder, is_trainable=False).eval()


def _nf4(compute: torch.dtype) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=compute
    )


def _keep_one_layout(model: PreTrainedModel) -> None:
    """Stop bitsandbytes from repacking 4-bit weights at the first look in eval mode on a CPU with AVX512-BF16.

    Its packed kernel has no gradient, so training after a look would learn nothing below the last such layer; it computes
    in bf16, so a score would depend on the kind of CPU; and it fails on widths that 64 does not divide (0.50.2).
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            setattr(module, "support_avx512bf16_for_cpu", False)  # noqa: B010 - nn.Module's annotation takes tensors only


def _refuse_non_finite(model: PreTrainedModel, folder: Path) -> None:
    for name, tensor in model.named_parameters():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise UserError(
                f"{name} in {folder.name} holds NaN or infinite numbers.", field="base", remedy="Get the model again."
            )


def measurement_settings(
    tokenizer: PreTrainedTokenizerFast, folder: Path, device: CpuDevice, precision: str, *, four_bit: bool
) -> dict[str, Any]:
    """Everything besides the weights and prompts that moves a score; see `engine.verdict.comparable`."""
    return {
        "template_hash": chat_template_of(tokenizer).sha256,
        "tokenizer_hash": hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest(),
        "precision": precision,
        "quantisation": "nf4-double" if four_bit else "none",
        "attention_kernel": f"{ATTENTION} on {device.kind}",
        "versions": {name: importlib.metadata.version(name) for name in _VERSIONED},
    }


def load_base(
    store: Store, name: str, device: CpuDevice, precision: Precision, *, four_bit: bool = False, trainable: bool = False
) -> Loaded:
    """Load a base model by name after checking that its files still are what was imported."""
    row = models.get(store, name)
    folder = base_folder(row)
    fingerprint.require_unchanged(store, row, folder)
    tokenizer = load_tokenizer(folder)
    model = load_weights(folder, device, precision, four_bit=four_bit, trainable=trainable)
    settings = measurement_settings(tokenizer, folder, device, precision, four_bit=four_bit)
    return Loaded(model=model, tokenizer=tokenizer, ref=f"base:{name}", fingerprint=row.fingerprint, settings=settings)


def base_folder(row: ModelRow) -> Path:
    """Return where a base model lies; `UserError` if it was moved away."""
    folder = Path(row.path)
    if not folder.is_dir():
        raise MovedModel(
            f"The folder of {row.name} is no longer at {folder}.", field="base",
            remedy=f"`palimpsest locate {row.name} FOLDER` names its new place.",
        )  # fmt: skip
    return folder


def load_reference(store: Store, ref: str, device: CpuDevice, precision: Precision) -> Loaded:
    """Load any model the project knows: "base:NAME" or "RUN@STEP", its checkpoint verified first.

    A checkpoint of QLoRA is loaded over the same 4-bit base it was trained on.
    """
    if ref.startswith("base:"):
        return load_base(store, ref.removeprefix("base:"), device, precision)
    row = find_checkpoint(store, ref)
    recipe = runs.get(store, row.run_id).recipe
    from engine.training import checkpoints as files
    from engine.training import methods

    folder = runs.folder(store, row.run_id) / "checkpoints" / row.folder
    files.require_sound(folder, row.manifest_sha256)
    loaded = load_base(store, recipe.base, device, precision, four_bit=recipe.method == "qlora")
    loaded.model = methods.with_checkpoint(loaded.model, recipe, folder)
    loaded.ref, loaded.fingerprint = ref, row.manifest_sha256
    return loaded


def find_checkpoint(store: Store, ref: str) -> CheckpointRow:
    """Return the checkpoint called RUN@STEP (RUN a number or a name); `UserError` if its weights are not there."""
    row = checkpoints.find(store, ref)
    if row.state != "complete":
        raise UserError(f"The weights of {ref} were removed; its scores are still there.")
    return row
