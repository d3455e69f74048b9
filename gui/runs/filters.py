"""The filter language of the runs: `verdict:forgot method:lora tag:tickets words`. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.runs.lines import RunLine

#: What a key looks at; a value fits where a word of it begins with what was typed.
KEYS: dict[str, Callable[[RunLine], tuple[str, ...]]] = {
    "verdict": lambda line: (line.word or "none",),
    "method": lambda line: (line.run.recipe.method,),
    "base": lambda line: (line.run.recipe.base,),
    "state": lambda line: (line.run.state.value, line.run.state.word),
    "tag": lambda line: line.run.tags,
    "protect": lambda line: (line.run.recipe.protect,),
    "worst": lambda line: (line.worst_name,),
    "name": lambda line: (line.run.name,),
}


def fits(line: RunLine, text: str) -> bool:
    """Whether a run fits a filter: every term must; a term without a known key is searched in name, note, tags, data."""
    return all(_term_fits(line, term) for term in text.split())


def unknown_keys(text: str) -> list[str]:
    """Keys that were typed but mean nothing, for a hint."""
    return [key for key, sign, _ in (term.partition(":") for term in text.split()) if sign and key.lower() not in KEYS]


def _term_fits(line: RunLine, term: str) -> bool:
    key, sign, value = term.partition(":")
    look = KEYS.get(key.lower()) if sign else None
    wanted = (value if look else term).casefold().replace("’", "'")
    if look is not None:
        return any(_begins(text, wanted) for text in look(line))
    run = line.run
    everything = " ".join((run.name, run.note, run.recipe.notes, *run.tags, run.recipe.base, run.recipe.data.path))
    return wanted in everything.casefold()


def _begins(text: str, wanted: str) -> bool:
    """Whether the text or one of its words begins so; "cant" finds "can't tell"."""
    plain = text.casefold()
    words = (plain, plain.replace("'", ""), *plain.replace("_", " ").split())
    return any(word.startswith(wanted) for word in words)
