"""Running a causal language model up to its last hidden states, and its output head apart.

So that logits are computed only where they are wanted, and what all rows begin with (a chat template's system prompt) only
once. Works through peft: adapters sit inside the base model's modules. Where a model's head does more than multiply (scaled
or soft-capped logits) the same is done here; it was read in the architectures' own source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import torch
from transformers import DynamicCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: How far states may differ, relative to their size, when a shared beginning is run once: in fp32, and with fewer bits.
SHARING_TOLERANCE = {True: 1e-4, False: 0.02}
#: What an architecture raises that cannot read a plain cache or an explicit mask.
CANNOT = (TypeError, ValueError, AttributeError, RuntimeError, IndexError, KeyError, NotImplementedError)
#: Models that `learn_sharing` saw give the same states both ways.
_SHARING: WeakSet[Any] = WeakSet()


def base_of(model: Any) -> Any:
    """Return the transformers model inside a peft model, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def hidden_states(
    model: Any, ids: torch.Tensor, attention: torch.Tensor | None = None, *, shared: int = 0
) -> torch.Tensor:
    """Return the last hidden states (B, T, D) for token ids (B, T) and a 0/1 attention mask (B, T) or None.

    The first `shared` tokens, the same in every row, run once where the model was seen to allow it; gradients flow through
    that one pass as they would through the rows' own.
    """
    decoder = base_of(model).get_decoder()
    if not shared or base_of(model) not in _SHARING:
        return decoder(input_ids=ids, attention_mask=attention, use_cache=False).last_hidden_state
    return _with_shared(decoder, ids, attention, shared)


def _with_shared(decoder: Any, ids: torch.Tensor, attention: torch.Tensor | None, shared: int) -> torch.Tensor:
    """Run the beginning once, the rest of each row after it, and put both together again."""
    cache, n = DynamicCache(), len(ids)
    first = decoder(input_ids=ids[:1, :shared], past_key_values=cache, use_cache=True).last_hidden_state  # (1, S, D)
    layers: list[Any] = list(cache.layers)
    rest = decoder(
        input_ids=ids[:, shared:], attention_mask=attention, use_cache=True,
        past_key_values=expanded([(layer.keys, layer.values) for layer in layers], n),
    ).last_hidden_state  # fmt: skip
    return torch.cat([first.expand(n, -1, -1), rest], dim=1)


def expanded(cache: Sequence[tuple[torch.Tensor, torch.Tensor]], n: int) -> DynamicCache:
    """The cache of a shared beginning for n rows; a pass that extends it leaves the original as it was."""
    return DynamicCache([(keys.expand(n, -1, -1, -1), values.expand(n, -1, -1, -1)) for keys, values in cache] or None)


def learn_sharing(model: Any) -> bool:
    """Find out by one short pass each way whether a model may run a shared beginning once; it is remembered with the model."""
    base = base_of(model)
    probe = torch.arange(1, 25).reshape(2, 12) % max(2, int(base.config.get_text_config(decoder=True).vocab_size))
    probe[1, :8] = probe[0, :8]
    weight = next(parameter for parameter in base.parameters() if parameter.is_floating_point())
    ids, was_training = probe.to(weight.device), base.training
    base.eval()
    try:
        with torch.no_grad():
            plain = base.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state.float()
            shared = _with_shared(base.get_decoder(), ids, None, 8).float()
    except torch.OutOfMemoryError:
        raise
    except CANNOT:
        return False
    finally:
        base.train(was_training)
    is_exact = weight.dtype == torch.float32 and getattr(base, "quantization_method", None) is None
    is_same = bool((plain - shared).norm() <= SHARING_TOLERANCE[is_exact] * plain.norm())
    if is_same:
        _SHARING.add(base)
    return is_same


def head_of(model: Any, *, adapted: bool = True) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the function from hidden states (N, D) to logits (N, V), scaling and soft-capping included.

    With `adapted` false an adapter on the head itself is left out.
    """
    base = base_of(model)
    project = base.get_output_embeddings()
    project = project if adapted else getattr(project, "base_layer", project)
    config = base.config
    multiply = float(getattr(config, "logit_scale", None) or 1.0) / float(
        getattr(config, "logits_scaling", None) or 1.0
    )
    cap = getattr(config, "final_logit_softcapping", None)

    def head(states: torch.Tensor) -> torch.Tensor:
        logits = project(states)
        if multiply != 1.0:
            logits = logits * multiply
        return torch.tanh(logits / cap) * cap if cap else logits

    return head
