"""Forwards runs from the store to a backend, and remembers how far: the next time goes on from there.

The store is held only while a part is read, never while one is sent: neither programs nor questions wait for
a backend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field, replace
from breadcrumb_exporter_duckdb.exchange import cursors
from breadcrumb_exporter_duckdb.exchange.cursors import Progress
from breadcrumb_exporter_duckdb.exchange.outgoing import ALL, Choice, Part, Request
from breadcrumb_exporter_duckdb.reading.store import PENDING_PLACES

from breadcrumb.otlp import openinference
from breadcrumb.otlp.rounds import opened, rounds
from breadcrumb.questions.facts.run.tests import condition, named, read_tests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.otlp.backends import Backend
    from breadcrumb.otlp.patience import Pace, Patience
    from breadcrumb.questions.facts.ask import Ask

PART_SPANS = 5_000
PART_BYTES = 16_000_000
"""About what is read at once, and waits in memory to be sent."""


@dataclass(frozen=True)
class Order:
    """What to forward, and the name under which its progress is remembered."""

    store: Path
    ask: Ask
    """The run, or ALL_RUNS, and the test."""
    to: str
    choice: Choice = ALL
    values: bool = True
    follow: bool = False
    openinference: bool = False
    """Whether spans get the attributes of that convention too."""


@dataclass
class Outcome:
    """What became of an order, by run."""

    progress: dict[str, Progress] = field(default_factory=dict)
    sent: int = 0
    refused: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Calls of traces that are too large, by run."""
    reason: str = ""
    """Why spans were refused last."""


@dataclass
class Forwarder:
    """Carries an order out; `outcome` says how far it is, also when something is raised."""

    order: Order
    backend: Backend
    patience: Patience
    pace: Pace
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> None:
        """Forward all that is there, and with `follow` all that comes until the run is over.

        Raises StoreError, NoAnswer, or Refused where the backend does not take it.
        """
        rounds(self.order.store, self.order.ask, self._forward, follow=self.order.follow)

    def _forward(self, run_id: str) -> None:
        while requests := list(self._part(run_id)):
            for request in requests:
                self._send(run_id, request)

    def _part(self, run_id: str) -> Iterator[Request]:
        order = self.order
        with opened(order.store) as reader:
            progress = self.outcome.progress.get(run_id) or cursors.read(reader.connection, run_id, order.to)
            self.outcome.progress[run_id] = progress
            choice = self._choice(reader, run_id)
            part = Part(reader.connection, run_id, progress.cursor, choice, order.values, PENDING_PLACES)
            if choice.most:
                self.outcome.left_out[run_id] = part.cut()
            spans = size = 0
            for request in part.requests():
                yield request
                spans, size = spans + request.spans, size + request.size
                if spans >= PART_SPANS or size >= PART_BYTES:
                    return

    def _choice(self, reader: Reader, run_id: str) -> Choice:
        """What was chosen, within the test that was named."""
        if self.order.ask.test is None:
            return self.order.choice
        during = condition(named(read_tests(reader, run_id), self.order.ask.test))
        return replace(self.order.choice, during=during)

    def _send(self, run_id: str, request: Request) -> None:
        if self.order.openinference:
            openinference.add(request.body)
        self.pace.wait(request.spans)
        taken = self.patience.until(lambda: self.backend.send(request.body))
        self.outcome.sent += request.spans
        if taken.rejected:
            self.outcome.refused += taken.rejected
            self.outcome.reason = taken.reason
        known = self.outcome.progress[run_id]
        progress = Progress(known.sent + request.spans, known.refused + taken.rejected, request.cursor)
        self.outcome.progress[run_id] = progress
        cursors.write(self.order.store, run_id, self.order.to, progress)
