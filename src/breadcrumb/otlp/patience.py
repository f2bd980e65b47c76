"""Tries what a backend is asked until it answers: later again where it says so or is not there."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, TypeVar

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.messages import say
from breadcrumb.otlp.backends import Later, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0
"""The pauses between tries: each twice as long as the one before."""


Answer = TypeVar("Answer")


@dataclass
class Patience:
    """Tries for so many seconds on end; None: for ever."""

    url: str
    seconds: float | None

    def until(self, attempt: Callable[[], Answer]) -> Answer:
        """Try until there is an answer. Raises Refused, also where patience is at its end."""
        began = time.monotonic()
        pause = FIRST_SECONDS
        while True:
            try:
                answer = attempt()
            except Later as later:
                if pause == FIRST_SECONDS:
                    say(f"{self.url} takes nothing now ({later.reason}): trying again")
                self._wait(began, max(later.seconds, pause * random.uniform(0.5, 1.0)), later.reason)  # noqa: S311
                pause = min(2 * pause, MOST_SECONDS)
            else:
                if pause > FIRST_SECONDS:
                    say(f"{self.url} takes spans again, after {time.monotonic() - began:.0f} s")
                return answer

    def _wait(self, began: float, pause: float, reason: str) -> None:
        if self.seconds is not None and time.monotonic() + pause > began + self.seconds:
            raise Refused(reason)
        time.sleep(pause)


@dataclass
class Pace:
    """Holds back so that no more than so many spans a second go; None: as quickly as they are taken."""

    rate: int | None
    _due: float = 0.0

    def wait(self, spans: int) -> None:
        """Wait until so many more may go."""
        if self.rate is None:
            return
        now = time.monotonic()
        self._due = max(self._due, now)
        time.sleep(self._due - now)
        self._due += spans / self.rate
