"""What stands side by side: one prompt and the answers to it, asked now, asked before, or written at the canaries. No Qt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.states import State
from gui.charts.shading import TokenScore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.export.gather import ShownAnswer
    from engine.records import Answer as StoredAnswer
    from engine.records import Job

SIDES = ("a", "b", "c")


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a side could not answer, and what to do; `cause` as errors name it."""

    message: str
    remedy: str = ""
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One side's answer. `tokens` are as the engine gave them: text, log-probability, likelier others.

    `first` are the log-probabilities of the first answering side's tokens under this one.
    """

    text: str = ""
    passed: bool | None = None
    n_tokens: int = 0
    tokens: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = ()
    first: tuple[float, ...] = ()
    fingerprint: str = ""
    failure: Failure | None = None
    hit_limit: bool = False
    mean_logprob: float | None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One prompt with its answers by side; `first` is the side whose tokens the others scored."""

    key: str
    prompt: str
    replies: Mapping[str, Reply] = field(default_factory=dict)
    refs: Mapping[str, str] = field(default_factory=dict)
    item_id: str = ""
    capability: str = ""
    expected: str = ""
    shown: ShownAnswer | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    job_id: int = 0
    is_writing: bool = False
    first: str = "a"

    def reply(self, side: str) -> Reply:
        """A side's answer, empty before there is one."""
        return self.replies.get(side, Reply())

    @property
    def is_complete(self) -> bool:
        """Whether both sides have answered, so that they can be voted on."""
        return not self.is_writing and all(
            side in self.replies and self.replies[side].failure is None for side in ("a", "b")
        )


class Stream:
    """The pieces of one job's answers as they come in."""

    def __init__(self, job_id: int) -> None:
        """Begin before the first piece."""
        self.job_id = job_id
        self.rev = 0
        self.texts: dict[tuple[str, int], str] = {}
        self.fingerprints: dict[str, str] = {}
        self.failures: dict[str, Failure] = {}

    def take(self, pieces: Sequence[Mapping[str, Any]]) -> bool:
        """Add pieces newer than `rev`; say whether there were any."""
        for piece in pieces:
            self.rev = max(self.rev, int(piece["rev"]))
            side, text = str(piece["side"]), str(piece["text"])
            if piece["kind"] == "model":
                self.fingerprints[side] = text
            elif piece["kind"] == "error":
                self.failures[side] = failure_of(json.loads(text))
            else:
                place = side, int(piece["prompt"])
                self.texts[place] = self.texts.get(place, "") + text
        return bool(pieces)


def failure_of(facts: Mapping[str, Any]) -> Failure:
    """A side's error as the engine records it."""
    return Failure(
        message=str(facts.get("message", "")),
        remedy=str(facts.get("remedy") or ""),
        cause=str(facts.get("cause") or ""),
    )


def of_job(job: Job, stream: Stream | None = None) -> list[Item]:
    """The prompts of an answer job, in order, with what there is of their answers: from its result, else as streamed."""
    payload = job.payload
    prompts = [str(one) for one in payload.get("prompts", ())]
    refs = {side: str(payload[side]) for side in SIDES if payload.get(side)}
    items = [str(one) for one in payload.get("items", ())]
    settings: dict[str, Any] = {
        name: payload[name] for name in ("seed", "temperature", "max_new_tokens") if name in payload
    }
    result = job.result or {}
    made = []
    for number, prompt in enumerate(prompts):
        replies = {side: reply for side in refs if (reply := _reply(job, result, stream, side, number)) is not None}
        made.append(
            Item(
                key=f"{job.id}:{number}", prompt=prompt, replies=replies, refs=refs, settings=settings, job_id=job.id,
                item_id=items[number] if number < len(items) else "", is_writing=not job.state.is_ended,
                first=str(result.get("first") or "a"),
            )
        )  # fmt: skip
    return made


