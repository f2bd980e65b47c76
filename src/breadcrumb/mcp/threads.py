"""Answers in threads of their own: they end with their call, and tell how far they have come."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

from anyio import from_thread, to_thread
from breadcrumb_exporter_duckdb.base import stopping
from fastmcp.server.dependencies import get_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastmcp import Context

    from breadcrumb.mcp.asking import Tell

Answered = TypeVar("Answered")

MEGABYTE = 1_000_000


async def in_thread(answer: Callable[[Tell], Answered]) -> Answered:
    """The answer of a thread of its own, which is let go, and stopped, when its call is cancelled."""
    stop = stopping.Stop()
    stopping.current.set(stop)
    work = functools.partial(answer, _progress(get_context()))
    try:
        return await to_thread.run_sync(work, abandon_on_cancel=True)
    finally:
        stop.now()


def _progress(context: Context) -> Tell:
    """Tells a client who asked for it how far the reading of what was recorded has come."""
    first: list[int] = []

    def tell(left: int) -> None:
        if left < MEGABYTE and not first:
            return
        first.append(left)
        done, words = first[0] - left, "reading what was recorded"
        from_thread.run(context.report_progress, done, first[0], words)

    return tell
