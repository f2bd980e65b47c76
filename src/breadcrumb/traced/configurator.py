"""The OpenTelemetry configurator: the SDK as the user's OTEL_* variables say, our spool and our tracer added.

Where somebody else's launcher started the process the spool is there only if `duckdb` is among the exporters:
one that the user names is the one that is used.
The exporter `duckdb` is taken out of the exporter list, since our span processor writes the same spans.
With OTEL_CONFIG_FILE that file decides about everything but our two parts.

The SDK's own set-up imports metrics, logs and exporters, which doubles the start-up of a program; where the
environment asks for none of what it does, we build the provider alone.
"""

from __future__ import annotations

import atexit
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.parenting.sdk import id_generator
from opentelemetry.environment_variables import (
    OTEL_LOGS_EXPORTER,
    OTEL_METRICS_EXPORTER,
    OTEL_PYTHON_ID_GENERATOR,
    OTEL_TRACES_EXPORTER,
)
from opentelemetry.sdk.environment_variables import (
    OTEL_CONFIG_FILE,
    OTEL_PYTHON_TRACER_CONFIGURATOR,
    OTEL_RESOURCE_ATTRIBUTES,
    OTEL_SERVICE_NAME,
    OTEL_TRACES_SAMPLER,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.semconv.attributes.service_attributes import SERVICE_INSTANCE_ID, SERVICE_NAME
from opentelemetry.trace import get_tracer_provider, set_tracer_provider

from breadcrumb.common import entry_points, names, sampling
from breadcrumb.common.redacting import redactor_of
from breadcrumb.common.settings import Settings
from breadcrumb.traced import pool_numbers, tracing
from breadcrumb.traced.entry import Entry
from breadcrumb.traced.entry import current as current_entry
from breadcrumb.traced.tracing import distro_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

_STOCK_VARIABLES = (
    OTEL_CONFIG_FILE,
    OTEL_PYTHON_ID_GENERATOR,
    OTEL_PYTHON_TRACER_CONFIGURATOR,
    OTEL_TRACES_SAMPLER,
    "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED",
)
"""Variables that only the SDK's own set-up acts upon."""


class BreadcrumbConfigurator:
    """Configures the SDK, then starts recording."""

    def configure(self, **kwargs: Any) -> None:
        """Set the global TracerProvider up and trace this process; StoreError without a store."""
        if tracing.current() is not None:
            return
        entry = current_entry()
        with _without_our_exporter(), pool_numbers.kept():
            _set_up_sdk(entry, **kwargs)
        pool_numbers.keep_in_children()
        provider = get_tracer_provider()
        if not isinstance(provider, TracerProvider):
            return
        shut_down_at_exit(provider)
        provider._update_resource(Resource(distro_attributes()))  # OTEL_CONFIG_FILE does not know them
        settings = Settings.from_environment()
        if entry and _is_traced(settings):
            if settings.otlp_redaction and provider._active_span_processor._span_processors:
                _redact_exports(provider, settings)
            provider.id_generator = id_generator(provider)  # type: ignore[assignment]  # too narrow upstream
            tracing.start(provider, settings, entry, tracing.join_run(entry), keep=_keeps())


def _keeps() -> bool:
    """Whether there is to be a store."""
    exporters = os.environ.get(names.ENV_EXPORTERS, names.EXPORTER).split(",")
    return names.ENV_SETTINGS in os.environ or names.EXPORTER in map(str.strip, exporters)


def _redact_exports(provider: TracerProvider, settings: Settings) -> None:
    from breadcrumb.traced.redacting import redact_exports

    redact_exports(provider, redactor_of(settings))


def _is_traced(settings: Settings) -> bool:
    """Whether this process is; the first one of a run without a launcher decides for all."""
    if settings.enabled and names.ENV_RUN_ID not in os.environ and sampling.leaves_out(settings):
        sampling.tell_children(os.environ)
        return False
    return settings.enabled


def _set_up_sdk(entry: Entry | None, **kwargs: Any) -> None:
    given = kwargs.pop("resource_attributes", {})
    attributes = {**distro_attributes(), **given, **resource_attributes(entry)}
    if not _needs_stock_setup():
        set_tracer_provider(_provider(attributes))
        return
    from opentelemetry.sdk._configuration import _OTelSDKConfigurator

    stock: Any = _OTelSDKConfigurator
    if os.environ.get(OTEL_CONFIG_FILE):
        stock().configure()
    else:
        stock().configure(resource_attributes=attributes, **kwargs)


def _provider(attributes: dict[str, str]) -> TracerProvider:
    return TracerProvider(resource=Resource.create(attributes), shutdown_on_exit=False)


def set_up_for(running: tracing.Tracing, entry: Entry, instance: str) -> None:
    """Set the global TracerProvider up in a process whose calls are recorded already, as that `instance`."""
    attributes = {**distro_attributes(), **resource_attributes(entry)}
    if not _is_named(SERVICE_INSTANCE_ID):
        attributes[SERVICE_INSTANCE_ID] = instance
    with pool_numbers.kept():
        provider = _provider(attributes)
    pool_numbers.keep_in_children()
    provider.id_generator = id_generator(provider)  # type: ignore[assignment]  # too narrow upstream
    provider._atexit_handler = provider.shutdown  # which `running` calls at its end
    running.meet(provider)
    set_tracer_provider(provider)


def _needs_stock_setup() -> bool:
    exporters = (OTEL_TRACES_EXPORTER, OTEL_METRICS_EXPORTER, OTEL_LOGS_EXPORTER)
    return (
        any(os.environ.get(variable) for variable in _STOCK_VARIABLES)
        or any(os.environ.get(variable, "none") != "none" for variable in exporters)
        or entry_points.has_opamp()
    )


def shut_down_at_exit(provider: TracerProvider) -> None:
    """See that it is shut down: the SDK would look for its handler among the program's, and compare them."""
    if provider._atexit_handler is not None:
        atexit.unregister(provider._atexit_handler)
    provider._atexit_handler = provider.shutdown
    atexit.register(tracing.shut_down, provider)


def resource_attributes(entry: Entry | None) -> dict[str, str]:
    """A service name where the user gives none."""
    if entry and not (os.environ.get(OTEL_SERVICE_NAME) or _is_named(SERVICE_NAME)):
        return {SERVICE_NAME: entry.name}
    return {}


def _is_named(attribute: str) -> bool:
    """Whether the user gives this attribute of the resource."""
    return f"{attribute}=" in os.environ.get(OTEL_RESOURCE_ATTRIBUTES, "")


@contextmanager
def _without_our_exporter() -> Iterator[None]:
    """Hide `duckdb` from the SDK for as long as it reads the exporter list; children still see it."""
    given = os.environ.get(OTEL_TRACES_EXPORTER)
    others = [name for name in (given or "").split(",") if name.strip() != names.EXPORTER]
    if given is not None:
        os.environ[OTEL_TRACES_EXPORTER] = ",".join(others) or "none"
    try:
        yield
    finally:
        if given is not None:
            os.environ[OTEL_TRACES_EXPORTER] = given
