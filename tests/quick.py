"""Leaves the quick tests (`make test-quick`): those that start no process and open no database.

What a test's module imports, and the fixtures that the test takes, tell which these are. Of those with very
many cases a tenth runs.
"""

from __future__ import annotations

from collections import defaultdict
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

SLOW_MODULES = (
    "asked",
    "duckdb",
    "forks",
    "multiprocessing",
    "subprocess",
    *(
        f"breadcrumb_exporter_duckdb.{folder}"
        for folder in ("care", "database.fold", "exchange", "reading", "database.database")
    ),
)
SLOW_FIXTURES = frozenset({"alone", "filled", "forks", "new_project", "reading", "receiver"})
MANY = 100
"""Cases of one test function."""
OF = 10
"""One of so many is kept."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Deselect the others."""
    kept = _few_of_many([item for item in items if not _is_slow(item)])
    left = set(kept)
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = kept


def _is_slow(item: pytest.Function) -> bool:
    if not SLOW_FIXTURES.isdisjoint(item.fixturenames):
        return True
    return any(_comes_from(each).startswith(SLOW_MODULES) for each in vars(item.module).values())


def _comes_from(value: object) -> str:
    """The module that it is, or is defined in."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
    return name if isinstance(name, str) else ""


def _few_of_many(items: list[pytest.Function]) -> list[pytest.Function]:
    cases: defaultdict[tuple[str, str], list[pytest.Function]] = defaultdict(list)
    for item in items:
        cases[str(item.path), item.originalname].append(item)
    return [each for found in cases.values() for each in (found[::OF] if len(found) > MANY else found)]
