"""What a handler does with what it catches, decided by its source: whether it swallows it without a word."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, cast

from breadcrumb.questions.facts.run.source import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SWALLOWED = "swallowed"
HANDLED = "handled"
CAUGHT = "caught"
"""The source does not say, or is not the one that ran."""
FAILED_PART = "failed a subtest"

_TELLS = frozenset(
    [
        "print",
        "print_exc",
        "print_exception",
        "exception",
        "error",
        "warning",
        "warn",
        "info",
        "debug",
        "critical",
        "log",
        "write",
        "fail",
        "skip",
        "exit",
        "_exit",
        "abort",
        "record_exception",
        "capture_exception",
        "excepthook",
        "exc_info",
        "format_exc",
    ]
)
"""Names of functions by which a handler tells somebody."""

_EXPECTING = frozenset(("raises", "assertRaises", "assertRaisesRegex", "RaisesGroup"))
"""Names of what a test says of an exception by `with`: that it has to come."""


def ending(file: str, line: int | None, bases: Sequence[str], ran_ns: int) -> str:
    """Say what the handler that begins on a line does with an exception of a class with these bases."""
    if line is None or (tree := tree_of(file, ran_ns)) is None:
        return CAUGHT
    for node in _around(tree, line):
        if isinstance(node, ast.With | ast.AsyncWith) and node.lineno == line:
            return _of_with(node, bases)
        if isinstance(node, ast.Try | ast.TryStar):
            if node.handlers and node.handlers[0].lineno == line:
                is_split = isinstance(node, ast.TryStar)
                return _of_all(node.handlers) if is_split else _of_clauses(node.handlers, bases)
            if node.finalbody and node.finalbody[0].lineno == line:
                return _of_body(node.finalbody, None)
    return CAUGHT


def dropped_by(file: str, line: int | None, ran_ns: int) -> str | None:
    """Name what in a `finally` that begins on a line drops an exception: `return`, say, and where it is."""
    if line is None or (tree := tree_of(file, ran_ns)) is None:
        return None
    for node in _around(tree, line):
        if isinstance(node, ast.Try | ast.TryStar) and node.finalbody and node.finalbody[0].lineno == line:
            first = next(_jumps(node.finalbody, ast.Return | ast.Break | ast.Continue), None)
            if first is not None:
                return f"`{type(first).__name__.lower()}` of its finally in line {first.lineno}"
    return None


def _jumps(body: Iterable[ast.AST], kinds: Any) -> Iterator[ast.stmt]:
    """Give the statements that leave a block: in a loop of its own only a `return` does."""
    for node in body:
        if isinstance(node, kinds):
            yield cast("ast.stmt", node)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            is_loop = isinstance(node, ast.For | ast.AsyncFor | ast.While)
            yield from _jumps(ast.iter_child_nodes(node), ast.Return if is_loop else kinds)


def _around(node: ast.AST, line: int) -> Iterator[ast.AST]:
    """Give what has that line within it, the outer before the inner."""
    for child in ast.iter_child_nodes(node):
        if getattr(child, "lineno", line) <= line <= getattr(child, "end_lineno", line):
            yield child
            yield from _around(child, line)


def _of_with(node: ast.With | ast.AsyncWith, bases: Sequence[str]) -> str:
    """Say it of a `with`: those of tests tell what they take, or want it."""
    calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
    names = {_called(call) for call in calls}
    if "subTest" in names or any(ast.unparse(call.func) == "subtests.test" for call in calls):
        return HANDLED if any(base.endswith("SkipTest") for base in bases) else FAILED_PART
    return HANDLED if names & _EXPECTING else SWALLOWED


def _of_clauses(clauses: Iterable[ast.ExceptHandler], bases: Sequence[str]) -> str:
    """Say it of the first clause that takes such an exception."""
    names = {base.rpartition(".")[2] for base in bases}
    for clause in clauses:
        taken = _names(clause.type)
        if taken is None:  # a value, of which the source says nothing
            return CAUGHT
        if not taken or taken & names:
            return _of_body(clause.body, clause.name)
    return CAUGHT


def _of_all(clauses: Iterable[ast.ExceptHandler]) -> str:
    """Say it of a group, of which each clause takes a part."""
    endings = {_of_body(clause.body, clause.name) for clause in clauses}
    return endings.pop() if len(endings) == 1 else CAUGHT


def _names(kind: ast.expr | None) -> set[str] | None:
    """Give the last parts of the class names in an `except`; none of a bare one, None where it has values."""
    if kind is None:
        return set()
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    names = {each.id if isinstance(each, ast.Name) else getattr(each, "attr", "") for each in kinds}
    return names if all(name[:1].isupper() or name == "error" for name in names) else None


def _of_body(body: Iterable[ast.stmt], name: str | None) -> str:
    for statement in body:
        for node in ast.walk(statement):
            is_named = isinstance(node, ast.Name) and node.id == name
            if (
                is_named
                or isinstance(node, ast.Raise)
                or (isinstance(node, ast.Call) and _called(node) in _TELLS)
            ):
                return HANDLED
    return SWALLOWED


def _called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