def _reply(job: Job, result: Mapping[str, Any], stream: Stream | None, side: str, number: int) -> Reply | None:
    told = result.get("sides", {}).get(side)
    if told is not None:
        return _told(told, number)
    if stream is not None and side in stream.failures:
        return Reply(failure=stream.failures[side])
    text = stream.texts.get((side, number)) if stream is not None else None
    if text is None and job.state in (State.FAILED, State.INTERRUPTED):
        return Reply(failure=Failure(message=job.reason or job.sentence()))
    if text is None:
        return None
    assert stream is not None
    return Reply(text=text, fingerprint=stream.fingerprints.get(side, ""))


def _told(told: Mapping[str, Any], number: int) -> Reply:
    if "error" in told:
        return Reply(failure=failure_of(told["error"]))
    answers, written = told.get("answers", ()), told.get("written", ())
    facts = written[number] if number < len(written) else {}
    tokens = tokens_of(facts.get("tokens", ()))
    return Reply(
        text=str(answers[number]) if number < len(answers) else "", passed=facts.get("passed"),
        n_tokens=int(facts.get("n_tokens", len(tokens))), mean_logprob=facts.get("mean_logprob"),
        tokens=tokens, first=tuple(facts.get("first", ())), fingerprint=str(told.get("fingerprint", "")),
        hit_limit=bool(facts.get("hit_limit")),
    )  # fmt: skip


def tokens_of(rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...]:
    """Token rows of a job's result."""
    return tuple(
        (str(row[0]), float(row[1]), tuple((str(text), float(p)) for text, p in (row[2] if len(row) > 2 else ())))
        for row in rows
    )


def of_stored(
    shown: Sequence[ShownAnswer], refs: Mapping[str, str], fingerprints: Mapping[str, str],
    third: Mapping[str, StoredAnswer],
) -> list[Item]:  # fmt: skip
    """The canaries that both models have answered, in the order given."""
    return [
        Item(
            key=f"canary:{one.item_id}", prompt=one.prompt, refs=refs, item_id=one.item_id, capability=one.capability,
            expected=one.expected, shown=one,
            replies={
                side: Reply(
                    text=answer.text, passed=answer.passed, n_tokens=answer.n_tokens, hit_limit=answer.hit_limit,
                    fingerprint=fingerprints.get(side, ""),
                )
                for side, answer in (("a", one.before), ("b", one.after), ("c", third.get(one.item_id)))
                if answer is not None
            },
        )
        for one in shown
    ]  # fmt: skip


def with_scores(item: Item, scored: Mapping[str, Any]) -> Item:
    """A stored item with the tokens a scoring gave: every side's own, and the first side's under each other.

    `scored` are the sides of a job that was given the stored texts.
    """
    replies = dict(item.replies)
    for side, reply in item.replies.items():
        told = scored.get(side, {})
        if not told.get("scored"):
            continue
        rows = told["scored"][0]
        own, first = tokens_of(rows.get(side, ())), tokens_of(rows.get("a", ()))
        joined = "".join(text for text, _, _ in own)
        if joined == reply.text:
            replies[side] = replace(
                reply, tokens=own, first=() if side == "a" else tuple(p for _, p, _ in first),
                mean_logprob=sum(p for _, p, _ in own) / len(own) if own else None,
            )  # fmt: skip
    return replace(item, replies=replies, first="a")


def token_scores(item: Item, side: str, *, is_left: bool = False) -> tuple[TokenScore, ...]:
    """A side's tokens for the shading: its own log-probability on its place's side, the other model's where it is known."""
    reply = item.reply(side)
    other = item.reply("b" if side == "a" else "a").first if side == item.first else ()
    known = other if len(other) == len(reply.tokens) else (None,) * len(reply.tokens)
    return tuple(
        TokenScore(
            text=text, base=value if is_left else second, tuned=second if is_left else value, alternatives=others
        )
        for (text, value, others), second in zip(reply.tokens, known, strict=True)
    )
