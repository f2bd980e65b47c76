"""What holds in processes of ours alone: those that fold and answer, never the program's."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from importlib.util import find_spec, module_from_spec
from typing import Any, NoReturn

KNOWN_DUCKDB = "2.0."
"""The versions of which it is known what their package does beside their extension."""
_is_light = False


def begin(*, relations: bool = False) -> None:
    """Import no more than is needed; `relations` says whether DuckDB's relations are.

    No numpy, which pyarrow imports where there is one: it takes longer than pyarrow itself.
    """
    global _is_light
    _is_light = not relations
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # there is none, it says


def lighten_duckdb() -> None:
    """Let `import duckdb` give its extension: the package around it takes three times as long to import.

    What is missing are relations and functions in Python, and Arrow tables until `arrow_for_duckdb`.
    """
    spec = find_spec("duckdb") if _is_light and "duckdb" not in sys.modules else None
    if spec is None or find_spec("_duckdb") is None:
        return
    import _duckdb

    if _duckdb.__version__.startswith(KNOWN_DUCKDB):
        package = module_from_spec(spec)
        vars(package).update((name, it) for name, it in vars(_duckdb).items() if not name.startswith("__"))
        sys.modules["duckdb"] = package


def arrow_for_duckdb() -> None:
    """Let DuckDB read Arrow tables that are registered."""
    if _is_light and "duckdb._sources" not in sys.modules:
        import _duckdb
        from duckdb import _sources

        extension: Any = _duckdb
        extension._set_arrow_sources(_sources)


def leave(code: int) -> NoReturn:
    """End, but for taking the interpreter apart, which takes a tenth of a short command's time."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or none
            stream.flush()
    os._exit(code)
