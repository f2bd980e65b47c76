"""What is taken of OTLP: traces, and log records that say to which trace they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.exchange.incoming import Intake

from breadcrumb.otlp import protobuf, protobuf_reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_exporter_duckdb.exchange.incoming import Read

    from breadcrumb.otlp.protobuf import Json


@dataclass(frozen=True)
class Signal:
    """How requests of one signal are read and answered."""

    decoded: Callable[[bytes], Json]
    """A protobuf message as OTLP's JSON."""
    read: Callable[[Intake, Json], Read]
    response: Callable[[int, str], bytes]
    """The protobuf message for one of which so much was not taken."""
    rejected: str
    """What that count is called in JSON."""


TRACES = Signal(protobuf_reading.decoded, Intake.read, protobuf.response, "rejectedSpans")
LOGS = Signal(protobuf_reading.decoded_logs, Intake.read_logs, protobuf.logs_response, "rejectedLogRecords")
PATHS = {"/v1/traces": TRACES, "/v1/logs": LOGS}
SERVICES = {"trace": TRACES, "logs": LOGS}
"""The name of each in gRPC."""
METRICS = "metrics are not kept here, only traces and their logs (OTEL_METRICS_EXPORTER=none)"
