"""Arrow's compute functions, named as in pyarrow.compute.

Importing that makes a documented Python function of each of the three hundred that there are, which takes
longer than to fold a short run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

try:
    from pyarrow import _compute as arrow  # type: ignore[import-untyped]  # it ships no types
except ImportError:  # where a release has it elsewhere
    from pyarrow import compute as arrow

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


def __getattr__(name: str) -> Any:
    """Each function that needs no options, under its name; a name that Python keeps ends in `_`."""
    if name.startswith("__"):
        raise AttributeError(name)
    return partial(_call, name.rstrip("_"))


def _call(name: str, *arguments: Any) -> Any:
    return arrow.call_function(name, list(arguments))


def cast(values: Any, kind: pa.DataType) -> Any:
    """The values as another type; ArrowInvalid where one does not fit."""
    return arrow.call_function("cast", [values], arrow.CastOptions.safe(kind))


def index_in(values: pa.Array, among: pa.Array) -> pa.Array:
    """Where each value stands among others; null where it does not."""
    return arrow.call_function("index_in", [values], arrow.SetLookupOptions(value_set=among))


def least(*values: pa.Array) -> pa.Array:
    """The least of each row; null where one of it is null."""
    return arrow.call_function(
        "min_element_wise", list(values), arrow.ElementWiseAggregateOptions(skip_nulls=False)
    )


def run_ends(values: pa.Array) -> pa.Array:
    """Where each stretch of equal values ends."""
    return arrow.call_function("run_end_encode", [values], arrow.RunEndEncodeOptions("int64")).run_ends


def sort_indices(values: Any, columns: Sequence[str] = ("",)) -> pa.Array:
    """The rows in ascending order: of an array, or of a table by columns."""
    keys = [(name, "ascending") for name in columns]
    return arrow.call_function("sort_indices", [values], arrow.SortOptions(sort_keys=keys))
