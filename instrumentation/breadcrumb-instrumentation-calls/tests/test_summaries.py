"""`summarize`: the program says how values of its own classes are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.values.summarize import summarize

if TYPE_CHECKING:
    from conftest import Run

PROGRAM = """
    from breadcrumb_instrumentation_calls import summarize

    class Matrix:
        def __init__(self, rows):
            self.rows = rows

    def take(value): ...

    def helper(matrix):
        return len(matrix.rows)

    take(Matrix([[1]]))

    @summarize(Matrix)
    def shape(matrix):
        return {summary}

    take(Matrix([[1, 2], [3, 4]]))
    take([Matrix([])])
"""


def shown(run: Run, summary: str) -> list[object]:
    trace = run(PROGRAM.replace("{summary}", summary))
    assert {row["function"] for row in trace.rows} == {"Matrix.__init__", "take"}
    return [row["args"]["value"] for row in trace.of("take")]


def test_what_the_function_returns_stands_for_the_value(run: Run) -> None:
    before, after, within = shown(run, "f'{helper(matrix)} rows'")
    assert isinstance(before, dict) and before["rows"] == [[1]]
    assert isinstance(after, dict) and set(after) == {"@", "@id", "@summary"}
    assert after["@summary"] == "2 rows"
    assert isinstance(within, list) and within[0]["@summary"] == "0 rows"


def test_a_summary_is_redacted_and_bounded(run: Run) -> None:
    _, after, _ = shown(run, "{'password': 'hunter22', 'cells': list(range(50)), 'self': matrix}")
    assert isinstance(after, dict)
    summary = after["@summary"]
    assert summary["password"] == {"@redacted": "password"}
    assert (len(summary["cells"]), summary["cells"][-1]) == (21, {"@more": 30})
    assert summary["self"]["@"] == after["@"]


@pytest.mark.parametrize(("summary", "error"), [("1 / 0", "ZeroDivisionError"), ("matrix", "TypeError")])
def test_what_goes_wrong_is_counted_and_told(run: Run, summary: str, error: str) -> None:
    trace = run(PROGRAM.replace("{summary}", summary))
    assert trace.raised is None
    assert trace.of("take")[1]["args"]["value"]["@failed"] == error
    (counted,) = [fact for fact in trace.told("drop") if "Matrix" in str(fact)]
    looks = 2 if hasattr(sys, "monitoring") else 1  # 3.11 does not look again when a call ends
    assert counted["count"] == 4 * looks  # each of both as `self` and as an argument


def test_a_half_built_value_has_no_summary_yet(run: Run) -> None:
    trace = run(PROGRAM.replace("{summary}", "len(matrix.rows)"))
    assert [row["args"]["self"].get("@failed") for row in trace.of("Matrix.__init__")] == [
        None,
        *["AttributeError"] * 2,
    ]
    assert not [fact for fact in trace.told("drop") if "Matrix" in str(fact)]


@pytest.mark.parametrize("cls", [str, dict, type(lambda: None)])
def test_values_of_some_types_are_always_written_as_they_are(cls: type) -> None:
    with pytest.raises(TypeError, match="always written as they are"):
        summarize(cls, str)


def test_what_is_no_class_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a class and a function"):
        summarize("app.Matrix", str)  # type: ignore[call-overload]
