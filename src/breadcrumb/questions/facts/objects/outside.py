"""What functions read besides what they are given, by the source: what other calls change in their module."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import joined, sql

from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.run.source import body_in, mentions, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

TOLD = 3
"""Names that are told of a call."""
WRITERS = 3
"""The last calls that may have changed one."""
BELOW = 200
"""The last calls while one ran in which it is sought what that read."""
_LATEST = sql("start_ns desc, ordinal desc")
_ADDING = {"add", "append", "appendleft", "extend", "insert", "put", "put_nowait", "register", "update"}
_TAKING = {"clear", "discard", "pop", "popitem", "popleft", "remove", "subtract"}
_CHANGING = _ADDING | _TAKING | {"reverse", "rotate", "setdefault", "sort"}
"""Methods that change what a list, dict, set, queue or registry holds."""
_Function = tuple[str, str, int]
"""A function's name, file and line."""


@dataclass(frozen=True)
class Outside:
    """A name of a module that a call reads, and the last calls before it that change what it holds."""

    reader: Call
    name: str
    line: int
    """Where the module binds it."""
    writers: tuple[Call, ...]

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "kind": "outside",
            "known": "by the source",
            "name": self.name,
            "file": self.reader.file,
            "line": self.line,
            "read_by": {"function": self.reader.function, "call": self.reader.number},
            "changed_by": [{"function": each.function, "call": each.number} for each in self.writers],
        }


def outside(reader: Reader, run: Run, call: Call) -> list[Outside]:
    """Give the state of modules that a call, or one below it, reads, and that calls before it changed."""
    readers = {each.function: each for each in (call, *_below(reader, run, call))}
    found: dict[tuple[str, str], tuple[Call, int]] = {}
    for each in readers.values():
        tree = tree_of(each.file, each.start_ns)
        body = tree and body_in(tree, each.function, each.line)
        if tree is not None and body is not None:
            state = _state(tree)
            found |= {(each.file, name): (each, state[name]) for name in _free(body) if name in state}
    functions = _ran(reader, run, call) if found else []
    told = []
    for (file, name), (reads, line) in found.items():
        writing = [function for function in functions if _changes(function, file, name, call.start_ns)]
        writers = _last(reader, run, call, [function for function, _, _ in writing])
        told += [Outside(reads, name, line, tuple(writers))] if writers else []
    return sorted(told, key=lambda each: len(each.writers))[:TOLD]  # what is seldom changed tells more


def _ran(reader: Reader, run: Run, call: Call) -> list[_Function]:
    """Give the functions of which calls began before this one."""
    query = sql(
        "select distinct function, file, line from base.call where run_id = {run} and start_ns < {start}",
        run=run.run_id,
        start=call.start_ns,
    )
    return [each for each in query.rows(reader.connection) if None not in each]


def _last(reader: Reader, run: Run, call: Call, functions: Sequence[str]) -> list[Call]:
    if not functions:
        return []
    where = sql(
        """run_id = {run} and start_ns < {start} and process = {process} and span_id <> {own}
        and function in ({functions})""",
        run=run.run_id,
        start=call.start_ns,
        process=int(call.process, 16),
        own=int(call.span_id, 16),
        functions=joined(", ", (sql("{function}", function=each) for each in functions)),
    )
    found = read_calls(reader.connection, where, limit=WRITERS, order=_LATEST)
    return complete(reader.connection, run.run_id, found[::-1], calls_made=False)


def _below(reader: Reader, run: Run, call: Call) -> list[Call]:
    """Give the last calls of its thread while a call ran, the last one first."""
    where = sql(
        """run_id = {run} and process = {process} and thread = {thread}
        and start_ns > {start} and start_ns <= {end}""",
        run=run.run_id,
        process=int(call.process, 16),
        thread=call.thread,
        start=call.start_ns,
        end=call.start_ns + (call.duration_ns or 0),
    )
    found = read_calls(reader.connection, where, limit=BELOW, order=_LATEST)
    return complete(reader.connection, run.run_id, found, calls_made=False)


@cache
def _state(tree: ast.Module) -> dict[str, int]:
    """Give the names that a module binds to what can change, or its functions anew, and the lines."""
    found: dict[str, int] = {}
    anew = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets if isinstance(node, ast.Assign | ast.AnnAssign) else ():
            if isinstance(target, ast.Name) and (target.id in anew or _may_change(value)):
                found[target.id] = target.lineno
    return found


def _may_change(value: ast.expr | None) -> bool:
    kinds = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp, ast.Call)
    return isinstance(value, kinds)


def _free(body: ast.AST) -> list[str]:
    """Give the names that a function reads and does not bind itself."""
    named = [node for node in ast.walk(body) if isinstance(node, ast.Name)]
    bound = {node.id for node in named if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(body) if isinstance(node, ast.arg)}
    bound -= {name for node in ast.walk(body) if isinstance(node, ast.Global) for name in node.names}
    return list(dict.fromkeys(node.id for node in named if node.id not in bound))


@cache
def _changes(function: _Function, file: str, name: str, ran_ns: int) -> bool:
    """Tell whether the source of a function changes what a name of a module holds."""
    title, own_file, line = function
    is_elsewhere = own_file != file
    tree = tree_of(own_file, ran_ns) if mentions(own_file, name) else None
    if tree is None or title.endswith("<module>") or (is_elsewhere and not _names(tree, name)):
        return False
    body = body_in(tree, title, line)
    found = list(_own(body)) if body is not None else []
    is_anew = any(isinstance(node, ast.Global) and name in node.names for node in found)
    return any(_is_change(node, name, is_anew=is_anew, is_elsewhere=is_elsewhere) for node in found)


def _own(body: ast.AST) -> Iterator[ast.AST]:
    """Give what stands in a function, but in no function inside of it."""
    for node in ast.iter_child_nodes(body):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from _own(node)


def _is_change(node: ast.AST, name: str, *, is_anew: bool, is_elsewhere: bool) -> bool:
    def is_meant(part: ast.expr) -> bool:
        is_attribute = is_elsewhere and isinstance(part, ast.Attribute) and part.attr == name
        return is_attribute or (isinstance(part, ast.Name) and part.id == name)

    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return is_meant(node.value) or is_meant(node)
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return is_anew and node.id == name
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in _CHANGING and is_meant(called.value)


@cache
def _names(tree: ast.Module, name: str) -> bool:
    """Tell whether a module names what is another one's: as an attribute, or imported."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.ImportFrom) and any(each.name == name for each in node.names))
        for node in ast.walk(tree)
    )
