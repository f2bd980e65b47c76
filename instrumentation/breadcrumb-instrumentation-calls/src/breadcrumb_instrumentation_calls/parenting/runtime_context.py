"""Lets spans of other instrumentations nest in our calls, and ours in theirs, without an attach per call.

OpenTelemetry's runtime context is wrapped: whoever asks for the current context finds our innermost open call
in it, made into a span only then. A context that somebody attaches is marked with the call that was innermost
at the time, and when that began: its span counts as newer than that call and those which began before it (the
callers of a context manager that attached it), and as older than calls that start later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import opentelemetry.context
from opentelemetry.context.context import Context, _RuntimeContext
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext
from opentelemetry.trace import SpanKind, get_current_span, set_span_in_context

from breadcrumb_instrumentation_calls.base.frame_locals import local
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.parenting.span_of_call import span_of_call
from breadcrumb_instrumentation_calls.parenting.trace_states import TraceStates, below

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Token

    from opentelemetry.trace import SpanContext

    from breadcrumb_instrumentation_calls.capture.calls import Parent

MARK = opentelemetry.context.create_key("breadcrumb-innermost-call")
_SERVER_DECISION = "_start_internal_or_server_span"
"""Where instrumentations decide between SERVER and INTERNAL: by whether there is a current span."""
_START_SPAN = "start_span"
"""Where a span gets its parent; its argument `kind` says whether it is a request or a message."""
_FRAMES_TO_DECISION = 10


class CallsRuntimeContext(_RuntimeContext):
    """Wraps the runtime context that was in use; `innermost` gives the innermost open call of the caller.

    `began` tells when that call began, by its span id; None of calls elsewhere.
    """

    mark = MARK

    def __init__(
        self,
        inner: _RuntimeContext,
        innermost: Callable[[], Parent | None],
        began: Callable[[int], int | None],
    ) -> None:
        self.inner = inner
        self.variable = inner._current_context if type(inner) is ContextVarsRuntimeContext else None
        """The context variable that holds OpenTelemetry's context, where it is the SDK's own."""
        self.innermost = innermost
        self._began = began
        self.states = TraceStates()

    def attach(self, context: Context) -> Token[Context]:
        """Make a context current, noting the call in which that happens."""
        call = self.innermost()
        if call is not None:
            mark = call.span_id, self._began(call.span_id) or 0
            context = context if context.get(MARK) == mark else Context({**context, MARK: mark})
        return self.inner.attach(context)

    def get_current(self) -> Context:
        """The attached context, with the innermost call as its span if the call is newer."""
        context = self.inner.get_current()
        call = self.innermost()
        if call is None or self._is_newer(context, call):
            return context
        around = get_current_span(context)
        span = around.get_span_context()
        if span.span_id == call.span_id or _hides(call, span):
            return context
        return set_span_in_context(span_of_call(self._place(call, span), around), context)

    def _is_newer(self, context: Context, call: Parent) -> bool:
        """Whether somebody attached a context after a call began."""
        mark: Any = context.get(MARK)
        if mark is None or mark[0] == call.span_id:
            return mark is not None
        began = self._began(call.span_id)
        return began is not None and mark[1] > began

    def _place(self, call: Parent, around: SpanContext) -> SpanContext:
        """The call's; for a sampler below it is as remote as the span that would be the parent without us."""
        if around.trace_id != call.trace_id:
            return self.states.call(call)
        return below(around, call.trace_id, call.span_id, sampled=call.sampled, is_remote=around.is_remote)

    def detach(self, token: Token[Context]) -> None:
        """Make the context before current again."""
        self.inner.detach(token)

    def attached_in(self, call: Parent | None) -> SpanContext | None:
        """The span that somebody attached and that is newer than `call`; any, where there is no call."""
        context = self.inner.get_current()
        if not context or (call is not None and not self._is_newer(context, call)):
            return None
        found = get_current_span(context).get_span_context()
        return found if found.is_valid else None

    def install(self) -> None:
        """Become the runtime context of this process."""
        opentelemetry.context._RUNTIME_CONTEXT = self

    def remove(self) -> None:
        """Give the place back."""
        if opentelemetry.context._RUNTIME_CONTEXT is self:
            opentelemetry.context._RUNTIME_CONTEXT = self.inner


def runtime_context(
    innermost: Callable[[], Parent | None], began: Callable[[int], int | None]
) -> CallsRuntimeContext:
    """A wrapper of the process's present runtime context."""
    return CallsRuntimeContext(opentelemetry.context._RUNTIME_CONTEXT, innermost, began)


def _hides(call: Parent, around: SpanContext) -> bool:
    """Whether a call is not to be seen as the current span.

    It is not where it is not recorded and the trace is the program's, nor for a span that begins a trace.
    """
    if around.is_valid:
        return not call.sampled and around.trace_id == call.trace_id
    return _begins_trace()


def _begins_trace() -> bool:
    """Whether the span of a request or message asks for its parent: a server's `main` is hidden from it."""
    frame: Any = sys._getframe(3)
    for _ in range(_FRAMES_TO_DECISION):
        if frame is None:
            return False
        name = frame.f_code.co_name
        if name == _SERVER_DECISION:
            return True
        if name == _START_SPAN:
            return local(frame, "kind") in (SpanKind.SERVER, SpanKind.CONSUMER)
        frame = frame.f_back
    return False
