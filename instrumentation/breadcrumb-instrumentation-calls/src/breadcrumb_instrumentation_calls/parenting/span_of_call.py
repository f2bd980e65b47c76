"""The current span in a traced call: its place in the trace is the call's, all else is the program's span's.

A call is recorded when it has ended, and takes no writes. What the program enriches is the span that would be
current without us; what it starts, sends or logs in the meantime hangs under the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from opentelemetry.trace import NonRecordingSpan

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext


def span_of_call(context: SpanContext, around: Span) -> Span:
    """The current span in a call at `context`; `around` is the one that the program made current."""
    kind: type[object] = type(around)
    if kind is _SpanOfCall:
        around = cast("_SpanOfCall", around)._breadcrumb_around
    if type(around) is NonRecordingSpan:
        return NonRecordingSpan(context)
    return cast("Span", _SpanOfCall(context, around))


class _SpanOfCall:
    """Passes for the span around the call wherever it is asked, but for where it stands in the trace."""

    _breadcrumb_around: Span

    def __init__(self, context: SpanContext, around: Span) -> None:
        place = NonRecordingSpan(context)  # its method, since one of ours would be a gap of the program's
        self.__dict__.update(
            context=context,
            _context=context,
            get_span_context=place.get_span_context,
            _breadcrumb_around=around,
        )

    @property  # type: ignore[misc]  # isinstance asks it
    def __class__(self) -> type[Any]:
        return type(self._breadcrumb_around)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._breadcrumb_around, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._breadcrumb_around, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._breadcrumb_around, name)

    def __enter__(self) -> Span:
        return self._breadcrumb_around.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._breadcrumb_around.__exit__(*error)

    def __eq__(self, other: object) -> bool:
        if type(other) is _SpanOfCall:
            other = other._breadcrumb_around
        return self._breadcrumb_around == other

    def __hash__(self) -> int:
        return hash(self._breadcrumb_around)

    def __dir__(self) -> list[str]:
        return dir(self._breadcrumb_around)

    def __repr__(self) -> str:
        return repr(self._breadcrumb_around)
