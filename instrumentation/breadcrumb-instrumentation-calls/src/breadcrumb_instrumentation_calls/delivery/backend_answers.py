"""Hears what a backend answers to OpenTelemetry's OTLP exporters, which only log it.

The exporters drop a partial success, take a redirection for a success and do not hand an error on. Their
attributes used here are private: where one is missing nothing is heard, and a result has no reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.originals import json

if TYPE_CHECKING:
    from collections.abc import Callable

REDIRECTED = 300
"""The first HTTP status that is no success."""
NO_ANSWERS = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})
"""Status codes of gRPC that mean that nobody answered."""


class Answer(NamedTuple):
    """What came back for one request."""

    is_refusal: bool = False
    """Whether the backend said no to all of it."""
    rejected: int = 0
    """Spans that it said no to, of a request that it took."""
    reason: str = ""


def listen(exporter: Any, hear: Callable[[Answer], None]) -> None:
    """Have `hear` told of each answer that the exporter gets, on the thread that exports."""
    if hasattr(exporter, "_stub") and hasattr(exporter, "_client"):
        exporter._stub = _HeardStub(exporter._stub, hear)
        if exporter._client is not None:
            exporter._client = _HeardClient(exporter._client, hear)
    transport = _transport(exporter)
    if transport is not None:
        transport.request = _heard_request(transport.request, hear)


def is_grpc(exporter: Any) -> bool:
    """Whether the exporter speaks gRPC."""
    return hasattr(exporter, "_channel")


def renew(exporter: Any) -> None:
    """Let go, in a forked child, of connections that are the parent's."""
    session = getattr(_transport(exporter), "_session", None)
    if session is not None:
        session.close()


def _transport(exporter: Any) -> Any:
    transport = getattr(getattr(exporter, "_client", None), "_transport", None)
    return transport if hasattr(transport, "request") else None


class _HeardStub:
    """Stands for the class of a gRPC client: the exporter makes another one when it connects anew."""

    def __init__(self, stub: Callable[[Any], Any], hear: Callable[[Answer], None]) -> None:
        self._stub = stub
        self._hear = hear

    def __call__(self, channel: Any) -> _HeardClient:
        return _HeardClient(self._stub(channel), self._hear)


class _HeardClient:
    """Stands for a gRPC client."""

    def __init__(self, client: Any, hear: Callable[[Answer], None]) -> None:
        self._export = client.Export
        self._hear = hear

    def Export(self, *args: Any, **kwargs: Any) -> Any:  # noqa: N802 - the protocol's name
        """Send a request."""
        try:
            response = self._export(*args, **kwargs)
        except Exception as error:
            self._hear(_failed_call(error))
            raise
        self._hear(_partly(response))
        return response


def _heard_request(request: Callable[..., Any], hear: Callable[[Answer], None]) -> Callable[..., Any]:
    def heard(*args: Any, **kwargs: Any) -> Any:
        result = request(*args, **kwargs)
        hear(_of_http(result))
        return result

    return heard


def _failed_call(error: Any) -> Answer:
    code = getattr(error, "code", None)
    name = getattr(code() if callable(code) else None, "name", None)
    if name is None:
        return Answer(reason=type(error).__name__)
    return Answer(is_refusal=name not in NO_ANSWERS, reason=f"{name}: {error.details()}")


def _of_http(result: Any) -> Answer:
    status = getattr(result, "status_code", None)
    if status is None:
        return Answer(reason=type(result.error).__name__ if getattr(result, "error", None) else "no answer")
    if status >= REDIRECTED:
        return Answer(is_refusal=True, reason=f"HTTP {status} {result.reason or ''}".rstrip())
    try:
        return _read(result)
    except Exception as error:  # noqa: BLE001 - anything may come back from a backend
        return Answer(reason=f"an answer that is not OTLP: {type(error).__name__}")


def _read(result: Any) -> Answer:
    body = result.content()
    kind = next((value for name, value in result.headers().items() if name.lower() == "content-type"), "")
    if not body:
        return Answer()
    if "json" in kind:
        told = json.loads(body).get("partialSuccess", {})
        return _rejection(int(told.get("rejectedSpans", 0)), told.get("errorMessage", ""))
    if "protobuf" not in kind:
        return Answer()
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

    return _partly(trace_service_pb2.ExportTraceServiceResponse.FromString(body))


def _partly(response: Any) -> Answer:
    told = getattr(response, "partial_success", None)
    return Answer() if told is None else _rejection(told.rejected_spans, told.error_message)


def _rejection(count: int, message: str) -> Answer:
    return Answer(rejected=count, reason=f"partial success: {message}" if count else "")
