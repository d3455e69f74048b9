"""A process of its own in which chat templates, which are programs from strangers, are rendered.

The parent (`engine.data.template`) starts this file, writes one JSON request a line and reads one JSON reply a line. Here
memory is capped (where the system can), a timer ends the process, output has a length limit; the parent kills it when it
does not answer. Only the standard library and jinja2 are imported.

For each conversation the reply holds the text and the spans (start, end) of it that came from assistant turns, found

- by the template's own `{% generation %}` marks, where it has one for every assistant turn, else
- by rendering what comes before each turn with a generation prompt, and the conversation up to its end, and checking that
  each of these is a prefix of the next.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.parser import Parser

Messages = list[dict[str, str]]


class Refused(Exception):
    """The template, or what it made of this conversation, cannot be used; the text says why."""


class GenerationMarks(Extension):
    """Understands `{% generation %}…{% endgeneration %}` and, when asked, wraps its output in two marks."""

    tags = {"generation"}  # noqa: RUF012  (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        """Parse the block into a call that decides at run time whether to mark."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_wrap"), [], [], body).set_lineno(line)

    def _wrap(self, caller: Any) -> str:
        marks = self.environment.generation_marks  # type: ignore[attr-defined]
        return f"{marks[0]}{caller()}{marks[1]}" if marks else caller()


class PlainNamespace(Namespace):
    """A template's namespace() without access to names that start with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        """Take names and values, as jinja2's own does (its first argument is unnamed, so that `self` may be a value)."""
        own, *rest = args
        values = dict(*rest, **kwargs)
        for name in values:
            _check_name(name)
        Namespace.__init__(own, values)

    def __setitem__(self, name: str, value: object) -> None:
        """Set an attribute by `{% set ns.name = … %}`."""
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace may not hold {name!r}")


def _raise(message: object) -> NoReturn:
    raise TemplateError(str(message))


def _to_json(value: object, **options: Any) -> str:
    allowed = {key: options[key] for key in ("indent", "separators", "sort_keys") if key in options}
    return json.dumps(value, ensure_ascii=options.get("ensure_ascii", False), **allowed)


