"""Writes where threads and tasks stood: one indented tree each, the untraced frames in between in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.facts.calls.open_stacks import OUTERMOST
from breadcrumb.render.parts.call_lines import Writer, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.durations import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb.questions.facts.calls.open_stacks import Frame, Standing

LINES = 40
"""Lines of all trees."""

LINE = 160

UNTOLD = "Calls that had been open for less than 0.25 s are not known."
"""What a process that dies had not told of yet."""

UNTRACED = 2
"""Untraced frames in a row that are written; of more only the innermost is."""

RECURSION = 4
"""Calls of one function within each other that are written; of more only the first and the last are."""

INDENTED = 12
"""Levels that are indented."""


def standing_lines(
    stood: Sequence[Standing], names: Mapping[str, str] | None = None, most: int = LINES
) -> list[str]:
    """Write the trees in at most some `most` lines; of those with the same functions the first."""
    alike: dict[tuple[object, ...], list[Standing]] = {}
    for each in stood:
        alike.setdefault(tuple((frame.function, frame.line) for frame in each.frames), []).append(each)
    lines: list[str] = []
    for count, group in enumerate(alike.values()):
        tree = list(_tree(group[0], names or {}))
        if lines and len(lines) + len(tree) >= most:
            left = sum(len(others) for others in list(alike.values())[count:])
            return [*lines, f"... and {left} more; --format json has all."]
        lines += [_head(group), *tree]
    return lines if all(each.is_whole for each in stood) else [*lines, UNTOLD]


def _head(group: Sequence[Standing]) -> str:
    first = group[0]
    where = f"task {first.task}, " if first.task else ""
    more = f" and {len(group) - 1} alike" if len(group) > 1 else ""
    return f"{where}thread {first.thread or '?'} of process {first.pid}{more} stood in:"


def _tree(stood: Standing, names: Mapping[str, str]) -> Iterator[str]:
    writer = Writer(names)
    depth = 0
    for row in _rows(list(_in_short(stood.frames)), OUTERMOST if stood.left_out else 0):
        if stood.left_out and depth == OUTERMOST:
            yield f"{_indent(depth)}... {stood.left_out:,} calls between"
        for at, (frame, left_out) in enumerate(row):
            if len(row) <= RECURSION or at in {0, len(row) - 1}:
                yield clip(f"{_indent(depth)}{_line(frame, left_out, stood, writer)}", LINE)
            elif at == 1:
                name = writer.name(frame.function)
                yield f"{_indent(depth)}... {len(row) - 2} more calls of {name}, each in the one before"
            depth += 1


def _indent(depth: int) -> str:
    return "  " * (min(depth, INDENTED) + 1)


def _rows(shown: Sequence[tuple[Frame, int]], border: int) -> Iterator[list[tuple[Frame, int]]]:
    """Calls of one function in a row, and each other frame alone; none goes across the `border`."""
    row: list[tuple[Frame, int]] = []
    for at, (frame, left_out) in enumerate(shown):
        last = row[-1][0] if row else None
        goes_on = last is not None and last.call is not None and frame.call is not None
        if row and not (goes_on and row[-1][0].function == frame.function and at != border):
            yield row
            row = []
        row.append((frame, left_out))
    if row:
        yield row


def _line(frame: Frame, left_out: int, stood: Standing, writer: Writer) -> str:
    above = f", as {left_out} frames above" if left_out else ""
    known = {True: "", None: ", no call known", False: f", not traced{above}"}[frame.traced]
    return f"{_frame(frame, stood, writer)}  {place(frame.file, frame.line)}{known}"


def _frame(frame: Frame, stood: Standing, writer: Writer) -> str:
    name = writer.name(frame.function)
    call = frame.call
    if call is None:
        return f"{name}(…)" if frame.traced else name
    writer.memory.process = call.process
    number = f"#{call.number}" if call.number and call.number > 1 else ""
    if stood.at_ns is None:
        since = f"since {_clock(call.start_ns)}"
    else:
        since = f"for {duration(max(stood.at_ns - call.start_ns, 0))}"
    return f"{name}{number}({writer.arguments([call])})  {since}"


def _clock(ns: int) -> str:
    seconds, rest = divmod(ns // 1_000_000, 1000)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d} UTC"


def _in_short(frames: Sequence[Frame]) -> Iterator[tuple[Frame, int]]:
    """Give frames with the number of untraced ones that are left out before each."""
    row: list[Frame] = []
    for frame in (*frames, None):
        if frame is not None and frame.traced is False:
            row.append(frame)
            continue
        if len(row) > UNTRACED:
            yield row[-1], len(row) - 1
        else:
            yield from ((each, 0) for each in row)
        row = []
        if frame is not None:
            yield frame, 0
