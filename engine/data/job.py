"""The job that looks at a data file with a model's tokenizer; it loads no weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from engine import device as hardware
from engine.canaries.suite import load_suite
from engine.data.inspect import examine
from engine.errors import EnvironmentFailure
from engine.models.load import base_folder, load_tokenizer
from engine.records import Mapping
from engine.store import models
from engine.work import Outcome, Work


def run(work: Work) -> Outcome:
    """Examine the payload's `path` as the model `base` sees it; returns the findings and plain numbers."""
    payload = work.job.payload
    mapping = msgspec.convert(payload["mapping"], Mapping) if payload.get("mapping") else None
    tokenizer = load_tokenizer(base_folder(models.get(work.store, payload["base"])))

    def say(done: int) -> None:
        work.stop_if_cancelled()
        work.phase("reading rows", done)

    found = examine(
        Path(payload["path"]),
        mapping,
        tokenizer,
        max_length=int(payload.get("max_length", 1024)),
        canary_texts=[*payload.get("canary_texts", ()), *_prompts(payload.get("suite", ""))],
        progress=say,
    )
    return Outcome(result=msgspec.to_builtins(found) | _device())


def _device() -> dict[str, Any]:
    """The machine's device, for the plan that follows; nothing where a run would be refused, which says why itself."""
    try:
        return {"device": hardware.detect().facts(ask_free=False)}
    except EnvironmentFailure:
        return {}


def _prompts(suite: str) -> list[str]:
    """The prompts of a canary suite, to be looked for in the rows; none where no suite is named."""
    return [item.prompt for item in load_suite(suite).items] if suite else []
