"""Opens the store that is asked: one on this machine, or a team's, of which the one run comes here."""

from __future__ import annotations

import contextlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from breadcrumb_exporter_duckdb.base.location import find_store

from breadcrumb.common.messages import folding
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
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


def chosen_store(arguments: argparse.Namespace, settings: Settings) -> Store:
    """The store that is asked. The password of a server is not repeated in answers. Raises NoAnswer."""
    if not is_elsewhere(arguments.store):
        return find_store(settings.store)
    from breadcrumb.clickhouse.addresses import address

    where = address(arguments.store)
    require_client()
    arguments.store = str(where)
    return where


def require_client() -> None:
    """NoAnswer where what speaks to ClickHouse is not installed."""
    if importlib.util.find_spec("clickhouse_connect") is None:
        raise NoAnswer(
            "clickhouse-connect is not installed here", "pip install 'breadcrumb-otel[clickhouse]'"
        )


def here(store: Store) -> Path:
    """The store, if it is on this machine."""
    if isinstance(store, Path):
        return store
    raise NoAnswer(
        "a team's store answers `runs`, `top`, and the questions of `query` about one run, not this",
        "ask ClickHouse in SQL, or the store on the machine where it ran",
    )


def of_run(store: Store, ask: Ask) -> AbstractContextManager[Reader]:
    """Open it for a question about one run."""
    if isinstance(store, Path):
        return of_runs(store)
    from breadcrumb.clickhouse.reading import open_run

    return open_run(store, ask.run)


@contextlib.contextmanager
def of_runs(store: Store) -> Iterator[Reader]:
    """Open it; of a team's store the list of runs."""
    if isinstance(store, Path):
        from breadcrumb_exporter_duckdb.reading.store import open_store

        with open_store(store, every_view=False, tell=folding) as reader:
            yield reader
        return
    from breadcrumb.clickhouse.reading import open_runs

    with open_runs(store) as reader:
        yield reader
