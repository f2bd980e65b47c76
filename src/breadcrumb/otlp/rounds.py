"""Goes through the runs that are to be forwarded, once or as long as they go on."""

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.reading.store import StoreBusy, open_store

from breadcrumb.common.messages import say
from breadcrumb.questions.facts.ask import ALL_RUNS, Ask
from breadcrumb.questions.facts.run.run_facts import find_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from breadcrumb_exporter_duckdb.reading.store import Reader

TURN_SECONDS = 2.0
BETWEEN_TURNS_SECONDS = 0.1
"""For whoever else waits for the store."""
PAUSE_SECONDS = 1.0
"""Between two looks at a run that goes on."""


def rounds(store: Path, ask: Ask, forward: Callable[[str], None], *, follow: bool) -> None:
    """Have each run of `ask` forwarded, and with `follow` what comes until the run is over.

    Raises StoreError, NoAnswer, and what `forward` does.
    """
    over = False
    while True:
        try:
            _fold(store)
            runs, was_over = _runs(store, ask), over
            if ask.run != ALL_RUNS:
                ask = replace(ask, run=next(iter(runs)))
            for run_id in runs:
                forward(run_id)
            over = ask.run != ALL_RUNS and not any(runs.values())
            if not follow or was_over:
                return
        except StoreBusy:
            if not follow:
                raise
        time.sleep(PAUSE_SECONDS)


def opened(store: Path) -> AbstractContextManager[Reader]:
    """Read the store as it is. Who holds it is waited for: the lock ends with the process that has it."""
    return open_store(store, fold=False, wait=math.inf, every_view=False, tell_wait=say)


def _fold(store: Path) -> None:
    """Fold all that is there, in turns."""
    left = sys.maxsize
    while True:
        progress = fold(store, seconds=TURN_SECONDS, wait=math.inf, prune=False, tell=say)
        remaining = progress.remaining + progress.unrecovered
        if not 0 < remaining < left:
            return
        left = remaining
        time.sleep(BETWEEN_TURNS_SECONDS)


def _runs(store: Path, ask: Ask) -> dict[str, bool]:
    """The runs to forward, the oldest first, and whether each goes on."""
    with opened(store) as reader:
        if ask.run != ALL_RUNS:
            run = find_run(reader, replace(ask, test=None))
            return {run.run_id: run.status == "running"}
        sql = "SELECT run_id, status = 'running' FROM runs ORDER BY started, run_id"
        return dict(reader.connection.execute(sql).fetchall())
