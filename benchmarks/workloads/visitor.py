"""An own visitor with few calls of its own, driven by a library (`ast`) that makes many."""

from __future__ import annotations

import ast

SOURCE = """
def handler_{n}(request, limit=10, *rest):
    found = [row for row in request.rows if row.key > {n} and row.price * row.count < limit]
    total = sum(row.price * row.count + row.tax - row.discount for row in found)
    return dict(total=total, rows=len(found), first=found[0] if found else None, rest=rest)
"""


class Handlers(ast.NodeVisitor):
    """Collects the functions of a module and how many statements each has."""

    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Note a function and go on inside."""
        self.found[node.name] = len(node.body)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> int:
        """Say where it returns."""
        return node.lineno


def main(size: int) -> None:
    """Visit a module of `size` functions."""
    tree = ast.parse("".join(map(SOURCE.replace, ["{n}"] * size, map(str, range(size)))))
    Handlers().visit(tree)
