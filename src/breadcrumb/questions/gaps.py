"""`--gaps`: what traced code called that is not traced, and the command that would trace it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.run.functions import package_of
from breadcrumb.questions.facts.run.run_facts import Run, command_line, find_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask

SUMMARY = 3
"""Callees named in the one sentence that other answers carry."""

_LOOK_UP = frozenset(
    f"__{name}__"
    for name in (
        "getattr", "getattribute", "setattr", "delattr", "get", "set", "delete", "dir", "set_name",
        "init_subclass", "prepare", "class_getitem", "mro_entries", "instancecheck", "subclasscheck",
    )
)  # fmt: skip
"""Functions that Python calls by itself, for an attribute or a class."""


@dataclass(frozen=True)
class Gap:
    """Calls from one place to one callee that is not traced."""

    callee: str
    kind: str
    count: int
    lower_bound: bool
    function: str
    file: str | None
    line: int | None
    include: str | None

    def json(self) -> dict[str, Any]:
        """Give the row of a gap as all formats promise it."""
        return {
            "callee": self.callee,
            "kind": self.kind,
            "count": self.count,
            "lower_bound": self.lower_bound,
            "called_from": {"function": self.function, "file": self.file, "line": self.line},
            "include": self.include,
        }


_GAPS = """with places as (
        select callee, kind, sum(count)::bigint as count, bool_or(lower_bound) as lower_bound,
            caller, caller_file, caller_line, any_value(include) as include
        from gaps where run_id = ? and not starts_with(callee, 'importlib._bootstrap')
        group by callee, kind, caller, caller_file, caller_line),
    callees as (select callee, kind, sum(count) as calls from places group by all)
    select places.* from places join callees using (callee, kind)
    order by calls desc, callee, count desc, caller_line"""
"""The gaps of a run; an import statement is no call, though on Python 3.11 it looks like one."""


def gaps(reader: Reader, ask: Ask) -> Answer:
    """Give the untraced callees of a run, the project's own first and C code last, most called first."""
    run = find_run(reader, ask)
    rows = read_gaps(reader, run)
    return Answer(
        question="gaps",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=("--gaps",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*run.notes, *_since_note(ask)),
        summary=_bound_note(rows),
        noun="call sites",
        next=_next(reader, ask, run, rows),
    )


def read_gaps(reader: Reader, run: Run) -> list[Gap]:
    """Read the call sites of what is not traced, those first that an answer tells first."""
    connection = reader.connection
    rows = [Gap(*row) for row in connection.execute(_GAPS, [run.run_id]).fetchall()]
    if not any(gap.include for gap in rows):
        return ranked(rows, [])
    sql = """select distinct value->>'$.cwd' as cwd from base.fact
        where kind = 'process' and run_id = ? and cwd is not null"""
    started = [Path(cwd) for (cwd,) in connection.execute(sql, [run.run_id]).fetchall()]
    callers = {Path(gap.file).parent for gap in rows if gap.file}
    return ranked(rows, [*started, *(folder / "src" for folder in started), *sorted(callers)])


def ranked(rows: list[Gap], folders: list[Path]) -> list[Gap]:
    """Put first what belongs to the traced packages or lies beside them, then libraries, Python's, C code.

    What only looks up an attribute or makes a class is nothing that one looks for: it comes before C code.
    """
    packages = {package_of(gap.include) for gap in rows if gap.include}
    own = packages & _callers(rows)
    own |= {
        package
        for package in packages - own
        if any((folder / package).is_dir() or (folder / f"{package}.py").is_file() for folder in folders)
    }

    def rank(gap: Gap) -> int:
        if gap.kind == "c":
            return 4
        if gap.include is None or gap.callee.rpartition(".")[2] in _LOOK_UP:
            return 3
        if package_of(gap.include) in own:
            return 0
        return 2 if of_python(gap.include) else 1

    return sorted(rows, key=rank)


def _since_note(ask: Ask) -> list[str]:
    return [] if ask.since is None else ["--since does not apply: gaps are counted over the whole run."]


def _bound_note(rows: list[Gap]) -> str:
    return (
        "+ marks a lower bound: a busy call site is no longer counted, and of what operators, properties and "
        "`with` call the first is."
        if any(g.lower_bound for g in rows)
        else ""
    )


def _next(reader: Reader, ask: Ask, run: Run, rows: list[Gap]) -> tuple[str, ...]:
    includes = [gap.include for gap in rows if gap.include]
    any_include = None if run.calls else next(iter(includes), None)
    first = next((include for include in includes if not of_python(include)), any_include)
    if first is None:
        return (ask.query("--flow"),) if run.calls else ()
    again = command_line(reader, run)
    return (
        ask.command("config", "add-include", _whole(first, rows)),
        *((ask.run_again(again),) if again else ()),
    )


def _whole(include: str, rows: list[Gap]) -> str:
    """Give the package in place of its module, where code of the package called several modules of it."""
    package = package_of(include)
    modules = {gap.include for gap in rows if gap.include and package_of(gap.include) == package}
    return package if len(modules) > 1 and package in _callers(rows) else include


def _callers(rows: list[Gap]) -> set[str]:
    return {package_of(gap.function) for gap in rows}


def of_python(include: str) -> bool:
    """Tell whether a pattern would trace the standard library, which seldom is what one looks for."""
    return package_of(include).removesuffix("*") in sys.stdlib_module_names


def gap_summary(gaps: Iterable[Gap], ask: Ask | None = None) -> str:
    """Name the most called untraced callees in a sentence; empty if there are none.

    Gaps have counts and no times: an answer about a part of the run says that they are the whole run's.
    """
    counts: dict[tuple[str, bool], int] = {}
    bounds = set()
    for gap in gaps:
        callee = (gap.callee, gap.kind == "c")
        counts[callee] = counts.get(callee, 0) + gap.count
        bounds |= {callee} if gap.lower_bound else set()
    if not counts:
        return ""
    named = [
        f"{callee[0]}{' (C)' if callee[1] else ''} x{count}{'+' if callee in bounds else ''}"
        for callee, count in list(counts.items())[:SUMMARY]
    ]
    more = f" and {len(counts) - SUMMARY} more" if len(counts) > SUMMARY else ""
    whole = " in the whole run" if ask is not None and ask.since is not None else ""
    return f"Not traced{whole}: {', '.join(named)}{more}."


def untraced_python(run: Run, gaps: Iterable[Gap]) -> bool:
    """Tell whether an include would trace more: the standard library counts only where nothing was traced."""
    includes = {gap.include for gap in gaps if gap.include is not None}
    return any(not run.calls or not of_python(include) for include in includes)
