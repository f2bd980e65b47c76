"""What became of a run's spans on their way to other exporters; the store itself has all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.reading.store import Reader

_SQL = """select exporter, endpoint, sum(made)::bigint, sum(sent)::bigint, sum(refused)::bigint,
        sum(lost)::bigint, sum(kept_home)::bigint, sum(waiting)::bigint, max_by(reason, refused + lost)
    from deliveries where run_id = ? group by exporter, endpoint order by exporter, endpoint"""
_MISSED = """select run_id, (sum(made) - sum(sent) - sum(kept_home))::bigint from deliveries
    where run_id = any(?) group by run_id"""


@dataclass(frozen=True)
class Delivery:
    """What became of the spans that one exporter was given, in all processes of a run."""

    exporter: str
    endpoint: str | None
    made: int
    sent: int
    refused: int
    lost: int
    kept_home: int
    waiting: int
    reason: str | None
    """The last reason of the process that lost most."""

    def json(self) -> dict[str, Any]:
        """Give the object of the JSON format."""
        return vars(self)


def read_deliveries(reader: Reader, run_id: str) -> tuple[Delivery, ...]:
    """Read them; none where spans went to no other exporter."""
    return tuple(Delivery(*row) for row in reader.connection.execute(_SQL, [run_id]).fetchall())


def undelivered(reader: Reader, run_ids: list[str]) -> dict[str, int]:
    """Count, by run, the spans that no backend is known to have taken."""
    return dict(reader.connection.execute(_MISSED, [run_ids]).fetchall())


def delivery_lines(deliveries: Iterable[Delivery], *, is_running: bool) -> list[str]:
    """Say of each exporter what it sent and what became of the rest."""
    return [_line(each, is_running) for each in deliveries]


def _line(delivery: Delivery, is_running: bool) -> str:
    why = f" ({delivery.reason})" if delivery.reason else ""
    parts = [
        f"{delivery.refused:,} refused" if delivery.refused else "",
        f"{delivery.lost:,} lost" if delivery.lost else "",
    ]
    missed = ", ".join(filter(None, parts))
    rest = [
        f"{missed}{why}" if missed else "",
        f"{delivery.kept_home:,} kept home (otlp_trace_bytes)" if delivery.kept_home else "",
        f"{delivery.waiting:,} {'waiting' if is_running else 'of unknown fate'}" if delivery.waiting else "",
    ]
    told = "; ".join(filter(None, rest))
    where = delivery.endpoint or delivery.exporter
    return f"Sent to {where}: {delivery.sent:,} of {delivery.made:,} spans{f'; {told}' if told else ''}."
