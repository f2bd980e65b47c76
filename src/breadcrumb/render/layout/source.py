"""Writes the source of a function, and in the margin what its calls did at each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common.messages import one_line
from breadcrumb.questions.source import Calls, SourceLine
from breadcrumb.render.layout.tree import narrow
from breadcrumb.render.parts.call_lines import VALUE_WIDTH, Line, Writer, exception_text, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import Group, fold
from breadcrumb.render.parts.values import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call

MARGIN = 52
"""The column, after the line's number, where the margin starts."""
SOURCE = 90
"""Characters of a source line."""
BESIDE = 3
"""Calls beside a line that are written one by one, like ones together."""
RESULT = 50
"""Characters of a result beside a line."""
LINE = 240
"""Characters of a line with its margin."""


def source_layout(answer: Answer) -> Iterator[Line]:
    """Write the call or calls, then the lines."""
    writer, brief = Writer(answer.names, now_ns=answer.now_ns), narrow(answer)
    brief.result_width = VALUE_WIDTH
    lines = [row for row in answer.rows if isinstance(row, SourceLine)]
    indent = min((len(row.source) - len(row.source.lstrip()) for row in lines if row.source), default=0)
    before: int | None = None
    for row in answer.rows:
        if isinstance(row, Calls):
            yield Line(_head(writer, row), 1)
        elif isinstance(row, SourceLine):
            if before is not None and row.line > before + 1:
                yield Line("   …")
            before = row.line
            yield Line(_line(brief, row, indent), 1)


def _head(writer: Writer, row: Calls) -> str:
    first = row.calls[0]
    where = place(first.file, first.line)
    if len(row.calls) == 1:
        return f"{writer.group(Group((first,)))}  {where}"
    failed = sum(call.raised is not None and not call.cancelled for call in row.calls)
    left = f", {failed} left by an exception" if failed else ""
    return f"{writer.name(first.function)} x{row.total}{left}  {where}"


def _returned(writer: Writer, row: SourceLine) -> list[str]:
    """The different results of the calls that returned there, each with the first call that had it."""
    first: dict[str, Call] = {}
    for call in row.returned:
        first.setdefault(render([call.result], writer.memory, width=RESULT), call)
    arrow = "->" if _gives(row, first) else "the end ->"
    told = [f"{arrow} {text} in #{call.number}" for text, call in [*first.items()][:BESIDE]]
    told += [f"{len(first) - BESIDE} other results"] if len(first) > BESIDE else []
    count = [f"x{len(row.returned)}"] if len(row.returned) > 1 else []
    return [" ".join([*count, ", ".join(told)])] if told else []


def _gives(row: SourceLine, results: Iterable[str]) -> bool:
    """Tell whether the line itself returns: else it was the last that ran, as a `for` at its end."""
    return set(results) != {"None"} or row.source.lstrip().startswith("return") or "lambda" in row.source


def _line(writer: Writer, row: SourceLine, indent: int) -> str:
    ran = "" if row.ran is None else f"x{row.ran}"
    text = f"{row.line:>5} {ran:>4} {clip(one_line(row.source[indent:]), SOURCE)}"
    beside = [f"!! {exception_text(each.raised)} in #{each.number}" for each in row.raised[:1] if each.raised]
    beside += [f"and {len(row.raised) - 1} more"] if len(row.raised) > 1 else []
    groups = fold([Group((each,)) for each in row.made])
    beside += [writer.group(group) for group in groups[:BESIDE]]
    beside += [f"and {len(groups) - BESIDE} more"] if len(groups) > BESIDE else []
    beside += _returned(writer, row)
    beside += [f"called {writer.name(name)} x{count}" for name, count in row.called]
    return clip(f"{text.ljust(MARGIN)}  | {'; '.join(beside)}", LINE) if beside else text
