"""Adds OpenInference's attributes to spans on their way, for backends that know these, as Phoenix does.

https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb.otlp.protobuf import Json

KIND = "openinference.span.kind"
LLM, CHAIN = "LLM", "CHAIN"
KINDS = {"execute_tool": "TOOL", "embeddings": "EMBEDDING", "invoke_agent": "AGENT", "create_agent": "AGENT"}
"""By the operation of OpenTelemetry's conventions; others are of a model."""
OPERATION = "gen_ai.operation.name"
NAMES = {
    "llm.model_name": ("gen_ai.response.model", "gen_ai.request.model"),
    "llm.provider": ("gen_ai.provider.name", "gen_ai.system"),
    "llm.token_count.prompt": ("gen_ai.usage.input_tokens",),
    "llm.token_count.completion": ("gen_ai.usage.output_tokens",),
    "tool.name": ("gen_ai.tool.name",),
    "input.value": ("gen_ai.input.messages", "gen_ai.tool.call.arguments", "breadcrumb.args"),
    "output.value": ("gen_ai.output.messages", "gen_ai.tool.call.result", "breadcrumb.return"),
}
"""What each is taken from, the first that is there."""
MIME = {"input.value": "input.mime_type", "output.value": "output.mime_type"}


def add(request: Json) -> None:
    """Add them to the spans of a request that have none: calls are chains."""
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                span["attributes"] += _added({each["key"]: each["value"] for each in span["attributes"]})


def _added(known: Mapping[str, Any]) -> list[Json]:
    if KIND in known:
        return []
    operation = known.get(OPERATION, {}).get("stringValue")
    kind = CHAIN if operation is None else KINDS.get(operation, LLM)
    found = {KIND: {"stringValue": kind}}
    for name, sources in NAMES.items():
        value = next((known[source] for source in sources if source in known), None)
        if value is not None:
            found[name] = value
            found |= {MIME[name]: {"stringValue": "application/json"}} if name in MIME else {}
    return [{"key": name, "value": value} for name, value in found.items() if name not in known]
