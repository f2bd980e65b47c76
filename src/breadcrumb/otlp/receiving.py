"""Takes what other programs send into the store: redacted, once, and acknowledged when it is in the spool."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.ownership import prepare
from breadcrumb_exporter_duckdb.exchange.incoming import UNREADABLE, Intake
from breadcrumb_exporter_duckdb.reading.received import RECEIVED
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

from breadcrumb.common.messages import say
from breadcrumb.common.redacting import redactor_of
from breadcrumb.otlp import json_reading
from breadcrumb.otlp.protobuf_reading import TooMuch
from breadcrumb.otlp.refusals import NotNow, Refusal, TooLarge
from breadcrumb.otlp.signals import TRACES, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breadcrumb_exporter_duckdb.exchange.incoming import Read

    from breadcrumb.common.settings import Settings
    from breadcrumb.otlp.protobuf import Json

REMEMBERED = 50_000
"""Spans that are remembered: a sender that got no answer sends them once more."""
AHEAD_NS = 600 * 10**9
"""How far in the future a span may begin before that is told."""
MOST_TOLD = 100


class Receiver:
    """One run of the store: what is received until it is closed. Its methods may be called by any thread.

    Raises StoreError where nothing can be written.
    """

    def __init__(self, store: Path, settings: Settings, command: Sequence[str]) -> None:
        prepare(store)
        self.run_id = os.urandom(4).hex()
        self.spans = 0
        self._writer = SpoolWriter(
            store, run_id=self.run_id, fsync=settings.fsync, room=settings.retention.size
        )
        self._writer.describe(command=list(command), **{RECEIVED: True})
        self._intake = Intake(redactor_of(settings))
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def take(self, body: bytes, signal: Signal = TRACES, *, is_json: bool = False) -> tuple[int, str]:
        """Keep a request: how many of its spans, or records, are malformed, and why. Raises Refusal."""
        try:
            with self._lock:
                request = json_reading.decoded(body) if is_json else signal.decoded(body)
                return self._keep(signal.read(self._intake, request))
        except TooMuch as error:
            raise TooLarge(str(error)) from error
        except UNREADABLE as error:
            raise Refusal(f"the request makes no sense: {' '.join(str(error).split())[:200]}") from error
        except (OSError, StoreError) as error:
            raise NotNow(f"the store takes nothing: {error}") from error

    def tell(self, message: str) -> None:
        """Say it, once."""
        if message not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(message)
            say(message)

    def close(self) -> None:
        """Say that the run has ended. Raises OSError or StoreError."""
        self._writer.close()

    def _keep(self, read: Read) -> tuple[int, str]:
        sent: dict[str, Json] = {}
        for span in read.spans:
            sent.setdefault(f"{span['trace_id']}{span['span_id']}", span)
        new = [span for ids, span in sent.items() if ids not in self._known]
        if new:
            self._writer.write(spans=new)
        self._known.update(dict.fromkeys(sent))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self.spans += len(new)
        self._look_at_clocks(new)
        if read.rejected:
            self.tell(f"some of what came is not kept: {read.reason}")
        return read.rejected, read.reason

    def _look_at_clocks(self, spans: Sequence[Json]) -> None:
        latest = max((span["start_ns"] for span in spans), default=0)
        if latest > time.time_ns() + AHEAD_NS:
            self.tell(
                "spans come that begin in the future: a clock is wrong somewhere; they are kept as they are"
            )
