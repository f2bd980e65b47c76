"""Starts and stops our two parts in this process: the spool that keeps spans and the tracer that makes them.

Whoever has a TracerProvider comes here: the configurator under the launcher, `init` in a user's program.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb import SpoolSpanProcessor
from breadcrumb_exporter_duckdb.base import location, ownership
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.format import encryption
from breadcrumb_instrumentation_calls import Limits, Thinning, Tracer
from breadcrumb_instrumentation_calls.base import debug
from opentelemetry.instrumentation.environment_variables import OTEL_PYTHON_DISABLED_INSTRUMENTATIONS
from opentelemetry.sdk.resources import Resource

from breadcrumb.common import names, sending
from breadcrumb.common.redacting import redactor_of
from breadcrumb.traced.entry import Entry, scope

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb.common.settings import Settings


@dataclass(frozen=True)
class Tracing:
    """What runs in this process, and how it ends."""

    store: Path | None
    """None where nothing is kept here: other exporters have the spans."""
    run_id: str
    provider: TracerProvider
    processor: SpoolSpanProcessor | None
    """The one that we added to the provider."""
    tracer: Tracer | None
    """None where calls are not traced."""
    sends_values: bool
    """Whether other exporters get arguments and returns."""

    def muted(self) -> AbstractContextManager[None]:
        """Record nothing on this thread for a while: what it does is not the program's."""
        return nullcontext() if self.tracer is None else self.tracer.muted()

    def flush(self) -> None:
        """Return once every call that has ended is in the store, whatever other exporters do."""
        if self.tracer is not None:
            self.tracer.hand_on()
        if self.processor is not None:
            self.processor.force_flush()

    def hand_on_calls(self) -> None:
        """Have the processor take the calls that have ended."""
        if self.tracer is not None:
            self.tracer.hand_on_calls()

    def stop(self) -> None:
        """Trace nothing more, write what there is, and take our part out of the provider."""
        global _current
        with self.muted():
            self.flush()
            if self.tracer is not None:
                self.tracer.stop()
        if self.processor is not None:
            _take_out(self.provider, self.processor)
        _current = None


_current: Tracing | None = None


def current() -> Tracing | None:
    """What runs in this process; None when nothing does."""
    return _current


def new_run_id() -> str:
    """The name of a run that no launcher named."""
    return os.urandom(4).hex()


def start(
    provider: TracerProvider,
    settings: Settings,
    entry: Entry,
    run_id: str,
    *,
    attached: bool = False,
    keep: bool = True,
) -> Tracing:
    """Trace the calls of `entry` and what settings include; `keep` them, and other spans, in the store.

    `attached` is whether the program ran already. Raises StoreError where the store cannot be written.
    """
    global _current
    if settings.debug:
        debug.begin()
    redactor = redactor_of(settings)
    store = _prepared(settings) if keep else None
    debug.note(f"store: {store or 'none: other exporters have the spans'}")
    processor = None if store is None else _kept(provider, store, settings, run_id, redactor)
    provider._update_resource(Resource({names.ATTRIBUTE_RUN_ID: run_id}))
    try:
        tracer = None if _calls_disabled() else _tracer(provider, settings, entry, redactor, attached)
        if tracer is not None:
            tracer.start()
    except BaseException:
        if processor is not None:
            _take_out(provider, processor)
        raise
    _current = Tracing(store, run_id, provider, processor, tracer, sending.elsewhere(settings))
    return _current


def _prepared(settings: Settings) -> Path:
    store = ownership.prepare(Path(settings.store) if settings.store else location.find_store())
    encryption.use(settings.encryption_key)
    encryption.prepare(store)
    return store


def _kept(
    provider: TracerProvider, store: Path, settings: Settings, run_id: str, redactor: Redactor
) -> SpoolSpanProcessor:
    """A processor of the provider's that keeps its spans in the store."""
    processor = SpoolSpanProcessor(
        store, run_id=run_id, redactor=redactor, fsync=settings.fsync, retention=settings.retention
    )
    provider.add_span_processor(processor)
    return processor


def _tracer(
    provider: TracerProvider, settings: Settings, entry: Entry, redactor: Redactor, attached: bool
) -> Tracer:
    return Tracer(
        provider,
        scope(entry, settings),
        limits(settings),
        redactor,
        recorder=settings.recorder,
        gaps=settings.gaps,
        forward_values=sending.elsewhere(settings),
        trace_bytes=settings.otlp_trace_bytes,
        exception_locals=settings.exception_locals,
        thinning=thinning(settings),
        attached=attached,
    )


def limits(settings: Settings) -> Limits:
    """How much of a value is recorded."""
    return Limits(
        depth=settings.limits_depth,
        items=settings.limits_items,
        string=settings.limits_string,
        total=settings.limits_total,
        lines=settings.limits_lines,
    )


def thinning(settings: Settings) -> Thinning:
    """Which calls of hot and of sampled functions are kept."""
    return Thinning(
        rate=settings.thinning_rate,
        first=settings.thinning_first,
        slow=settings.thinning_slow,
        every=settings.thinning_every,
        functions=tuple(settings.sampling_functions.items()),
        overhead=settings.overhead,
    )


def _calls_disabled() -> bool:
    named = {name.strip() for name in os.environ.get(OTEL_PYTHON_DISABLED_INSTRUMENTATIONS, "").split(",")}
    return bool(named & {names.CALLS_INSTRUMENTOR, "*"})


def _take_out(provider: TracerProvider, processor: SpoolSpanProcessor) -> None:
    """The SDK can add a span processor but not remove one."""
    every = provider._active_span_processor
    every._span_processors = tuple(each for each in every._span_processors if each is not processor)
    processor.detach()
