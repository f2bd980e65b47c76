"""What roots ask of OpenTelemetry's SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, StaticSampler
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from breadcrumb_instrumentation_calls.base.ids import Ids
from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.parenting.trace_parent import TRACEPARENT, TRACESTATE

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import SpanContext


class PrivateIdGenerator(Ids, RandomIdGenerator):
    """Our ids, as the SDK takes them."""


def id_generator(provider: TracerProvider) -> IdGenerator:
    """The provider's generator; ours where it is the SDK's own, that nobody chose."""
    given = provider.id_generator
    return PrivateIdGenerator() if type(given) is RandomIdGenerator else given


def takes_every_trace(sampler: Sampler) -> bool:
    """Whether a sampler is one of the SDK's that takes every trace that begins in this process."""
    root = sampler.__dict__.get("_root") if type(sampler) is ParentBased else sampler
    return type(root) is StaticSampler and root.__dict__.get("_decision") is Decision.RECORD_AND_SAMPLE


def starter_of_process() -> SpanContext | None:
    """Who started this process, and what else came with the trace."""
    carrier = {name.lower(): os.environ[name] for name in (TRACEPARENT, TRACESTATE) if name in os.environ}
    span = get_current_span(TraceContextTextMapPropagator().extract(carrier)).get_span_context()
    return span if span.is_valid else None
