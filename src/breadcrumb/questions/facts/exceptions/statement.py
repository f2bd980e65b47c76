"""The statement in which a call stood: its text on one line, the block around it, the fields it reads."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.run.source import text_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from breadcrumb.questions.facts.calls.call_rows import Call

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.ExceptHandler)
"""What says, by its first line, why the statements in it ran."""
_OTHERS = (ast.Try, ast.TryStar, ast.Match, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""Other statements that hold some, of which only the first line is the statement's own."""
_WRITTEN = re.compile(r"""\b[fF][rR]?("[^"]*"|'[^']*')""")
_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Statement:
    """A statement of a function."""

    text: str
    under: str
    """The first line of the block around it; empty where that is the function."""
    reads: tuple[tuple[str, str], ...]
    """The fields that it reads, each with the variable's name, then those read in the lines before it."""
    own: int
    """How many of these are its own."""


def code_in(line: str) -> str:
    """Leave out of a line what an f-string says in words: they may be the names of variables."""
    return _WRITTEN.sub(lambda found: " ".join(_FIELD.findall(found[1])), line).strip()


def statement_at(call: Call, body: ast.AST, line: int) -> Statement | None:
    """Find the statement at a line of a call's function, as the file stands now."""
    way = list(_way(body, line))
    statements = [node for node in way if isinstance(node, ast.stmt | ast.ExceptHandler)]
    if not statements or statements[-1] is body:
        return None
    found = statements[-1]
    text = text_between(call.file, found.lineno, max(_end(found), line))
    own = list(dict.fromkeys(_fields(_head(found))))
    before = (node for node in ast.walk(body) if getattr(node, "lineno", line) < line)
    earlier = sorted(before, key=lambda node: -getattr(node, "lineno", 0))
    return Statement(
        text, _under(call, statements), tuple(dict.fromkeys([*own, *_fields(earlier)])), len(own)
    )


def _way(node: ast.AST, line: int) -> Iterator[ast.AST]:
    """Go down from a piece of source to the innermost one that holds a line."""
    while True:
        yield node
        within = (each for each in ast.iter_child_nodes(node) if _holds(each, line))
        below = next(within, None)
        if below is None:
            return
        node = below


def _holds(node: ast.AST, line: int) -> bool:
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    return first is not None and last is not None and first <= line <= last


def _end(node: ast.stmt | ast.ExceptHandler) -> int:
    """Give the last line that is the statement's own, not that of one in it."""
    inside: list[ast.stmt] = getattr(node, "body", [])
    if isinstance(node, (*_BLOCKS, *_OTHERS)) and inside:
        return max(node.lineno, min(inside[0].lineno - 1, node.end_lineno or node.lineno))
    return node.end_lineno or node.lineno


def _head(node: ast.AST) -> Iterable[ast.AST]:
    """Give what a statement consists of, but for the statements in it."""
    for each in ast.iter_child_nodes(node):
        if not isinstance(each, ast.stmt | ast.ExceptHandler):
            yield from ast.walk(each)


def _under(call: Call, statements: list[ast.stmt | ast.ExceptHandler]) -> str:
    """Write the first line of the innermost block around the last of these statements."""
    for block, below in zip(reversed(statements[:-1]), reversed(statements[1:]), strict=False):
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef):
            return ""
        if isinstance(block, _BLOCKS):
            head = text_between(call.file, block.lineno, _end(block)).rstrip(":")
            return f"else of {head}" if below in getattr(block, "orelse", ()) else head
    return ""


def _fields(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
