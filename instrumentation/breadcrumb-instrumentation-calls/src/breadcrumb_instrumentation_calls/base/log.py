"""Says what went wrong: through `logging` where the program has it, else where `logging` would show it.

It is not imported for that: it takes longer than most of ours, and where something fails it may be too late
for an import, or another thread may be in the middle of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import signals
from breadcrumb_instrumentation_calls.base.originals import sys_now

if TYPE_CHECKING:
    from types import TracebackType


def warn(logger: str, message: str, *arguments: object, error: Exception | None = None) -> None:
    """Say this, with where an error came from."""
    logging: Any = sys_now["modules"].get("logging")
    if hasattr(logging, "getLogger"):  # it is all there
        logging.getLogger(logger).warning(message, *arguments, exc_info=error)
    elif sys_now.get("stderr") is not None:
        try:
            lines = [message % arguments, *(() if error is None else _described(error))]
            sys_now["stderr"].write("".join(f"{line}\n" for line in lines))
        except Exception as failed:  # noqa: BLE001 - the stream may be closed, or the program's; as `logging` does
            signals.pass_on(failed)


def _described(error: Exception) -> list[str]:
    lines = ["Traceback (most recent call last):"]
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}')
        traceback = traceback.tb_next
    return [*lines, f"{type(error).__name__}: {error}"]
