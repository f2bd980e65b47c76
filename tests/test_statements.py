"""The statement at a line: whole, under the block around it, with the fields that it reads and others."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING, cast

import pytest

from breadcrumb.questions.facts.exceptions.statement import Statement, statement_at
from breadcrumb.questions.facts.run.source import ANY_NS, source_line, tree_of

if TYPE_CHECKING:
    from pathlib import Path

    from breadcrumb.questions.facts.calls.call_rows import Call

SOURCE = """\
def take(self, order, rows):
    if self.open:
        for row in rows:
            total = sum(
                order.price,
                row.count,
            )
    else:
        with self.lock:
            total = 0
    try:
        return order.pay(total)
    except ValueError as error:
        raise KeyError(order.number) from error
"""


class _Place:
    def __init__(self, file: str) -> None:
        self.file = file


@pytest.mark.parametrize(
    ("line", "text", "under", "reads"),
    [
        (2, "if self.open:", "", [("self", "open")]),
        (
            5,
            "total = sum( order.price, row.count, )",
            "for row in rows",
            [("order", "price"), ("row", "count")],
        ),
        (10, "total = 0", "with self.lock", []),
        (12, "return order.pay(total)", "", [("order", "pay")]),
        (14, "raise KeyError(order.number) from error", "except ValueError as error", [("order", "number")]),
    ],
)
def test_a_statement_is_told_whole_and_under_its_block(
    tmp_path: Path, line: int, text: str, under: str, reads: list[tuple[str, str]]
) -> None:
    file = tmp_path / "app.py"
    file.write_text(SOURCE, encoding="utf-8")
    found = statement_at(cast("Call", _Place(str(file))), ast.parse(SOURCE).body[0], line)
    assert isinstance(found, Statement)
    assert (found.text, found.under, list(found.reads[: found.own])) == (text, under, reads)


def test_what_was_read_shortly_before_comes_next(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text(SOURCE, encoding="utf-8")
    found = statement_at(cast("Call", _Place(str(file))), ast.parse(SOURCE).body[0], 14)
    assert found is not None
    assert found.reads[:3] == (("order", "number"), ("order", "pay"), ("self", "lock"))


def test_of_a_name_that_is_no_file_nothing_is_read(tmp_path: Path) -> None:
    """The store names it, which somebody else may have made: a pipe would be waited for."""
    os.mkfifo(tmp_path / "app.py")
    assert tree_of(str(tmp_path / "app.py"), ANY_NS) is None
    assert source_line(str(tmp_path / "app.py"), 1, ANY_NS) is None
