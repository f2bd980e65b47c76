"""Plain data as JSON text: what `json.dumps` writes."""

from __future__ import annotations

import json
import sys

from breadcrumb_instrumentation_calls.base.members import as_json
from hypothesis import given
from hypothesis import strategies as st

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(st.characters()), inner)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_it_is_what_json_writes(plain: object) -> None:
    assert as_json(plain) == json.dumps(plain)


def test_no_function_is_made() -> None:
    made = 0

    def seen(frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event == "call" and frame.f_code.co_name not in ("as_json", "<listcomp>")  # type: ignore[attr-defined]

    sys.setprofile(seen)
    try:
        as_json(["code", {"key": 3, "parameters": ["self", "x"], "line": None}])
    finally:
        sys.setprofile(None)
    assert not made
