"""What a server may ask of its client, where the client says that it can: its roots, its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

if TYPE_CHECKING:
    from typing import Any, TypeVar

    from fastmcp import Context

    Answer = TypeVar("Answer", bound=Any)

ROOTS_SECONDS = 10
MODEL_SECONDS = 60
"""For a person who is asked first, and for the model."""


async def roots(context: Context) -> list[str]:
    """The addresses of the directories that the client works in; none where it does not say."""
    able = context.session.client_capabilities
    if able is None or able.roots is None:
        return []
    listed = await _requested(context, ListRootsRequest(), ListRootsResult, ROOTS_SECONDS)
    return [str(root.uri) for root in listed.roots] if listed else []


async def model_says(context: Context, system: str, text: str, tokens: int) -> str | None:
    """What the client's model answers; None where there is none, or it was not allowed."""
    able = context.session.client_capabilities
    if able is None or able.sampling is None:
        return None
    message = SamplingMessage(role="user", content=TextContent(text=text))
    params = CreateMessageRequestParams(messages=[message], system_prompt=system, max_tokens=tokens)
    request = CreateMessageRequest(params=params)
    said = await _requested(context, request, CreateMessageResult, MODEL_SECONDS)
    return said.content.text if said and isinstance(said.content, TextContent) else None


async def _requested(context: Context, request: Any, kind: type[Answer], seconds: float) -> Answer | None:
    if not context.session.can_send_request:
        return None
    metadata = ServerMessageMetadata(related_request_id=context.request_id)
    try:
        return await context.session.send_request(request, kind, seconds, metadata)
    except MCPError:
        return None