class Renderer:
    """One compiled template with its variables and limits."""

    def __init__(self, config: dict[str, Any]) -> None:
        """Compile `config["template"]`; the other keys are variables, max_characters and now (ISO date)."""
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[GenerationMarks, "jinja2.ext.loopcontrols"]
        )
        environment.extend(generation_marks=None)
        now = datetime.datetime.fromisoformat(config["now"])
        environment.filters["tojson"] = _to_json
        environment.globals.update(raise_exception=_raise, strftime_now=now.strftime, namespace=PlainNamespace)
        for name in ("lipsum", "cycler", "joiner"):
            environment.globals.pop(name, None)
        self.environment: Any = environment
        self.variables: dict[str, Any] = config["variables"]
        self.max_characters: int = config["max_characters"]
        self.has_marks = "endgeneration" in config["template"]
        self.template: Template = environment.from_string(config["template"])

    def text(self, messages: Messages, *, prompt: bool = False) -> str:
        """Render a conversation; `prompt` asks for the opening of the next assistant turn."""
        parts: list[str] = []
        length = 0
        for part in self.template.generate(
            **self.variables, messages=messages, tools=None, documents=None, add_generation_prompt=prompt
        ):
            length += len(part)
            if length > self.max_characters:
                raise Refused(f"its text grew beyond {self.max_characters:,} characters")
            parts.append(part)
        return "".join(parts)

    def spans(self, messages: Messages) -> dict[str, Any]:
        """Render a conversation and find the assistant's part of it."""
        text = self.text(messages)
        turns = [index for index, message in enumerate(messages) if message["role"] == "assistant"]
        found = self._by_marks(messages, text) if self.has_marks else []
        if len(found) == len(turns):
            return {"text": text, "spans": found, "how": "marks"}
        return {"text": text, "spans": [self._by_prefix(messages, index, text) for index in turns], "how": "prefixes"}

    def _by_marks(self, messages: Messages, text: str) -> list[tuple[int, int]]:
        # A text cannot contain its own hash, so no row can forge a mark.
        digest = hashlib.sha256(text.encode()).hexdigest()
        opening, closing = f"\ue000{digest}<", f"\ue000{digest}>"
        self.environment.generation_marks = (opening, closing)
        limit, self.max_characters = self.max_characters, self.max_characters + 2 * len(opening) * len(messages)
        try:
            marked = self.text(messages)
        finally:
            self.environment.generation_marks, self.max_characters = None, limit
        return _read_marks(marked, opening, closing, text)

    def _by_prefix(self, messages: Messages, index: int, text: str) -> tuple[int, int]:
        before = self.text(messages[:index], prompt=True)
        upto = text if index == len(messages) - 1 else self.text(messages[: index + 1])
        if not text.startswith(upto) or not upto.startswith(before):
            raise Refused(
                f"the template writes the conversation before turn {index + 1} differently once that turn, or a later one, "
                "is there, so the assistant's part cannot be told apart"
            )
        start = len(before)
        if before == self.text(messages[:index]):  # the template ignores the request for a prompt: look for its header
            start += len(self._header(messages[:index], messages[index], upto[start:]))
        return start, len(upto)

    def _header(self, before: Messages, turn: dict[str, str], written: str) -> str:
        """Return what the template writes of itself before the turn's content, found by writing another content there."""
        stand_in = f"\ue000{hashlib.sha256(written.encode()).hexdigest()}"  # no text contains its own hash
        header, found, _ = self.text([*before, {**turn, "content": stand_in}])[len(self.text(before)) :].partition(
            stand_in
        )
        return header if found and header.strip() and written.startswith(header) else ""


def _read_marks(marked: str, opening: str, closing: str, text: str) -> list[tuple[int, int]]:
    """Take the marks out again; an empty list where they do not pair up or changed what the template wrote."""
    spans: list[tuple[int, int]] = []
    first, *rest = marked.split(opening)
    plain = first
    for piece in rest:
        inner, found, after = piece.partition(closing)
        if not found:
            return []
        spans.append((len(plain), len(plain) + len(inner)))
        plain += inner + after
    return spans if plain == text else []


def answer(renderer: Renderer, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Render each conversation of a request; one that fails carries its reason."""
    results: list[dict[str, Any]] = []
    for messages in request["conversations"]:
        try:
            if request["want"] == "spans":
                results.append(renderer.spans(messages))
            else:
                results.append({"text": renderer.text(messages, prompt=request["prompt"])})
        except MemoryError:
            results.append({"error": "it asked for more memory than templates are given"})
        except Exception as error:  # noqa: BLE001  (a template can raise anything; each becomes that row's reason)
            results.append({"error": f"{error or type(error).__name__}"[:500]})
    return results


def limit_memory(limit_bytes: int) -> None:
    """Cap this process's address space, where the operating system can (not on Windows)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def start_timer(seconds: float) -> None:
    """Let the system end this process if a request outlives its parent's patience and its parent."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def main() -> None:
    """Serve requests until standard input closes."""
    renderer: Renderer | None = None
    patience_s = 60.0
    for line in sys.stdin.buffer:
        request = json.loads(line)
        reply: Any
        if renderer is None:
            patience_s = request["limit_s"] * 2
            limit_memory(request["memory_bytes"])
            start_timer(patience_s)
            try:
                renderer, reply = Renderer(request), {"ok": True}
            except Exception as error:  # noqa: BLE001  (as above: the template may fail to compile in any way)
                reply = {"error": f"{error or type(error).__name__}"[:500]}
        else:
            start_timer(patience_s)
            reply = answer(renderer, request)
        start_timer(0)
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
