"""Says what went wrong: through `logging` where the program has it, else where `logging` would show it.

It is not imported for that: it takes longer than most of ours, and where something fails it may be too late
for an import, or another thread may be in the middle of it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from breadcrumb_exporter_duckdb.base.originals import sys_now


def warn(logger: str, message: str, *arguments: object) -> None:
    """Say this."""
    logging: Any = sys_now["modules"].get("logging")
    if hasattr(logging, "getLogger"):  # it is all there
        logging.getLogger(logger).warning(message, *arguments)
    elif sys_now.get("stderr") is not None:
        with suppress(Exception):  # the stream may be closed, or the program's; as `logging` does
            sys_now["stderr"].write(f"{message % arguments}\n")
