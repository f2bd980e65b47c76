"""Whether an exception came into a generator from the block of its `with`, by what its source says."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.run.source import body_in, source_line, tree_of

if TYPE_CHECKING:
    from breadcrumb.questions.facts.calls.call_rows import Call

_HANDED_ON = re.compile(r"\b(yield|with)\b")
"""What stands in a line from which a block's exception goes on."""


def is_thrown_into(call: Call) -> bool:
    """Tell whether a call is a context manager that an exception of its block left where it stood."""
    if call.yields != 1 or call.ended_line is None:
        return False
    line = source_line(call.file, call.ended_line, call.start_ns)
    tree = tree_of(call.file, call.start_ns)
    body = body_in(tree, call.function, call.line) if line and tree else None
    decorators = getattr(body, "decorator_list", ())
    is_manager = any("contextmanager" in ast.unparse(each) for each in decorators)
    return is_manager and _HANDED_ON.search(line or "") is not None
