"""A failure as a traceback: the calls that an exception left, outermost first, and where each stood."""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.common.messages import quoted
from breadcrumb.questions.facts.calls.call_rows import calls_at
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.sharing import shared_in
from breadcrumb.questions.facts.exceptions.frame import Frame
from breadcrumb.questions.facts.exceptions.statement import statement_at
from breadcrumb.questions.facts.run.functions import plain
from breadcrumb.questions.facts.run.source import body_in, is_changed, source_line, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.exceptions.failures import Failure
    from breadcrumb.questions.facts.run.run_facts import Run

INNER = 3
"""The innermost frames, of which all is told."""
SHORT = 5
"""Frames of a traceback of which all is told."""
ABOVE = 20
"""Callers of a failed call that are shown, though the exception did not leave them."""

_ABOVE = """with recursive above as (
        select parent_id, 0 as level, null::bigint as place
        from base.call where run_id = $run and span_id = $key
        union all
        select call.parent_id, above.level + 1, call.place
        from above join base.call call on call.span_id = above.parent_id and call.run_id = $run
        where above.level < $most)
    select place from above where level > 0 order by level"""
"""The calls around one, the innermost first."""


def frames(reader: Reader, run: Run, failure: Failure) -> list[Frame]:
    """Give the traced frames from the outermost to the one that raised."""
    if not failure.calls:
        return []
    above = callers(reader, run, failure.calls[-1])
    calls = [*above, *reversed(failure.calls)]
    held: list[Mapping[str, Json]] = [{}] * len(above) + [
        dict(each or {}) for each in reversed(failure.locals)
    ]
    held += [{}] * (len(calls) - len(held))
    return [
        _frame(call, below, left, failure, is_left=at >= len(above), is_inner=_is_inner(at, len(calls)))
        for at, (call, below, left) in enumerate(zip(calls, [*calls[1:], None], held, strict=False))
    ]


def _is_inner(at: int, frames: int) -> bool:
    """Tell whether all of a frame is told: of a long traceback only the outermost and the innermost ones."""
    return frames <= SHORT or at == 0 or at + INNER >= frames


def callers(reader: Reader, run: Run, call: Call) -> list[Call]:
    """Give the calls around a call, the outermost first."""
    given = {"run": run.run_id, "key": int(call.span_id, 16), "most": ABOVE}
    above = reader.connection.execute(_ABOVE, given).fetchall()
    found = calls_at(reader.connection, [place for (place,) in reversed(above)])
    return complete(reader.connection, run.run_id, found, calls_made=False)


def standing(calls: Sequence[Call]) -> list[Frame]:
    """Give the calls around the last one as frames, each with the line where it called the next."""
    found = []
    for call, below in itertools.pairwise(calls):
        line = called_at(call, below)
        found.append(_at(Frame(call, line, None, is_left=False)))
    return found


def _frame(
    call: Call,
    below: Call | None,
    held: Mapping[str, Json],
    failure: Failure,
    *,
    is_left: bool,
    is_inner: bool,
) -> Frame:
    if below is not None:
        line = called_at(call, below)
    else:
        is_its = failure.raised is not None and failure.raised.function == call.function
        line = (failure.line if is_its else None) or call.ended_line  # a `with` ends where it began
    said = quoted(failure.message or "")
    innermost = below is None
    frame = Frame(call, line, None, held, is_left, is_innermost=innermost, said=said, is_inner=is_inner)
    if not innermost:
        return _at(frame)
    args = call.args if isinstance(call.args, dict) else {}
    return replace(_at(frame), passed=failure.passed, shared=shared_in({**args, **held}))


def _at(frame: Frame) -> Frame:
    """Add the statement at which a frame stood."""
    call, line = frame.call, frame.line
    if line is None:
        return frame
    body = body_of(call)
    found = statement_at(call, body, line) if body is not None else None
    if found is None:
        source = source_line(call.file, line, call.start_ns)
        return replace(frame, source=source and source.strip())
    reads = found.reads if frame.is_inner else found.reads[: found.own]
    return replace(frame, source=found.text, under=found.under, reads=reads)


def called_at(call: Call, below: Call) -> int | None:
    """Give the line from which a call made another: as recorded, else where its source names it just once."""
    if below.called_line is not None and below.parent_span_id == call.span_id:
        return below.called_line
    body = body_of(call)
    name = plain(below.function).removesuffix(".__init__").rsplit(".", 1)[-1]
    lines = {node.lineno for node in calls_in(body) if name_of(node.func) == name} if body else set()
    return lines.pop() if len(lines) == 1 else None


def body_of(call: Call, ran_ns: int | None = None) -> ast.AST | None:
    """Parse the function of a call; None where its source is not there or was changed after `ran_ns`."""
    tree = tree_of(call.file, call.start_ns if ran_ns is None else ran_ns)
    return tree and body_in(tree, call.function, call.line)


def names_unseen(frame: Frame, line: str) -> bool:
    """Tell whether a line of a frame names variables of its own of which nothing was recorded.

    So it is on 3.11, and where what a failed call held is not kept.
    """
    body = body_of(frame.call)
    if body is None:
        return False
    names = (node for node in ast.walk(body) if isinstance(node, ast.Name))
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    seen = {*(frame.call.args if isinstance(frame.call.args, dict) else ()), *frame.held}
    return any(re.search(rf"\b{re.escape(name)}\b", line) for name in stored - seen)


def calls_in(body: ast.AST) -> Iterator[ast.Call]:
    """Give the calls that stand in a piece of source."""
    return (node for node in ast.walk(body) if isinstance(node, ast.Call))


def name_of(node: ast.expr) -> str:
    """Give the last part of a name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def unquoted(found: Iterable[Frame]) -> Iterator[str]:
    """Name the files of frames whose lines are not told, as they may be others than those that ran."""
    calls = [each.call for each in found]
    for file in dict.fromkeys(call.file for call in calls if is_changed(call.file, call.start_ns)):
        yield f"{file} was changed after the run: its lines are not quoted."
