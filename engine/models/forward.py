"""Running a causal language model up to its last hidden states, and its output head apart.

So that logits are computed only where they are wanted. Works through peft: adapters sit inside the base model's modules.
Where a model's head does more than multiply (scaled or soft-capped logits) the same is done here; it was read in the
architectures' own source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable


def base_of(model: Any) -> Any:
    """Return the transformers model inside a peft model, or the model itself."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def hidden_states(model: Any, ids: torch.Tensor, attention: torch.Tensor | None = None, **more: Any) -> torch.Tensor:
    """Return the last hidden states (B, T, D) for token ids (B, T) and a 0/1 attention mask (B, T) or None."""
    decoder = base_of(model).get_decoder()
    return decoder(input_ids=ids, attention_mask=attention, use_cache=False, **more).last_hidden_state


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
