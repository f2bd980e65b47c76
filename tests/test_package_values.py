"""Objects of popular packages are written short and true, and nothing is loaded for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import package_values
import pytest
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


def test_a_tensor_is_its_shape_and_no_mode_of_the_program_is_asked_for_it() -> None:
    torch: Any = pytest.importorskip("torch")
    asked: list[Any] = []

    class Mode(torch.overrides.TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            asked.append(func)
            return func(*args, **(kwargs or {}))

    tensor = torch.zeros(2, 3)
    shape = '"@shape": [2, 3], "@dtype": "torch.float32", "device": "cpu"'
    assert package_values.written(tensor) == f'{{"@": "torch.Tensor", "@id": "7f3a", {shape}}}'
    with Mode():
        assert package_values.written(tensor) == '{"@": "torch.Tensor", "@id": "7f3a"}'
    assert not asked
