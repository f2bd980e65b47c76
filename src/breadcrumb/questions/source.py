"""`--source F`: the source of a function, beside its lines what its calls did there; `F#4` of one call."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.call import call_of_id, calls_of, numbered_call
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_rows import MODULE, calls_made_by, keys
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.exceptions.failure import body_of
from breadcrumb.questions.facts.objects.following import changed_fields
from breadcrumb.questions.facts.run.functions import display_names, find_function
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.facts.run.source import ANY_NS, lines_of, source_line
from breadcrumb.questions.gaps import read_gaps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.calls.call_rows import Call

LONG = 60
"""Lines of a function up to which all are given."""
AROUND = 3
"""Lines given before and after one of which something is known, where a function is longer."""
CHILDREN = 200
"""Calls made by one call that are put beside its lines."""


@dataclass(frozen=True)
class SourceLine:
    """One line, and what calls did there."""

    file: str
    line: int
    source: str
    ran: int | None = None
    """How often it ran, where that was kept."""
    raised: tuple[Call, ...] = ()
    returned: tuple[Call, ...] = ()
    """The calls that returned there."""
    made: tuple[Call, ...] = ()
    """The calls that were made from it: of one call only."""
    called: tuple[tuple[str, int], ...] = ()
    """How often it called what, of all calls together."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "file": self.file,
            "line": self.line,
            "source": self.source,
            "ran": self.ran,
            "raised": [{"call": each.number, **(each.json()["exception"])} for each in self.raised],
            "returned": [{"call": each.number, "return": each.result} for each in self.returned],
            "made": [each.json() for each in self.made],
            "called": dict(self.called),
        }


@dataclass(frozen=True)
class Calls:
    """The calls whose function it is."""

    calls: tuple[Call, ...]
    total: int

    def json(self) -> dict[str, Any]:
        """Give the row: one call as it is, of several how many."""
        if len(self.calls) == 1:
            return self.calls[0].json()
        return {"function": self.calls[0].function, "calls": self.total}


def source(reader: Reader, ask: Ask, name: str) -> Answer:
    """Give the lines of a function with what is known of them."""
    run = find_run(reader, ask)
    calls, total = _calls(reader, run, ask, name)
    body = body_of(calls[0], ANY_NS)
    if body is None:
        where = f"{calls[0].file}:{calls[0].line}"
        raise NoAnswer(f"the source of {calls[0].function} is not at {where}", ask.query("--call", name))
    names = display_names(reader, run)
    told = f"{names[calls[0].function]}{f'#{calls[0].number}' if len(calls) == 1 else ''}"
    rows: tuple[Row, ...] = (Calls(tuple(calls), total), *_lines(reader, run, calls, body))
    return Answer(
        question="source",
        run=run.run_id,
        rows=rows,
        total=len(rows),
        ask=ask,
        words=("--source", name),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*_doubts(calls[0]), *run.notes),
        now_ns=run.now_ns,
        noun="rows",
        names=names,
        next=(ask.query("--why" if len(calls) == 1 else "--call", told),),
    )


def _doubts(call: Call) -> list[str]:
    """Say what is not sure of the lines."""
    changed = lines_of(call.file, call.line, call.start_ns) is None
    return [f"{call.file} was changed after the run: these may be other lines than those that ran."] * changed


def _calls(reader: Reader, run: Run, ask: Ask, name: str) -> tuple[list[Call], int]:
    found = call_of_id(reader, run, ask, name)
    if found is None:
        named = find_function(reader, run, ask, name)
        if named.number is None:
            calls, total = calls_of(reader, run, ask, named.function)
            return complete(reader.connection, run.run_id, calls), total
        found = numbered_call(reader, run, ask, named.function, named.number)
    return with_args_after(reader, run, complete(reader.connection, run.run_id, [found])), 1


