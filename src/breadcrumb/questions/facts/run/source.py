"""The text of source lines, as long as the file is still the one that ran; secrets in it are replaced."""

from __future__ import annotations

import ast
import io
import os
import sys
import tokenize
from functools import cache
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.source_digest import digest, read
from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader
    from breadcrumb_redaction import Redactor

ANY_NS = sys.maxsize
"""The moment to name where a file's text is wanted also if it has changed."""


_ran: dict[str, dict[str, tuple[int, str]]] = {}
"""By run and file: since when the file held what was there when the run was read in, and its digest."""


def remember(reader: Reader, run_id: str) -> None:
    """Read which source files ran, so that those are known that are others now."""
    if run_id in _ran:
        return
    rows = reader.connection.execute(
        """select key, try_cast(value->>'$.changed_ns' as bigint), value->>'$.digest' from base.fact
        where run_id = ? and kind = 'source'""",
        [run_id],
    ).fetchall()
    _ran[run_id] = {file: (changed_ns, told) for file, changed_ns, told in rows if changed_ns is not None}


def source_line(file: str, line: int, ran_ns: int) -> str | None:
    """Give a line of a Python file as it stands there; None where the file changed after `ran_ns`."""
    lines = _read(file).lines
    if not 0 < line <= len(lines) or is_changed(file, ran_ns):
        return None
    return _redactor().text(lines[line - 1].rstrip())


def text_between(file: str, first: int, last: int) -> str:
    """Give lines of a Python file, as it stands now, as one."""
    lines = _read(file).lines
    return _redactor().text(" ".join(line.strip() for line in lines[first - 1 : last]))


def lines_of(file: str, line: int, ran_ns: int) -> tuple[str, ...] | None:
    """Give all lines of the file in which a function begins at `line`; None where they are others now."""
    lines = _read(file).lines
    return lines if 0 < line <= len(lines) and not is_changed(file, ran_ns) else None


def tree_of(file: str, ran_ns: int) -> ast.Module | None:
    """Parse a Python file; None where it is no longer the one that ran at that moment, or cannot be read."""
    return None if is_changed(file, ran_ns) else _parsed(_read(file).lines)


def body_in(tree: ast.Module, function: str, line: int) -> ast.AST | None:
    """Find the function that begins at a line of a file."""
    if function.endswith("<module>"):
        return tree
    name = function.rsplit(".", 1)[-1]
    return next((node for node in ast.walk(tree) if line in _first_lines(node, name)), None)


def _first_lines(node: ast.AST, name: str) -> Sequence[int]:
    """Give the lines at which a call of that name may begin, where it is the node's."""
    if isinstance(node, ast.Lambda | ast.GeneratorExp):
        is_meant = name == ("<lambda>" if isinstance(node, ast.Lambda) else "<genexpr>")
        return (node.lineno,) if is_meant else ()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not name.startswith("<"):
        return (node.lineno, *(each.lineno for each in node.decorator_list))
    return ()


def mentions(file: str, name: str) -> bool:
    """Tell whether a file has a name anywhere."""
    return any(name in line for line in _read(file).lines)


def is_changed(file: str, ran_ns: int) -> bool:
    """Tell whether a file that is there is another one than ran at that moment.

    By its digest, where one was kept of what it held then: a file may have changed and be old.
    """
    found = _read(file)
    if found.digest and ran_ns != ANY_NS:
        known = {held[file] for held in _ran.values() if file in held}
        then = {told for changed_ns, told in known if changed_ns <= ran_ns}
        if then:
            return found.digest not in then
    return found.changed_ns > ran_ns


@cache
def _redactor() -> Redactor:
    from breadcrumb_redaction import Redactor  # most answers quote no line

    return Redactor()


@cache
def _parsed(lines: tuple[str, ...]) -> ast.Module | None:
    try:
        return ast.parse("".join(lines)) if lines else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Source(NamedTuple):
    """A file as it stands now."""

    changed_ns: int = 0
    lines: tuple[str, ...] = ()
    digest: str = ""


def _read(file: str) -> _Source:
    """Read a Python file; nothing where it cannot be read."""
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return _Source()
    return _as_it_stands(file, found.st_mtime_ns, found.st_size)


@cache
def _as_it_stands(file: str, _changed_ns: int, _size: int) -> _Source:
    """Read it once as long as it looks the same."""
    found = read(file)
    if found is None:
        return _Source()
    changed_ns, content = found
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        lines = tuple(io.TextIOWrapper(io.BytesIO(content), encoding))
    except (SyntaxError, ValueError, LookupError):
        return _Source()
    return _Source(changed_ns, lines, digest(content))
