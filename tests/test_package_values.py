"""Objects of popular packages are written short and true, and nothing is loaded for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import package_values
import sqlalchemy

DOCUMENT = Path(__file__).parent.parent / "docs" / "values.md"
MARKS = re.compile(r"<!-- packages -->\n(.*)<!-- end of packages -->\n", re.DOTALL)


def test_the_table_in_the_document_is_true() -> None:
    """`python tests/package_values.py` prints it anew."""
    (table,) = MARKS.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert table == package_values.table()


def test_a_row_that_was_not_loaded_stays_so() -> None:
    names: dict[str, Any] = {"__name__": "app"}
    exec(package_values.SETUP, names)
    statements: list[str] = []
    sqlalchemy.event.listen(
        names["engine"], "before_cursor_execute", lambda *event: statements.append(event[2])
    )
    assert '"qty"' not in package_values.written(names["order"])
    assert not statements
    assert names["order"].qty == 2
    assert '"qty": 2' in package_values.written(names["order"])
    package_values.close(names)