def _lines(reader: Reader, run: Run, calls: Sequence[Call], body: ast.AST) -> list[SourceLine]:
    """Put what is known beside the lines; of a long function only those around something known."""
    first = calls[0]
    own = [node for node in ast.walk(body) if isinstance(node, ast.stmt | ast.expr)]
    start, end = min(node.lineno for node in own), max(node.end_lineno or 0 for node in own)
    start = min(start, first.line)
    raised: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        if call.raised and call.raised.first:
            line = call.raised.line if call.raised.file == call.file else call.ended_line
            if line:
                raised[line].append(call)
    returned: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        if call.returned and call.ended_line:
            returned[call.ended_line].append(call)
    ran = _ran(reader, run, calls)
    made, called = _made(reader, run, calls)
    known = {*raised, *returned, *ran, *made, *called, *_setting(calls, own)}
    untold = _documenting(body)
    wanted = [
        line
        for line in range(start, end + 1)
        if line not in untold
        and (end - start < LONG or line == start or any(abs(line - each) <= AROUND for each in known))
    ]
    return [
        SourceLine(
            first.file,
            line,
            source_line(first.file, line, ANY_NS) or "",
            ran.get(line, 0) if ran else None,
            tuple(raised.get(line, ())),
            tuple(returned.get(line, ())),
            tuple(made.get(line, ())),
            tuple(called.get(line, Counter()).items()),
        )
        for line in wanted
    ]


def _documenting(body: ast.AST) -> range:
    """Give the lines of a docstring but its first one."""
    if not isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        return range(0)
    if ast.get_docstring(body, clean=False) is None:
        return range(0)
    text = body.body[0]
    return range(text.lineno + 1, (text.end_lineno or text.lineno) + 1)


def _setting(calls: Sequence[Call], nodes: Sequence[ast.stmt | ast.expr]) -> Iterator[int]:
    """Give the lines at which fields of arguments are set that calls left different."""
    changed = {
        (name, field)
        for call in calls
        for name, after in call.args_after.items()
        if isinstance(after, dict) and isinstance(call.args, dict)
        for field in changed_fields(call.args.get(name) or {}, after)
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            if (owner, node.attr) in changed:
                yield node.lineno


def _ran(reader: Reader, run: Run, calls: Sequence[Call]) -> Mapping[int, int]:
    """Count how often each line ran, where lines were kept."""
    sql = """select line, count(*) from (select unnest(extra->'$.lines[*][0]')::integer as line from base.call
        where run_id = ? and span_id in (select unnest(?::ubigint[])) and (extra->'$.lines') is not null)
        where line is not null group by line"""
    found = reader.connection.execute(sql, [run.run_id, keys(call.span_id for call in calls)]).fetchall()
    return dict(found)


def _made(
    reader: Reader, run: Run, calls: Sequence[Call]
) -> tuple[Mapping[int, list[Call]], Mapping[int, Counter[str]]]:
    """Put calls to the line that made them: those of one call themselves, of several calls how many."""
    made: dict[int, list[Call]] = defaultdict(list)
    if calls[0].kind == MODULE:
        return made, _untraced(reader, run, calls[0])
    called: dict[int, Counter[str]] = defaultdict(Counter)
    if len(calls) == 1:
        for child in _children(reader, run, calls[0]):
            if child.called_line:
                made[child.called_line].append(child)
        return made, called
    sql = """select called_line, function, count(*) from base.call
        where run_id = ? and called_line is not null and parent_id in (select unnest(?::ubigint[]))
        group by all order by 3 desc, 2"""
    parameters = [run.run_id, keys(call.span_id for call in calls)]
    for line, function, count in reader.connection.execute(sql, parameters).fetchall():
        called[line][function] = count
    return made, called


def _untraced(reader: Reader, run: Run, body: Call) -> Mapping[int, Counter[str]]:
    """Count by line what a module's body called that is not traced."""
    called: dict[int, Counter[str]] = defaultdict(Counter)
    for gap in read_gaps(reader, run):
        if (gap.function, gap.file) == (body.function, body.file) and gap.line:
            called[gap.line][gap.callee] += gap.count
    return called


def _children(reader: Reader, run: Run, call: Call) -> list[Call]:
    calls = calls_made_by(reader.connection, call, limit=CHILDREN)
    return complete(reader.connection, run.run_id, calls, calls_made=False)
