"""Secrets in a table whose heading names the column: CSV, Markdown, psql, HTML, SQL's INSERT and COPY."""

import re
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest

from ..lazy import lazy
from ..match import Found
from ..weights import is_shaped
from .pairs import Rules, is_word, judged

Columns = dict[int, str]
Find = Callable[[list[str]], Columns]

_HEADING_MOST = 1000
_HEADING_CELL = lazy(r"[^\W\d][\w .\-]{0,60}")
_EDGES = " \t\r\"'`*[]"
_RULER = lazy(r"(?m)^[ \t]*[|+]?(?=[ \t:]*[\-=])[ \t:\-=]{2,200}(?:[|+][ \t:\-=]{2,200})+[|+]?[ \t]*\r?$")
_LINED = lazy(r"(?m)^[ \t]*(?:--+|==+)(?:[ ]+(?:--+|==+))+[ \t]*\r?$")
_LINE = lazy(r"--+|==+")
_BARS = str.maketrans(dict.fromkeys("\u2502\u2503\u2506\u2507\u250a\u250b\u2551", "|"))
_BOX = lazy(
    r"(?m)^[ \t]*[\u2500-\u2550\u2552-\u257f]{2,}[^\n]*\n"
    r"([ \t]*\|[^\n]{1,1000}\n(?:[ \t]*[|\u2500-\u257f][^\n]*(?:\n|\Z))*)"
)
_BARRED = lazy(r"(?m)^[ \t]*\|[^\n]*")
_GAPS = lazy(r"[ ]{2,}")
_SPACED_CELL = lazy(r"[^\s]++(?:[ ][^\s]++)*+")
_HEADING = lazy(r"(?i)>([^<>]*)</th>")
_HEADING_ROW = lazy(r"(?i)(?:<th\b[^<>]{0,200}>[^<>]{0,60}</th>\s{0,80}){2,100}")
_ROW = lazy(r"(?i)<tr\b[^<>]*>((?:[^<]|<(?!/?tr\b))*+)")
_DATA = lazy(r"(?i)<td\b[^<>]*>\s*([^<>]*)")
_INSERT = lazy(
    r"(?i)\binto\s+[\w.`\"\[\]]{1,120}\s*\(([^()]{1,2000})\)\s*(?:output\b[^()]{0,200})?values?\s*(?=\()"
)
_COPY = lazy(r"(?i)\bcopy\s+[\w.\"]{1,120}\s*\(([^()]{1,2000})\)\s*from\s+stdin[^\n]{0,200}\n")
_SQL_ITEM = lazy(
    r"\s*(?:[nNeE]?'((?:[^'\\]|''|\\.)*+)'?|\"([^\"]*+)\"?|([^\s,()'\"]+(?:\([^()]*\))?))[^,()'\"]*(,|\)|\Z)"
)
_SQL_ROW = lazy(r"\s*,?\s*\(")


def find_tables(text: str, name_rule: Rules, phrase_rule: Rules) -> Iterator[Found]:
    """The cells below a heading that names a secret."""

    def columns(cells: list[str]) -> Columns:
        may = [cell if _HEADING_CELL.fullmatch(cell) else "" for cell in cells]
        rules = ((phrase_rule if " " in cell else name_rule)(cell) for cell in may)
        return {index: rule for index, rule in enumerate(rules) if rule is not None}

    if "\n" in text:
        yield from _separated(text, columns)
        yield from _spaced(text, columns)
        if "--" in text or "==" in text:
            yield from _ruled(text, columns) if "|" in text else _lined(text, columns)
        if "\u2500" in text or "\u2501" in text or "\u2550" in text:
            yield from _boxed(text.translate(_BARS), columns)
    lower = text.lower()
    if "</th>" in lower:
        yield from _html(text, columns)
    if "into" in lower and "value" in lower:
        yield from _inserted(text, columns)
    if "from stdin" in lower:
        for hit, end in _each(_COPY, text):
            named = _names(hit[1], ",")
            yield from _rows(text, hit.end(), end, "\t", columns(named), len(named))


