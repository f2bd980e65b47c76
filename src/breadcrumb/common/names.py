"""The names that launcher, traced process and readers agree on: environment variables and attributes.

Standard library only, no imports: everything else may import it.
"""

from __future__ import annotations

from typing import Final

ENV_PREFIX: Final = "BREADCRUMB_"
ENV_SETTINGS: Final = "BREADCRUMB_SETTINGS"
"""The resolved settings, a JSON object, from the launcher to every process of the run."""
ENV_STORE: Final = "BREADCRUMB_STORE"
ENV_RUN_ID: Final = "BREADCRUMB_RUN_ID"
ENV_ROOT: Final = "BREADCRUMB_ROOT"
"""The project root of the launch directory."""
ENV_PROFILE: Final = "BREADCRUMB_PROFILE"
"""The profile to use where no `-c` names one."""
ENV_NOTES: Final = "BREADCRUMB_NOTES"
"""A file to which every process of the run appends one line: that it joined, or why it could not."""
ENV_ENTRY: Final = "BREADCRUMB_ENTRY"
"""The default scope of a process, for its multiprocessing and execnet children, they continue its program."""

ENV_ACCOUNT_KEY: Final = "BREADCRUMB_ACCOUNT_KEY"
"""The path of the secret by which a store is known as this account's."""
ENV_MCP_TOKEN: Final = "BREADCRUMB_MCP_TOKEN"  # noqa: S105 - its name
"""What a client of `breadcrumb mcp --http` must show."""

RESERVED_ENV: Final = frozenset(
    {ENV_SETTINGS, ENV_RUN_ID, ENV_ROOT, ENV_PROFILE, ENV_NOTES, ENV_ENTRY, ENV_ACCOUNT_KEY, ENV_MCP_TOKEN}
)
"""Variables with our prefix that are not settings."""

ATTRIBUTE_DISTRO_NAME: Final = "telemetry.distro.name"
ATTRIBUTE_DISTRO_VERSION: Final = "telemetry.distro.version"
SERVICE_NAME: Final = "service.name"
SERVICE_INSTANCE: Final = "service.instance.id"
ATTRIBUTE_RUN_ID: Final = "breadcrumb.run.id"

DISTRO: Final = "breadcrumb"
DISTRIBUTION: Final = "breadcrumb-otel"
EXPORTER: Final = "duckdb"
ENV_EXPORTERS: Final = "OTEL_TRACES_EXPORTER"
CALLS_INSTRUMENTOR: Final = "calls"
"""Our tracer's entry point, which the configurator starts."""

ENV_OTEL_DISTRO: Final = "OTEL_PYTHON_DISTRO"
ENV_OTEL_CONFIGURATOR: Final = "OTEL_PYTHON_CONFIGURATOR"
ENV_OTEL_DISABLED: Final = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"

OTEL_DEFAULTS: Final = {
    ENV_EXPORTERS: EXPORTER,
    "OTEL_METRICS_EXPORTER": "none",
    "OTEL_LOGS_EXPORTER": "none",
}
"""Where the user says nothing. Spelled out, since the launcher imports no OpenTelemetry."""
OTEL_SELECTION: Final = {ENV_OTEL_DISTRO: DISTRO, ENV_OTEL_CONFIGURATOR: DISTRO}
"""That ours is used, whatever other distro is installed."""
