"""What `make evidence` measured on the starter model (`resources/measured.json`), in the sentences that advice rests on.

Every number comes from the cells behind docs/evidence.md, so that advice changes with them and never by hand.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from engine.wording import percent

PLACE = Path(__file__).resolve().parents[1] / "resources" / "measured.json"


class Arm(Struct, frozen=True, kw_only=True):
    """One way of training, over its seeds: means, and counts of runs.

    `mean_change` is the rise of the canaries' loss and `fall` that of the held-out rows' (nats per token), `kl` that from the
    base; `exact` the share of held-out rows answered exactly, `captured` that of other answers that open like the training
    rows. `strengths_inside` counts, by strength, the runs inside every budget of the `strengths_tried`.
    """

    seeds: int
    steps: int
    words: dict[str, int]
    mean_change: float
    exact: float
    fall: float
    kl: float | None = None
    captured: float | None = None
    strengths_tried: int = 0
    strengths_inside: dict[str, int] = {}

    def counted(self, word: str) -> str:
        """In how many runs of all the verdict was that word: "2 of 3"."""
        return f"{self.words.get(word, 0)} of {self.seeds}"


@cache
def arms() -> dict[str, Arm]:
    """Every arm by its name in `packaging/evidence.py`."""
    return msgspec.json.decode(PLACE.read_bytes(), type=dict[str, Arm])


def standard_against_off(method: str) -> str:
    """What Standard protection changes, for "full" or an adapter."""
    name = _name(method)
    off, standard = arms()[f"{name}, off"], arms()[f"{name}, standard"]
    return (
        f"On the starter model {name} at {_LR[name]} forgot in {off.counted('forgot')} runs without protection and in "
        f"{standard.counted('forgot')} with Standard: KL to the base {off.kl:.2f} and {standard.kl:.2f} nats/token, "
        f"exact answers {percent(off.exact)} and {percent(standard.exact)}, with {percent(standard.fall / off.fall)} of the fall in loss"
    )


def strengths(method: str) -> str:
    """What turning the strength down mends after an unprotected run."""
    arm = arms()[f"{_name(method)}, off"]
    inside = arm.strengths_inside
    return (
        f"of {arm.strengths_tried} such run{'' if arm.strengths_tried == 1 else 's'} that lost {arm.mean_change:.1f} nats/token on average, {inside['0.5']} were inside "
        f"every budget at half the strength and {inside['0.25']} at a quarter, so the slider mends mild damage only"
    )


def rates() -> str:
    """What the learning rate does to forgetting and to learning, without protection."""
    pairs = (("LoRA, off", "1e-3", "LoRA 2e-4, off", "2e-4"), ("full, off", "1e-4", "full 1e-5, off", "1e-5"))
    said = []
    for fast_name, fast_lr, slow_name, slow_lr in pairs:
        fast, slow = arms()[fast_name], arms()[slow_name]
        said.append(
            f"{fast_name.partition(',')[0]} at {fast_lr} and {slow_lr} lost {fast.mean_change:.1f} and {slow.mean_change:.1f} "
            f"nats/token of its canaries, but had {percent(fast.exact)} and {percent(slow.exact)} of the held-out rows right"
        )
    return f"on the starter model {'; '.join(said)}"


def slow_and_unprotected() -> str:
    """What small steps alone do where every row has one format: it is learned first, and everywhere."""
    slow, standard = arms()["full 1e-5, off"], arms()["full, standard"]
    return (
        f"on the starter model full at 1e-5 had {percent(slow.exact)} of the held-out rows right after {slow.steps} steps and had "
        f"changed its canaries by {slow.mean_change:+.2f} nats/token, at 1e-4 with Standard it was {percent(standard.exact)} and "
        f"{standard.mean_change:+.2f}"
    )


def more_steps() -> str:
    """What more steps teach while KL to the base holds the rest."""
    short, long = arms()["LoRA, standard"], arms()["LoRA, KL, three times the steps"]
    return (
        f"on the starter model LoRA at 1e-3 with KL to the base had {percent(short.exact)} of the held-out rows right after "
        f"{short.steps} steps and {percent(long.exact)} after {long.steps}, its canaries changed by {short.mean_change:+.2f} and "
        f"{long.mean_change:+.2f} nats/token"
    )


def token_weighting() -> str:
    """What leaving out the tokens that the base finds unlikely teaches."""
    off, weighted = arms()["full, off"], arms()["full, token weighting"]
    return (
        f"on the starter model weighting such tokens down changed the canaries by {weighted.mean_change:+.2f} nats/token instead of "
        f"{off.mean_change:+.2f} and had {percent(weighted.exact)} of the held-out rows right instead of {percent(off.exact)}"
    )


def captured() -> str:
    """How far other answers took on the training rows' opening, without and with general rows in the steps."""
    off, mixed = arms()["full, off"], arms()["full, replay + KL"]
    return (
        f"on the starter model {percent(off.captured)} of other answers opened like the training rows after unprotected full "
        f"fine-tuning, {percent(mixed.captured)} with replay and KL on general rows"
    )


_LR = {"full": "1e-4", "LoRA": "1e-3"}


def _name(method: str) -> str:
    return "full" if method == "full" else "LoRA"
