"""Arrow's compute functions, named as in pyarrow.compute.

Importing that makes a documented Python function of each of the three hundred that there are, which takes
longer than to fold a short run.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

try:
    from pyarrow._compute import (  # type: ignore[import-untyped]  # it ships no types
        CastOptions,
        ElementWiseAggregateOptions,
        RunEndEncodeOptions,
        SetLookupOptions,
        SortOptions,
        call_function,
    )
except ImportError:  # where a release has them elsewhere
    from pyarrow.compute import (  # type: ignore[import-untyped]  # as above
        CastOptions,
        ElementWiseAggregateOptions,
        RunEndEncodeOptions,
        SetLookupOptions,
        SortOptions,
        call_function,
    )

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa  # type: ignore[import-untyped]  # as above


def __getattr__(name: str) -> Any:
    """Each function that needs no options, under its name; a name that Python keeps ends in `_`."""
    if name.startswith("__"):
        raise AttributeError(name)
    return partial(_call, name.rstrip("_"))


def _call(name: str, *arguments: Any) -> Any:
    return call_function(name, list(arguments))


def cast(values: Any, kind: pa.DataType) -> Any:
    """The values as another type; ArrowInvalid where one does not fit."""
    return call_function("cast", [values], CastOptions.safe(kind))


def index_in(values: pa.Array, among: pa.Array) -> pa.Array:
    """Where each value stands among others; null where it does not."""
    return call_function("index_in", [values], SetLookupOptions(value_set=among))


def least(*values: pa.Array) -> pa.Array:
    """The least of each row; null where one of it is null."""
    return call_function("min_element_wise", list(values), ElementWiseAggregateOptions(skip_nulls=False))


def run_ends(values: pa.Array) -> pa.Array:
    """Where each stretch of equal values ends."""
    return call_function("run_end_encode", [values], RunEndEncodeOptions("int64")).run_ends


def sort_indices(values: Any, columns: Sequence[str] = ("",)) -> pa.Array:
    """The rows in ascending order: of an array, or of a table by columns."""
    keys = [(name, "ascending") for name in columns]
    return call_function("sort_indices", [values], SortOptions(sort_keys=keys))
