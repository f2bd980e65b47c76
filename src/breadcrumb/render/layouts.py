"""Lays out the rows of each question as lines of text."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from breadcrumb.common.messages import one_line
from breadcrumb.render.parts.call_lines import Line, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.table import table
from breadcrumb.render.parts.values import Memory, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.functions import Mapped
    from breadcrumb.questions.gaps import Gap
    from breadcrumb.questions.runs import RunRow
    from breadcrumb.questions.sql import Record

R = TypeVar("R")

SHORT = 8
"""Characters of an id in a table, where these tell it from the others; `breadcrumb show` takes them."""
DATE = len("2026-11-22T")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*")
_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")


def _gaps(answer: Answer) -> Iterator[Line]:
    """List each callee once with its places; C callees in one last line."""
    gaps = cast("Sequence[Gap]", answer.rows)
    python = _grouped([gap for gap in gaps if gap.kind == "python"], lambda gap: gap.callee)
    rows, sizes = [], []
    for callee, places in python.items():
        include = next((gap.include for gap in places if gap.include), None)
        trace = answer.ask.command("config", "add-include", include) if include else ""
        rows.append((callee, _gap_count(places), _places(places), trace))
        sizes.append(len(places))
    yield from (Line(text, size) for text, size in zip(table(rows), sizes, strict=True))
    c_code = _grouped([gap for gap in gaps if gap.kind != "python"], lambda gap: gap.callee)
    if c_code:
        named = ", ".join(f"{callee} {_gap_count(places)}" for callee, places in c_code.items())
        yield Line(
            clip(f"C code, never traced: {named}", 400), sum(len(places) for places in c_code.values())
        )


def _gap_count(places: Sequence[Gap]) -> str:
    return f"x{sum(gap.count for gap in places)}{'+' if any(gap.lower_bound for gap in places) else ''}"


def _places(places: Sequence[Gap]) -> str:
    first = places[0]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    where = f" {place(first.file, first.line)}" if first.file else ""
    return f"from {first.function.removeprefix('__main__.')}{where}{more}"


def _grouped(rows: Sequence[R], key: Callable[[R], str]) -> dict[str, list[R]]:
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _functions(answer: Answer) -> Iterator[Line]:
    """List the functions file by file, each with its calls, results and what varied."""
    rows = cast("Sequence[Mapped]", answer.rows)
    texts = table([("calls", "results", "function", "", "varied"), *(_mapped(answer, row) for row in rows)])
    yield Line(texts[0])
    yield from (Line(text, 1) for text in texts[1:])


def _mapped(answer: Answer, row: Mapped) -> tuple[str, ...]:
    failed = f" ({row.errors} failed)" if row.errors else ""
    name = answer.names.get(row.function, row.function)
    return (
        f"x{row.calls}{failed}",
        str(row.results),
        name,
        place(row.file, row.line),
        ", ".join(row.varied) if row.calls > 1 else "",
    )


def _runs(answer: Answer) -> Iterator[Line]:
    rows = []
    for run in cast("Sequence[RunRow]", answer.rows):
        started = "?" if run.started is None else run.started.strftime("%Y-%m-%d %H:%M:%S")
        took = "" if run.duration_ns is None else duration(run.duration_ns)
        status = f"{run.status} ({run.exit_status})" if run.exit_status else run.status
        rows.append((run.run_id, started, took, status, _recorded(run), clip(one_line(run.command), 80)))
    yield from (Line(text, 1) for text in table(rows))


def _recorded(run: RunRow) -> str:
    """Count a run's calls, and what is missing of it."""
    counts = (
        (run.errors, "failed"),
        (run.thinned, "only counted"),
        (run.lost, "dropped"),
        (run.undelivered if run.status != "running" else 0, "not sent"),
    )
    told = [f"{run.calls} calls", *(f"{count} {what}" for count, what in counts if count)]
    return ", ".join([*told, *([] if run.cut_short is None else [f"recording {run.cut_short}"])])


def _sql(answer: Answer) -> Iterator[Line]:
    records = cast("Sequence[Record]", answer.rows)
    if not records:
        return
    names = list(records[0].values)
    columns = [_short([record.values[name] for record in records]) for name in names]
    rows = [tuple(names), *(tuple(map(_cell, row)) for row in zip(*columns, strict=True))]
    yield from (Line(text, int(index > 0)) for index, text in enumerate(table(rows)))


def _short(column: Sequence[object]) -> Sequence[object]:
    """Leave out the date where it is the same in a column of times, and of ids what tells nothing more."""
    texts = [value for value in column if isinstance(value, str)]
    if len(texts) < len(column) - column.count(None) or not texts:
        return column
    if all(map(_MOMENT.fullmatch, texts)) and len({text[:DATE] for text in texts}) == 1:
        return [value and str(value)[DATE:] for value in column]
    if all(map(_ID.fullmatch, texts)) and len({text[:SHORT] for text in texts}) == len(set(texts)):
        return [value and f"{str(value)[:SHORT]}…" for value in column]
    return column


def _cell(value: object) -> str:
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = _captured(value)
    text = "NULL" if value is None else str(value)
    return clip(one_line(text), 200)


def _captured(text: str) -> str:
    """Write captured values as other answers do, a method's arguments without `self`."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if not isinstance(value, dict) or "@" in value or len(value) < 2:
        return render([value], Memory())
    return render([{name: held for name, held in value.items() if name not in ("self", "cls")}], Memory())


_HERE: dict[str, Callable[[Answer], Iterator[Line]]] = {
    "gaps": _gaps,
    "functions": _functions,
    "runs": _runs,
    "sql": _sql,
}

_ELSEWHERE = {
    "call": "call",
    "top": "call",
    "expensive": "cost",
    "data": "data",
    "value": "value",
    "source": "source",
    "why": "why",
    "diff": "diff",
    "lines": "line",
    "errors": "error",
}
"""The modules of other layouts."""


def layout_of(question: str) -> Callable[[Answer], Iterator[Line]]:
    """Give the layout of a question whose answer is no tree; no other one is imported."""
    module = _ELSEWHERE.get(question)
    if module is None:
        return _HERE[question]
    found = import_module(f"breadcrumb.render.layout.{module}")
    return cast("Callable[[Answer], Iterator[Line]]", getattr(found, f"{module}_layout"))
