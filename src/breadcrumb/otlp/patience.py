"""Sends each request until a backend has taken it: later again where it says so or is not there."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from breadcrumb.common.messages import say
from breadcrumb.otlp.backends import Later, Refused

if TYPE_CHECKING:
    from breadcrumb.otlp.backends import Backend, Taken
    from breadcrumb.otlp.protobuf import Json

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0
"""The pauses between tries: each twice as long as the one before."""


@dataclass
class Patience:
    """Tries for so many seconds on end; None: for ever."""

    backend: Backend
    url: str
    seconds: float | None

    def send(self, request: Json) -> Taken:
        """Send a request. Raises Refused, also where patience is at its end."""
        began = time.monotonic()
        pause = FIRST_SECONDS
        while True:
            try:
                taken = self.backend.send(request)
            except Later as later:
                if pause == FIRST_SECONDS:
                    say(f"{self.url} takes nothing now ({later.reason}): trying again")
                self._wait(began, max(later.seconds, pause * random.uniform(0.5, 1.0)), later.reason)  # noqa: S311
                pause = min(2 * pause, MOST_SECONDS)
            else:
                if pause > FIRST_SECONDS:
                    say(f"{self.url} takes spans again, after {time.monotonic() - began:.0f} s")
                return taken

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
