"""Chat templates under limits of time, memory and length: which one a tokenizer has, and rendering with it.

A template comes with the model, so from strangers: it runs in a process of its own (`template_process.py`), which is
killed when it takes too long. On Windows the memory limit does not apply; time and length do.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.errors import EnvironmentFailure, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from transformers import PreTrainedTokenizerFast

    from engine.data.mapping import Message

#: Used for models without a chat template: plain headings, the answer closed by the model's end-of-text token.
FALLBACK_TEMPLATE = """\
{%- if bos_first %}{{ bos_token }}{% endif %}
{%- for message in messages %}
{{- '### ' + message['role'] | capitalize + ':\\n' }}
{%- if message['role'] == 'assistant' %}
{%- generation %}{{ message['content'] + eos_token }}{% endgeneration %}{{ '\\n\\n' }}
{%- else %}{{ message['content'] + '\\n\\n' }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '### Assistant:\\n' }}{% endif %}"""

#: Templates that print today's date are given this one, so that equal recipes give equal tokens.
FIXED_NOW = datetime.datetime(2024, 7, 26)

_MAX_TEMPLATE_CHARACTERS = 1 << 20
_BATCH = 64
_BATCH_CHARACTERS = 4_000_000


class TemplateLimits(Struct, frozen=True, kw_only=True):
    """What one template may take: seconds for a batch of 64 conversations, bytes of memory, characters of one text."""

    limit_s: float = 30.0
    memory_bytes: int = 1 << 30
    max_characters: int = 16_000_000


class ChatTemplate(Struct, frozen=True, kw_only=True):
    """The template in use, where it came from, and the variables it is given."""

    text: str
    source: str
    variables: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Name the template's exact text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class Rendered(Struct, frozen=True, kw_only=True):
    """A conversation as text, and the character spans of it that the assistant wrote; or why it could not be rendered."""

    text: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    how: str = ""
    error: str = ""


def chat_template_of(tokenizer: PreTrainedTokenizerFast) -> ChatTemplate:
    """Take the tokenizer's own template, or the stated fallback where it has none."""
    own = tokenizer.chat_template
    if isinstance(own, dict):
        own = own.get("default") or next(iter(own.values()), None)
    special: dict[str, Any] = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
    if own:
        if len(own) > _MAX_TEMPLATE_CHARACTERS:
            raise UserError("The model's chat template is longer than a megabyte.", remedy="Use another model.")
        return ChatTemplate(text=own, source="model", variables=special)
    first = tokenizer("a")["input_ids"][:1]
    bos_first = tokenizer.bos_token_id is not None and first == [tokenizer.bos_token_id]
    variables = {"bos_token": "", "eos_token": "", **special, "bos_first": bos_first}
    return ChatTemplate(text=FALLBACK_TEMPLATE, source="fallback", variables=variables)


class TemplateRenderer:
    """Renders conversations with one template; a context manager, because it owns a process.

    A template that fails to compile or exceeds a limit raises `UserError`; a conversation it refuses is marked so.
    """

    def __init__(self, template: ChatTemplate, *, limits: TemplateLimits | None = None) -> None:
        """Start the process and compile the template."""
        self.template = template
        self.limits = limits or TemplateLimits()
        script = Path(__file__).with_name("template_process.py")
        # -P keeps this folder, whose module names would shadow the standard library's, off the child's path.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._compile()
        except BaseException:
            self.close()
            raise

    def _compile(self) -> None:
        reply = self._ask(
            {
                "template": self.template.text, "variables": self.template.variables, "now": FIXED_NOW.isoformat(),
                "max_characters": self.limits.max_characters, "memory_bytes": self.limits.memory_bytes,
                "limit_s": self.limits.limit_s,
            }
        )  # fmt: skip
        if "error" in reply:
            raise UserError(
                f"The model's chat template cannot be used: {reply['error']}.", field="base",
                remedy="Use a model with a working chat template.",
            )  # fmt: skip

    def __enter__(self) -> TemplateRenderer:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, however it stands; safe to call again."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe and not pipe.closed:
                _close(pipe)

    def render(self, conversations: Sequence[Sequence[Message]], *, prompt: bool = False) -> list[Rendered]:
        """Render as text only; `prompt` ends each with the opening of an assistant turn."""
        return list(self._batches(conversations, {"want": "text", "prompt": prompt}))

    def render_spans(self, conversations: Sequence[Sequence[Message]]) -> Iterator[Rendered]:
        """Render and find the assistant's spans, in order; incremental, so that progress can be shown."""
        return self._batches(conversations, {"want": "spans"})

    def _batches(self, conversations: Sequence[Sequence[Message]], want: dict[str, Any]) -> Iterator[Rendered]:
        for batch in _by_size(conversations):
            plain = [[{"role": message.role, "content": message.content} for message in messages] for messages in batch]
            for result in self._ask({**want, "conversations": plain}):
                spans = tuple((begin, end) for begin, end in result.get("spans", ()))
                yield Rendered(
                    text=result.get("text", ""), spans=spans, how=result.get("how", ""), error=result.get("error", "")
                )

    def _ask(self, request: dict[str, Any]) -> Any:
        """Send a request and wait for its reply; the process is killed when the time is up."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(self.limits.limit_s, end)
        timer.daemon = True
        timer.start()
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = b""
        finally:
            timer.cancel()
            timer.join()
        return json.loads(line) if line.endswith(b"\n") else self._fail(is_late=late.is_set())

    def _fail(self, *, is_late: bool) -> Any:
        if is_late:
            raise UserError(
                f"The model's chat template took longer than {self.limits.limit_s:g} s and was stopped.", field="base",
                remedy="Use a model with a working chat template.",
            )  # fmt: skip
        code = self._process.wait()
        raise EnvironmentFailure(
            f"The process that renders chat templates ended by itself (exit code {code}).",
            remedy="Check that memory is free and that jinja2 is installed.",
        )


def _by_size(conversations: Sequence[Sequence[Message]]) -> Iterator[list[Sequence[Message]]]:
    """Batches of at most 64 conversations, fewer where they are long, so that the process's memory suffices."""
    batch: list[Sequence[Message]] = []
    size = 0
    for messages in conversations:
        length = sum(len(message.content) for message in messages)
        if batch and (len(batch) == _BATCH or size + length > _BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(messages)
        size += length
    if batch:
        yield batch


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # closing flushes what the dead process never read
        return
