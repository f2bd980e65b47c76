"""Says why tests failed, in a process that pytest's plugin starts.

    python -P -m breadcrumb.cli.failed_tests STORE RUN

It imports what it needs while tests may still run, then waits for the names of those that failed: a JSON
array on its standard input. For each it writes, at once, what is to be told of it: a JSON string a line.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.base.location import DATABASE, StoreError
from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.cli.ask import no_store, settings_of
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.exceptions.story import Head
from breadcrumb.questions.flow import flow
from breadcrumb.questions.why import why
from breadcrumb.render.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

BUDGET = 500
"""Tokens for each."""
READS = ("duckdb", "breadcrumb_exporter_duckdb.database.arrow.call_table")
"""What reading a spool imports."""


def main() -> int:
    """Read the names, write what is to be told of each."""
    own_process.begin()
    with suppress(ImportError):  # what is missing, whoever opens the store says
        for name in READS:
            import_module(name)
    store, run = Path(sys.argv[1]), sys.argv[2]
    asked = [Ask(run=run, test=name) for name in json.loads(sys.stdin.read() or "[]")]
    for reason in told(store, asked) if asked else ():
        sys.stdout.write(f"{json.dumps(reason)}\n")
        sys.stdout.flush()
    return 0


def told(store: Path, asked: Sequence[Ask]) -> Iterator[str]:
    """Why each test failed, else what it did; or, where nothing can be asked here, how to ask."""
    left = list(asked)
    try:
        settings_of(str(store))
        with _opened(store) as reader:
            while left:
                yield _why(store, reader, left[0])
                del left[0]
    except StoreError as error:
        yield from (_how_to_ask(no_store(error), ask) for ask in left)
    except NoAnswer as error:
        yield from (_how_to_ask(error, ask) for ask in left)


def _why(store: Path, reader: Reader, ask: Ask) -> str:
    try:
        answer = why(reader, ask)
    except NoAnswer as nothing:
        return _what_it_did(store, ask) or _why_not_imported(store, ask) or _how_to_ask(nothing, ask)
    head = answer.rows[0]
    if len(answer.rows) > 1 or not isinstance(head, Head) or head.failure.calls:
        return text(answer, BUDGET)
    first, _, rest = text(answer, BUDGET).partition("\n")
    did = _what_it_did(store, ask)
    return f"{first}\n{did}" if did else _why_not_imported(store, ask) or f"{first}\n{rest}"


def _what_it_did(store: Path, ask: Ask) -> str:
    """The calls of a test, from a reader of its own: where there are none, it puts modules among them."""
    with suppress(NoAnswer), _opened(store) as reader:
        return text(flow(reader, ask), BUDGET)
    return ""


_FAILED_BODIES = """SELECT function, file, exception->>'$.id' FROM calls
    WHERE run_id = ? AND kind = 'module' AND status = 'error' ORDER BY start_ns"""


def _why_not_imported(store: Path, ask: Ask) -> str:
    """Why a file of tests could not be collected: the story of the innermost module's body that failed."""
    with suppress(NoAnswer), _opened(store) as reader:
        reader.add_modules()
        bodies = reader.connection.execute(_FAILED_BODIES, [ask.run]).fetchall()
        own = [raised for _, file, raised in bodies if file.endswith(f"/{ask.test}")]
        failed = [function for function, _, raised in bodies if raised in own[-1:]]
        if failed:
            return text(why(reader, replace(ask, test=None), failed[-1]), BUDGET)
    return ""


def _how_to_ask(error: NoAnswer, ask: Ask) -> str:
    hint = f" ({error.hint})" if error.hint else ""
    return f"{' '.join(error.message.split())}{hint}\nask: {ask.query('--why')}"


@contextmanager
def _opened(store: Path) -> Iterator[Reader]:
    """Open the store; no database is made where little was recorded, as nobody asks again in CI."""
    from breadcrumb_exporter_duckdb.reading.store import QUICKLY_READ_BYTES, open_store
    from breadcrumb_exporter_duckdb.writing.spool import spool_files

    spooled = sum(path.stat().st_size for path in spool_files(store))
    fold = (store / DATABASE).exists() or spooled > QUICKLY_READ_BYTES
    with open_store(store, fold=fold, every_view=False) as reader:
        yield reader


if __name__ == "__main__":
    own_process.leave(main())
