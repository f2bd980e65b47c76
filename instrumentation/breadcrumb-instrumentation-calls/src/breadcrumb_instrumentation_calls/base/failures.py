"""What goes wrong inside the tracer: counted, said once, never raised into the program."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import signals
from breadcrumb_instrumentation_calls.base.log import warn
from breadcrumb_instrumentation_calls.base.originals import os, time
from breadcrumb_instrumentation_calls.base.own_code import is_ours

if TYPE_CHECKING:
    from types import TracebackType

_STANDARD_LIBRARY = (os.path.join(os.path.dirname(os.__file__), ""), "<")
_SITE = f"{os.sep}site-packages{os.sep}"


class Failures:
    """Counts by place and type; the first of each is logged."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often (place, type of error) happened."""
        self.starved = 0
        """How often there was no memory to record with; to say it would take some."""
        self.stopped = ""
        """When and why nothing more is recorded; empty while it is."""

    def stop(self, why: str) -> None:
        """Recording is over before its time; the first reason counts."""
        self.stopped = self.stopped or f"stopped at {time.strftime('%H:%M:%S', time.gmtime())} UTC: {why}"

    def caught(self, place: str, error: Exception) -> None:
        """Count an error of ours; one that came from the program (a signal handler of it) goes on."""
        if type(error) is MemoryError:
            self.starved += 1
            return
        if _comes_from_the_program(error.__traceback__):
            raise error
        self.add(place, error)

    def add(self, place: str, error: Exception) -> None:
        """Count an error wherever it came from, but for one of a signal's handler: it goes on."""
        signals.pass_on(error)
        key = (place, type(error).__name__)
        self.counts[key] += 1
        if self.counts[key] == 1 and not isinstance(error, RecursionError):
            warn(
                __name__,
                "breadcrumb: %s failed (%s); the program goes on, the loss is counted",
                *key,
                error=error,
            )


def _comes_from_the_program(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not is_ours(file) and (not file.startswith(_STANDARD_LIBRARY) or _SITE in file):
            return True
        traceback = traceback.tb_next
    return False
