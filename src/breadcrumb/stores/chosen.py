"""Opens the store that is asked: one on this machine, or a team's, whose runs come here to be asked."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from breadcrumb_exporter_duckdb.base.location import find_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.clickhouse.addresses import Address
    from breadcrumb.common.settings import Settings
    from breadcrumb.questions.facts.ask import Ask

    Store: TypeAlias = Path | Address


def is_elsewhere(named: str | None) -> bool:
    """Whether what was named is a server, and no directory."""
    if named is None or "://" not in named:
        return False
    from breadcrumb.clickhouse.addresses import names_one

    return names_one(named)


def chosen_store(named: str | None, settings: Settings) -> tuple[Store, str | None]:
    """The store that is asked, and its name for commands: the password of a server is not repeated.

    Raises NoAnswer.
    """
    if named is None or not is_elsewhere(named):
        return find_store(settings.store), named
    from breadcrumb.clickhouse.addresses import address
    from breadcrumb.clickhouse.server import require_client

    where = address(named)
    require_client()
    return where, str(where)


def opened(
    store: Store, ask: Ask, question: str, words: Sequence[str], tell: Callable[[int], None]
) -> AbstractContextManager[Reader]:
    """Open it for a question with these words."""
    if isinstance(store, Path):
        from breadcrumb_exporter_duckdb.reading.store import open_store

        return open_store(store, every_view=False, tell=tell)
    from breadcrumb.clickhouse import reading

    if question == "runs":
        return reading.open_runs(store)
    if question == "show":
        return reading.open_holding(store, *words)
    if question == "diff":
        from breadcrumb.questions.diff import compared

        return reading.open_chosen(
            store, lambda reader: [run.run_id for run in compared(reader, ask, *words)]
        )
    return reading.open_run(store, ask.run)


@contextlib.contextmanager
def directory(store: Store, ask: Ask) -> Iterator[Path]:
    """The store as a directory, for SQL; of a team's store it has the runs that are asked."""
    if isinstance(store, Path):
        yield store
        return
    from breadcrumb.clickhouse.reading import copied

    with copied(store, ask.run) as path:
        yield path
