"""Starts and stops our two parts in this process: the spool that keeps spans and the tracer that makes them.

With a TracerProvider of OpenTelemetry's, or without one until the program uses it.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import location, ownership
from breadcrumb_exporter_duckdb.format import encryption
from breadcrumb_exporter_duckdb.writing.call_keeper import CallKeeper
from breadcrumb_instrumentation_calls import Limits, Thinning, Tracer
from breadcrumb_instrumentation_calls.base import debug

from breadcrumb.common import entry_points, names, sending
from breadcrumb.common.redacting import redactor_of
from breadcrumb.traced.entry import Entry, hand_on, scope

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from breadcrumb_exporter_duckdb import SpoolSpanProcessor
    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb.common.settings import Settings


class Tracing:
    """What runs in this process, and how it ends."""

    def __init__(
        self,
        store: Path | None,
        run_id: str,
        keeper: CallKeeper | None,
        tracer: Tracer | None,
        redactor: Redactor,
        *,
        sends_values: bool,
    ) -> None:
        self.store = store
        """None where nothing is kept here: other exporters have the spans."""
        self.run_id = run_id
        self.keeper = keeper
        """What keeps calls and spans in the store."""
        self.tracer = tracer
        """None where calls are not traced."""
        self.sends_values = sends_values
        """Whether other exporters get arguments and returns."""
        self.redactor = redactor
        self._provider: TracerProvider | None = None
        self._processor: SpoolSpanProcessor | None = None
        """The one that we added to the provider."""

    def meet(self, provider: TracerProvider) -> None:
        """Keep that provider's spans too, and show it the calls."""
        from breadcrumb_exporter_duckdb import SpoolSpanProcessor
        from opentelemetry.sdk.resources import Resource

        provider._update_resource(Resource({names.ATTRIBUTE_RUN_ID: self.run_id}))
        if self.keeper is not None:
            self._processor = SpoolSpanProcessor.of(self.keeper, self.redactor)
            provider.add_span_processor(self._processor)
        if self.tracer is not None:
            self.tracer.meet(provider)
        self._provider = provider

    def muted(self) -> AbstractContextManager[None]:
        """Record nothing on this thread for a while: what it does is not the program's."""
        return nullcontext() if self.tracer is None else self.tracer.muted()

    def flush(self) -> None:
        """Return once every call that has ended is in the store, whatever other exporters do."""
        if self.tracer is not None:
            self.tracer.hand_on()
        if self._processor is not None:
            self._processor.force_flush()
        elif self.keeper is not None:
            self.keeper.flush()

    def hand_on_calls(self) -> None:
        """Have the calls that have ended kept."""
        if self.tracer is not None:
            self.tracer.hand_on_calls()

    def stop(self) -> None:
        """Trace nothing more, write what there is, and take our part out of the provider."""
        global _current
        with self.muted():
            self.flush()
            if self.tracer is not None:
                self.tracer.stop()
        self.leave("detach")
        _current = None

    def leave(self, how: str) -> None:
        """Keep nothing more: the process ends, or goes on without us."""
        if self._processor is not None and self._provider is not None:
            _take_out(self._provider, self._processor)
        elif self.keeper is not None:
            self.keeper.end(how)

    def end(self) -> None:
        """The process ends."""
        provider = self._provider
        if provider is None:
            if self.tracer is not None:
                self.tracer.stop(for_good=True)
            self.leave("exit")
        else:
            shut_down(provider)


def shut_down(provider: TracerProvider) -> None:
    """The process ends: shut that provider down, unless the program has done so."""
    if provider._atexit_handler is not None:
        provider._atexit_handler = None
        provider.shutdown()


_current: Tracing | None = None


def current() -> Tracing | None:
    """What runs in this process; None when nothing does."""
    return _current


def new_run_id() -> str:
    """The name of a run that no launcher named."""
    return os.urandom(4).hex()


def join_run(entry: Entry) -> str:
    """The run that this process joins, else begins; its children will."""
    run_id = os.environ.setdefault(names.ENV_RUN_ID, new_run_id())
    os.environ[names.ENV_ENTRY] = hand_on(entry)
    return run_id


def distro_attributes() -> dict[str, str]:
    """What tells a backend who made these spans."""
    version = entry_points.version(names.DISTRIBUTION)
    return {names.ATTRIBUTE_DISTRO_NAME: names.DISTRO, names.ATTRIBUTE_DISTRO_VERSION: version}


def start(
    provider: TracerProvider | None,
    settings: Settings,
    entry: Entry,
    run_id: str,
    *,
    attached: bool = False,
    keep: bool = True,
) -> Tracing:
    """Trace the calls of `entry` and what settings include; `keep` them, and other spans, in the store.

    There is no `provider` until the program uses OpenTelemetry.
    `attached` is whether the program ran already. Raises StoreError where the store cannot be written.
    """
    global _current
    if settings.debug:
        debug.begin()
    redactor = redactor_of(settings)
    store = _prepared(settings) if keep else None
    debug.note(f"store: {store or 'none: other exporters have the spans'}")
    keeper = None if store is None else _keeper(store, settings, run_id)
    tracer = None if _calls_disabled() else _tracer(settings, entry, redactor, keeper, attached)
    running = Tracing(store, run_id, keeper, tracer, redactor, sends_values=sending.elsewhere(settings))
    try:
        if provider is not None:
            running.meet(provider)
        if tracer is not None:
            tracer.start()
    except BaseException:
        running.leave("detach")
        raise
    _current = running
    return running


def _prepared(settings: Settings) -> Path:
    store = ownership.prepare(Path(settings.store) if settings.store else location.find_store())
    encryption.use(settings.encryption_key)
    encryption.prepare(store)
    return store


def _keeper(store: Path, settings: Settings, run_id: str) -> CallKeeper:
    return CallKeeper(store, run_id=run_id, fsync=settings.fsync, retention=settings.retention)


def _tracer(
    settings: Settings, entry: Entry, redactor: Redactor, keeper: CallKeeper | None, attached: bool
) -> Tracer:
    return Tracer(
        None,
        scope(entry, settings),
        limits(settings),
        redactor,
        keeper=keeper,
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
    named = {name.strip() for name in os.environ.get(names.ENV_OTEL_DISABLED, "").split(",")}
    return bool(named & {names.CALLS_INSTRUMENTOR, "*"})


def _take_out(provider: TracerProvider, processor: SpoolSpanProcessor) -> None:
    """The SDK can add a span processor but not remove one."""
    every = provider._active_span_processor
    every._span_processors = tuple(each for each in every._span_processors if each is not processor)
    processor.detach()
