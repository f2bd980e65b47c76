"""Lays out `--expensive`: a table of functions, and below the costliest what makes them so."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from breadcrumb.render.parts.call_lines import Line, Writer, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.table import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.questions.expensive import Cost
    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.cost_details import Repeated, Untraced

WIDTH = 160
"""Characters of a line below a function."""

MOST = 0.9
"""The part of the time after which the table ends."""

FEW = 5
"""Functions that it has at least."""

NAMED = 3
"""Untraced callees that are named."""

MANY = 10
"""Calls that one call made from which they are worth telling."""

SLOW_NS = 50_000
"""The mean time from which repeated calls are worth telling: shorter ones are what loops are made of."""


def cost_layout(answer: Answer) -> Iterator[Line]:
    """Write a row for each function, and lines below those in which much of the time went."""
    costs = cast("Sequence[Cost]", answer.rows)
    if not costs:
        return
    waited = any(cost.waited_ns for cost in costs)
    whole = sum(cost.self_ns for cost in costs) or 1
    head = (
        "own time",
        "",
        *(("waited",) if waited else ()),
        "with callees",
        "p50",
        "p95",
        "max",
        "calls",
        "function",
    )
    texts = table([head, *(_row(answer, cost, whole, waited=waited) for cost in costs)])
    yield Line(texts[0])
    most = _most(costs, whole) if answer.ask.limit is None else len(costs)
    shown = list(zip(costs, texts[1:], strict=True))[:most]
    is_driver = 2 * sum(cost.self_ns for cost in costs if _is_of_script(cost)) < whole
    for cost, text in sorted(shown, key=lambda row: is_driver and _is_of_script(row[0])):
        yield Line(text, 1)
        yield from (Line(clip(f"  {more}", WIDTH)) for more in _more(answer, cost))


def _is_of_script(cost: Cost) -> bool:
    """Tell whether a function is the program's that was started: where it took less than
    half of the time, it only drives what is looked into."""
    return cost.function.startswith("__main__.")


def _most(costs: Sequence[Cost], whole: int) -> int:
    """Count the first functions that took nine tenths of the time, or of the waiting; not fewer than some."""
    waited = sum(cost.waited_ns or 0 for cost in costs)
    own, waits = 0, 0
    for at, cost in enumerate(costs):
        if at >= FEW and own >= MOST * whole and waits >= MOST * waited:
            return at
        own, waits = own + cost.self_ns, waits + (cost.waited_ns or 0)
    return len(costs)


def _row(answer: Answer, cost: Cost, whole: int, *, waited: bool) -> tuple[str, ...]:
    name = f"{answer.names.get(cost.function, cost.function)}  {place(cost.file, cost.line)}"
    failed = f" ({cost.errors} failed)" if cost.errors else ""
    kept = "" if cost.kept is None else f" ({cost.kept} kept)"
    waits = (duration(cost.waited_ns) if cost.waited_ns else "",) if waited else ()
    spread = (duration(cost.spread.p50_ns), duration(cost.spread.p95_ns)) if cost.spread else ("", "")
    total = "?" if cost.total_ns is None else duration(cost.total_ns)
    times = (duration(cost.self_ns), f"{100 * cost.self_ns / whole:.0f}%", *waits, total, *spread)
    return (*times, duration(cost.max_ns), f"x{cost.calls}{kept}{failed}", name)


def _more(answer: Answer, cost: Cost) -> Iterator[str]:
    detail = cost.detail
    if detail is None:
        return
    writer = Writer(answer.names)
    if detail.slowest is not None and cost.calls > 1:
        slowest = detail.slowest
        called = f"{writer.name(slowest.function)}#{slowest.number}({writer.arguments([slowest])})"
        yield f"slowest: {called}"
    if detail.repeated is not None:
        yield from _repeated(writer, cost, detail.repeated)
    if detail.untraced:
        named = [_untraced(each) for each in detail.untraced[:NAMED]]
        more = f" and {len(detail.untraced) - NAMED} more" if len(detail.untraced) > NAMED else ""
        yield f"called untraced: {', '.join(named)}{more}"


def _untraced(each: Untraced) -> str:
    return f"{each.callee}{' (C)' if each.kind == 'c' else ''} x{each.count}{'+' if each.lower_bound else ''}"


def _repeated(writer: Writer, cost: Cost, repeated: Repeated) -> Iterator[str]:
    """Tell of calls that a cache would spare, and of those that one call made one by one."""
    is_slow = (cost.total_ns or cost.self_ns) / cost.calls >= SLOW_NS
    if 2 * repeated.calls >= repeated.seen and (is_slow or cost.recursive):
        first = "" if repeated.seen == cost.calls else "the first "
        took = "" if repeated.total_ns is None else f", {duration(repeated.total_ns)}"
        unknown = f", {repeated.not_compared:,} not compared" if repeated.not_compared else ""
        otherwise = f"; {repeated.otherwise:,} ended in another way" if repeated.otherwise else ""
        loosely = "; objects in them compared by address" if repeated.by_address else ""
        yield (
            f"repeated: {repeated.calls:,} of {first}{repeated.seen:,} calls had the arguments of an "
            f"earlier one ({repeated.different:,} different{loosely}){took}{unknown}{otherwise}"
        )
    if repeated.in_one_call >= MANY and is_slow and repeated.by is not None:
        yield f"one by one: up to {repeated.in_one_call:,} in one call of {writer.name(repeated.by)}"
