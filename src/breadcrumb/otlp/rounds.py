"""Goes through the runs that are to be forwarded, once or as long as they go on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.reading.store import StoreBusy, open_store

from breadcrumb.questions.facts.ask import ALL_RUNS, Ask
from breadcrumb.questions.facts.run.run_facts import find_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLD_SECONDS = 3600.0
PAUSE_SECONDS = 1.0
"""Between two looks at a run that goes on."""


def rounds(store: Path, ask: Ask, forward: Callable[[str], None], *, follow: bool) -> None:
    """Have each run of `ask` forwarded, and with `follow` what comes until the run is over.

    Raises StoreError, NoAnswer, and what `forward` does.
    """
    over = False
    while True:
        try:
            fold(store, seconds=FOLD_SECONDS, wait=PAUSE_SECONDS, prune=False)
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


def _runs(store: Path, ask: Ask) -> dict[str, bool]:
    """The runs to forward, the oldest first, and whether each goes on."""
    with open_store(store, fold=False, every_view=False) as reader:
        if ask.run != ALL_RUNS:
            run = find_run(reader, replace(ask, test=None))
            return {run.run_id: run.status == "running"}
        sql = "SELECT run_id, status = 'running' FROM runs ORDER BY started, run_id"
        return dict(reader.connection.execute(sql).fetchall())
