"""The canaries of one run, as its measurements before, during, after and at other strengths all take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.canaries.measure import Canaries
from engine.data.dataset import commonest_prefix

if TYPE_CHECKING:
    from engine.store import Store
    from engine.training.setup import Session


def canaries_of(store: Store, session: Session) -> Canaries:
    """Choose a run's canaries: those its training rows give away are left out, whoever measures and whenever."""
    loaded, prepared = session.loaded, session.prepared
    return Canaries(
        store, session.recipe.canaries, loaded.tokenizer, session.device, loaded.settings,
        base_fingerprint=loaded.fingerprint, base_ref=loaded.ref,
        training_texts=[f"{row.prompt_text} {row.answer_text}" for row in prepared.train],
        training_prefix=commonest_prefix(prepared.train)[1],
    )  # fmt: skip