def _each(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each heading, and where the next one begins: no row is read twice."""
    hits = list(pattern.finditer(text))
    for hit, following in zip_longest(hits, hits[1:]):
        yield hit, following.start() if following else len(text)


def _names(heading: str, separator: str) -> list[str]:
    return [cell.strip(_EDGES + "\n\ufeff") for cell in heading.split(separator)]


def _separated(text: str, columns: Find) -> Iterator[Found]:
    """CSV, whose first line names the columns."""
    end = text.find("\n", 0, _HEADING_MOST)
    heading = text[: max(end, 0)]
    separator = next((each for each in "\t;,|" if each in heading), None)
    if separator is None:
        return
    named = _names(heading, separator)
    is_prose = f"{separator} " in heading and any(" " in cell for cell in named)
    if not is_prose and all(map(_HEADING_CELL.fullmatch, named)) and (found := columns(named)):
        yield from _rows(text, end + 1, len(text), separator, found, len(named))


def _spaced(text: str, columns: Find) -> Iterator[Found]:
    """Columns that blanks keep apart, as data frames are shown: a row may have one cell more at its head."""
    end = text.find("\n", 0, _HEADING_MOST)
    heading = text[: max(end, 0)]
    named = _GAPS.split(heading.strip())
    if _GAPS.search(heading) and any(" " in cell for cell in named):
        yield from _cells_below(text, end, heading.split(), columns)
    yield from _cells_below(text, end, named, columns)


def _cells_below(text: str, end: int, named: list[str], columns: Find) -> Iterator[Found]:
    if len(named) < 2 or not all(map(_HEADING_CELL.fullmatch, named)):
        return
    found = columns(named)
    while found and 0 <= end < len(text):
        start, end = end + 1, text.find("\n", end + 1)
        cells = list(_SPACED_CELL.finditer(text, start, end if end >= 0 else len(text)))
        before = len(cells) - len(named)
        for index, rule in found.items() if 0 <= before <= 1 else ():
            cell = cells[index + before][0]
            if is_shaped(cell) or (rule == "one-time-code" and cell.isdecimal()):
                yield from judged(text, *cells[index + before].span(), rule, quoted=True)


def _ruled(text: str, columns: Find) -> Iterator[Found]:
    """Columns between bars, a line of dashes below the heading."""
    found: Columns = {}
    named: list[str] = []
    edge = ""
    for ruler, end in _each(_RULER, text):
        heading = text[: max(ruler.start() - 1, 0)][-_HEADING_MOST:].rpartition("\n")[2]
        edge, above = ruler[0].strip().replace("=", "-"), edge
        if "|" not in heading:
            found = {}
        elif not (found and edge == above and edge[0] == "+"):  # which stands between rows as well
            named = _names(heading.strip().strip("|"), "|")
            found = columns(named)
        yield from _rows(text, ruler.end() + 1, end, "|", found, len(named))


def _lined(text: str, columns: Find) -> Iterator[Found]:
    """Columns with a line of dashes below the head of each: PowerShell, sqlcmd, reStructuredText."""
    for ruler, end in _each(_LINED, text):
        starts = [line.start() for line in _LINE.finditer(ruler[0])]
        heading = text[: max(ruler.start() - 1, 0)][-_HEADING_MOST:].rpartition("\n")[2]
        found = columns([cell.strip() for cell in _sliced(heading, starts)])
        at = ruler.end() + 1
        while found and at < end:
            row = text[at:end].partition("\n")[0]
            cells = _sliced(row, starts)
            for index, rule in found.items():
                bare = cells[index].strip()
                begin = at + starts[index] + cells[index].find(bare)
                if bare and not is_word(bare, rule):
                    yield from judged(text, begin, begin + len(bare), rule, quoted=True)
            found = found if row.strip() else {}
            at += len(row) + 1


def _sliced(row: str, starts: list[int]) -> list[str]:
    """What stands of a row in each column."""
    return [row[start:end] for start, end in zip_longest(starts, starts[1:])]


def _boxed(text: str, columns: Find) -> Iterator[Found]:
    """Tables in boxes: the heading stands below the upper edge, what types the columns have may follow it."""
    for box in _BOX.finditer(text):
        end = text.find("\n", box.start(1))
        named = _names(text[box.start(1) : end].strip().strip("|"), "|")
        found = columns(named) if end >= 0 else {}
        for row in _BARRED.finditer(text, end, box.end()) if found else ():
            yield from _rows(text, *row.span(), "|", found, len(named))


def _rows(text: str, start: int, most: int, separator: str, columns: Columns, count: int) -> Iterator[Found]:
    """Of each row that has so many cells, those in the columns; of a last one that is cut, what there is."""
    while columns and start < most:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        cells = list(islice(_cells(text, start, end, separator), count + 1))
        if len(cells) != count and end < len(text):
            return
        for index, rule in columns.items():
            if index < len(cells) and not is_word(text[slice(*cells[index])], rule):
                yield from judged(text, *cells[index], rule, quoted=True)
        start = end + 1


def _cells(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """Where the cells of a line stand, without what surrounds them."""
    if separator == "|":
        start, end = _between_bars(text, start, end)
    while start <= end:
        quoted = text.find(f'"{separator}', start + 1, end) + 1 if text.startswith('"', start) else 0
        stop = quoted or text.find(separator, start, end)
        stop = end if stop < 0 else stop
        cell = text[start:stop]
        bare = cell.strip(_EDGES)
        begin = start + cell.index(bare)
        yield begin, begin + len(bare)
        start = stop + 1


def _between_bars(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    bare = line.strip()
    begin = start + line.index(bare)
    return begin + bare.startswith("|"), begin + len(bare) - (len(bare) > 1 and bare.endswith("|"))


def _html(text: str, columns: Find) -> Iterator[Found]:
    for heading, end in _each(_HEADING_ROW, text):
        named = [cell.strip() for cell in _HEADING.findall(heading[0])]
        found = columns(named)
        for row in _ROW.finditer(text, heading.end(), end) if found else ():
            cells = list(_DATA.finditer(text, row.start(1), row.end(1)))
            for index, rule in found.items():
                if index < len(cells):
                    yield from judged(text, *cells[index].span(1), rule, quoted=True)


def _inserted(text: str, columns: Find) -> Iterator[Found]:
    for hit in _INSERT.finditer(text):
        found = columns(_names(hit[1], ","))
        at = hit.end()
        while found and (row := _SQL_ROW.match(text, at)):
            items = list(_items(text, row.end()))
            for index, rule in found.items():
                if index < len(items):
                    which = next((n for n in (1, 2) if items[index][n] is not None), 3)
                    yield from judged(text, *items[index].span(which), rule, quoted=which < 3)
            at = items[-1].end() if items else len(text)


def _items(text: str, at: int) -> Iterator[re.Match[str]]:
    """What stands between commas, to the end of the row."""
    while item := _SQL_ITEM.match(text, at):
        yield item
        if item[4] != ",":
            return
        at = item.end()
