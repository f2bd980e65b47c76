"""Patterns that named no function which a run called: mostly misspelt."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

MOST = 3
"""Patterns of which it is said."""


def unmatched_note(reader: Reader, run: Run) -> list[str]:
    """Name the patterns that somebody gave and that matched nothing, each with what may have been meant."""
    asked = _asked(reader, run)
    functions = _functions(reader, run) if asked else []
    missed = [pattern for pattern in asked if not any(_means(pattern, *each) for each in functions)]
    if not missed:
        return []
    modules = {module for module, _ in functions} | _called(reader, run)
    told = [f"{pattern}{_meant(pattern, modules)}" for pattern in missed[:MOST]]
    more = f" and {len(missed) - MOST} more" if len(missed) > MOST else ""
    return [f"Nothing that was called matches {', '.join(told)}{more}."]


def _asked(reader: Reader, run: Run) -> list[str]:
    sql = """select value->'$.scope.asked' from base.fact where run_id = ? and kind = 'process'
        order by (value->>'$.start_ns')::bigint"""
    found = reader.connection.execute(sql, [run.run_id]).fetchall()
    return list(dict.fromkeys(pattern for (told,) in found if told for pattern in json.loads(told)))


def _functions(reader: Reader, run: Run) -> list[tuple[str, str]]:
    """Read module and qualified name of each function that was traced, and of each module's body."""
    sql = """select distinct value->>'$.module', coalesce(value->>'$.qualname', '<module>') from base.fact
        where run_id = ? and kind in ('code', 'module')"""
    return reader.connection.execute(sql, [run.run_id]).fetchall()


def _called(reader: Reader, run: Run) -> set[str]:
    """Read the modules that were called and not traced."""
    sql = "select distinct include from gaps where run_id = ? and include is not null"
    return {include for (include,) in reader.connection.execute(sql, [run.run_id]).fetchall()}


def _means(pattern: str, module: str, qualname: str) -> bool:
    alone = (qualname,) if module in ("__main__", "__mp_main__") else ()
    names = (module, f"{module}.{qualname}", f"{module}:{qualname}", *alone)
    return any(fnmatchcase(name, pattern) or name.startswith(f"{pattern}.") for name in names)


def _meant(pattern: str, modules: Iterable[str]) -> str:
    """Suggest the pattern with the nearest name in its place."""
    from difflib import get_close_matches  # only mistakes pay for it

    name = pattern.rstrip("*").rstrip(".:")
    known = {part for module in modules for part in _with_packages(module)}
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f" (did you mean {near[0]}{pattern[len(name) :]}?)" if near else ""


def _with_packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
