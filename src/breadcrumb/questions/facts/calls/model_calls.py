"""What a span says of a call of a language model or of its tool, by OpenTelemetry's names or OpenInference's.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name")
TOKENS_IN = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
TOKENS_OUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
TOOL = ("gen_ai.tool.name", "tool.name")
_INPUT = ("gen_ai.input.messages", "gen_ai.prompt", "llm.input_messages")
_OUTPUT = ("gen_ai.output.messages", "gen_ai.completion", "llm.output_messages")
_ASKED = ("gen_ai.tool.call.arguments", "input.value", "tool.parameters")
_GIVEN = ("gen_ai.tool.call.result", "output.value")
"""Where there are no messages."""


@dataclass(frozen=True)
class ModelCall:
    """What is known of it; texts are redacted as they were kept."""

    model: str = ""
    tool: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    asked: str = ""
    """The last message that went in."""
    given: str = ""
    """What came out."""


def model_call(attributes: Any) -> ModelCall | None:
    """Read it off a span's attributes; None where they are of something else."""
    if not isinstance(attributes, dict) or not any(
        name.startswith(("gen_ai.", "llm.", "openinference.")) for name in attributes
    ):
        return None
    return ModelCall(
        model=str(_first(attributes, MODEL) or ""),
        tool=str(_first(attributes, TOOL) or ""),
        tokens_in=_number(_first(attributes, TOKENS_IN)),
        tokens_out=_number(_first(attributes, TOKENS_OUT)),
        asked=_last(attributes, _INPUT) or _plain(_first(attributes, _ASKED)),
        given=_last(attributes, _OUTPUT) or _plain(_first(attributes, _GIVEN)),
    )


def _first(attributes: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) is not None), None)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _last(attributes: Mapping[str, Any], names: Sequence[str]) -> str:
    """The last message under one of these names: a list, its JSON, or attributes with numbered names."""
    for name in names:
        found = _parsed(attributes[name]) if name in attributes else _unflattened(attributes, name)
        if isinstance(found, list) and found:
            return message(found[-1])
        if isinstance(found, str) and found:
            return found
    return ""


def _unflattened(attributes: Mapping[str, Any], name: str) -> list[Any]:
    """`llm.input_messages.0.message.content` and its like, as the list of messages that they were."""
    whole: dict[str, Any] = {}
    for key, value in attributes.items():
        if key.startswith(f"{name}."):
            at = whole
            *path, last = key[len(name) + 1 :].split(".")
            for step in path:
                inner = at.setdefault(step, {})
                at = inner if isinstance(inner, dict) else {}
            at[last] = value
    numbered = sorted((int(key), value) for key, value in whole.items() if key.isascii() and key.isdigit())
    return [value for _, value in numbered]


def message(told: Any) -> str:
    """A message: its role, its text, and the tools that it calls."""
    told = told.get("message", told) if isinstance(told, dict) else told
    if not isinstance(told, dict):
        return _plain(told)
    said = [each for each in _parts(told) if each]
    role = told.get("role")
    return f"{role}: {' '.join(said)}" if role and role != "assistant" else " ".join(said)


def _parts(message: Mapping[str, Any]) -> Iterator[str]:
    yield _plain(message.get("content"))
    for part in _listed(message.get("parts")):
        if part.get("type") == "tool_call":
            yield _tool_call(part)
        else:
            yield _plain(part.get("content", part.get("response", part.get("result"))))
    for call in _listed(message.get("tool_calls")):
        call = call.get("tool_call", call)
        yield _tool_call(call.get("function", call))


def _listed(value: Any) -> list[dict[str, Any]]:
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [each for each in members if isinstance(each, dict)]


def _tool_call(call: Mapping[str, Any]) -> str:
    return f"{call.get('name')}({_plain(call.get('arguments'))})"


def _plain(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
