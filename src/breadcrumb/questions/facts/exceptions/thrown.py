"""Whether an exception came into a generator from the block of its `with`, by what its source says."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.run.source import body_in, tree_of

if TYPE_CHECKING:
    from breadcrumb.questions.facts.calls.call_rows import Call


def is_thrown_into(call: Call) -> bool:
    """Tell whether a call is a context manager that an exception of its block left where it stood."""
    tree = tree_of(call.file, call.start_ns) if call.yields == 1 and call.ended_line else None
    body = body_in(tree, call.function, call.line) if tree else None
    if not isinstance(body, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    is_manager = any("contextmanager" in ast.unparse(each) for each in body.decorator_list)
    return is_manager and any(
        isinstance(node, ast.Yield | ast.With | ast.AsyncWith) and node.lineno == call.ended_line
        for node in ast.walk(body)
    )
