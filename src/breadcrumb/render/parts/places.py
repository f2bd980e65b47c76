"""Marks where lines that stand under no other change from one process or thread to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from breadcrumb.questions.facts.calls.call_rows import Call


@dataclass
class Places:
    """Where the last such line ran, and whether there is anything to tell apart."""

    processes: bool
    threads: bool
    pid: int | None = None
    thread: str | None = None

    @classmethod
    def of(cls, outermost: Iterable[Call]) -> Places:
        """Look at all calls that stand under no other."""
        found = list(outermost)
        threads = {call.thread for call in found if call.thread}
        return cls(len({call.pid for call in found}) > 1, len(threads) > 1)

    def changes(self, calls: Sequence[Call]) -> Iterator[str]:
        """Name what is another than in the line before; calls of several threads name theirs elsewhere."""
        pid, threads = calls[0].pid, {call.thread for call in calls if call.thread}
        thread = threads.pop() if len(threads) == 1 else None
        is_other = pid != self.pid
        if self.processes and is_other:
            yield f"process {pid}"
        if self.threads and thread is not None and (is_other or thread != self.thread):
            yield f"thread {thread}"
        self.pid, self.thread = pid, thread
