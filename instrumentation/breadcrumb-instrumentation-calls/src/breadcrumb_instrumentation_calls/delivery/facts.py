"""Collects what is to be told about a process besides its calls; each fact once, again when it changes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.json_text import shown
from breadcrumb_instrumentation_calls.base.originals import json, time
from breadcrumb_instrumentation_calls.capture.calls import thread_fact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_redaction import Audit

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.capture.calls import OpenCall
    from breadcrumb_instrumentation_calls.capture.gaps import Gaps
    from breadcrumb_instrumentation_calls.capture.handled import Handled
    from breadcrumb_instrumentation_calls.capture.modules import Modules
    from breadcrumb_instrumentation_calls.capture.uncaught import Uncaught
    from breadcrumb_instrumentation_calls.recorders.choose import AnyRecorder, AnyThread
    from breadcrumb_instrumentation_calls.recorders.outbox import Outbox
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.selection.selection import Selection

Fact = dict[str, object]

MOST_THREADS = 1_000
"""Threads whose names are kept for spans on their way."""
OPEN_AFTER_NS = 250_000_000
"""Age at which a running call is told of while the process goes on, nanoseconds."""
COUNT_NS = 20_000_000
"""How long each count that is told puts off the next ones, nanoseconds."""

GAP_NS = 3_000_000
"""The same for each gap: there are more of them, and each is told of in some 300 bytes."""
GAPS_REST = 20
"""After looking for changed gaps they are left alone for so many times as long as that took."""
DELIVERY_NS = 90_000_000
"""How long a fact of what became of spans puts off the next one, nanoseconds."""


class Facts:
    """Asks every part of the tracer what changed since it was asked last."""

    def __init__(
        self,
        process: Fact,
        recorder: AnyRecorder,
        selection: Selection,
        gaps: Gaps | None,
        uncaught: Uncaught,
        handled: Handled,
        modules: Modules,
        outbox: Outbox,
        audit: Audit,
        failures: Failures,
    ) -> None:
        self.process = process
        self._recorder = recorder
        self._selection = selection
        self._gaps = gaps
        self._uncaught = uncaught
        self._handled = handled
        self._modules = modules
        self._outbox = outbox
        self._audit = audit
        self._failures = failures
        self.farewell: list[Fact] = []
        """What is to be said of the process's end, besides what ended it."""
        self.open_after_ns = OPEN_AFTER_NS
        """Age at which a running call is told of, nanoseconds; 0 where the process is about to vanish."""
        self.counts_due_ns = 0
        """When counts may be told again, monotonic time."""
        self.gaps_due_ns = 0
        """When gaps may be, monotonic time."""
        self.handled_due_ns = 0
        """When handled exceptions may be, monotonic time."""
        self.deliveries_due_ns = 0
        """When deliveries may be, monotonic time."""
        self.lost: dict[tuple[str, str], int] = {}
        """Counts of what the store's processor refused, by (where, reason)."""
        self.given: deque[tuple[str, Fact]] = deque()
        """Kind and fact of what others tell of the process."""
        self.deliveries: Callable[[], Iterable[Fact]] = tuple
        """What became of the spans that other processors were given."""
        self._told: dict[tuple[str, object], Fact] = {}
        self._codes_told = 0
        self.thread_names: dict[int, tuple[int, str]] = {}
        """Identity and name by thread number."""

    def changed(self) -> list[tuple[str, str]]:
        """(kind, JSON) of every fact that is new or different."""
        rows: list[tuple[str, str]] = []
        self._tell(rows, "process", self._changed("process", [self.process]))
        self._tell(rows, "code", self._codes())
        self._tell(rows, "thread", self._threads())
        self._tell(rows, "task", self._tasks())
        self._tell(rows, "gap", self._changed_gaps())
        self._tell(rows, "count", self._counts())
        self._tell(rows, "drop", self._changed("drop", self._drops()))
        self._tell(rows, "delivery", self._deliveries())
        self._tell(rows, "redaction", self._changed("redaction", self._redactions()))
        self._tell(rows, "uncaught", self._uncaught.others())
        self._tell(rows, "handled", self._handled_facts())
        self._tell(rows, "module", self._modules.changed())
        self._tell(rows, "end", self._uncaught.ending())
        self._tell(rows, "end", self._changed("end", self.farewell))
        for _ in range(len(self.given)):
            kind, fact = self.given.popleft()
            self._tell(rows, kind, [fact])
        rows += [("open", self._open_text(call)) for call in self._recorder.newly_open(self.open_after_ns)]
        return rows

    def tell_all(self) -> None:
        """Put nothing off the next time."""
        self.counts_due_ns = self.gaps_due_ns = self.handled_due_ns = self.deliveries_due_ns = 0

    def forget(self) -> None:
        """Tell everything again, and nothing of what was counted before: the process is a new one."""
        self._told.clear()
        self._codes_told = 0
        self.tell_all()
        self.lost.clear()
        self._uncaught.forget()
        self._handled.forget()
        self._modules.forget()
        for info in self._selection.infos:
            info.tally.forget()

    def _tell(self, rows: list[tuple[str, str]], kind: str, facts: Iterable[Fact]) -> None:
        rows += [(kind, json.dumps(fact, ensure_ascii=False)) for fact in facts]

    def _changed(self, kind: str, facts: Iterable[Fact]) -> list[Fact]:
        """Of these few facts, those that differ from what was told before."""
        changed = [fact for fact in facts if self._told.get((kind, fact["key"])) != fact]
        self._told.update(((kind, fact["key"]), fact) for fact in changed)
        return changed

    def _codes(self) -> list[Fact]:
        new = self._selection.infos[self._codes_told :]
        self._codes_told += len(new)
        return [info.fact for info in new]

    def _threads(self) -> list[Fact]:
        facts: list[Fact] = []
        for _ in range(len(self._recorder.new_threads)):
            state = self._recorder.new_threads.popleft()
            self.thread_names[state.number] = (state.ident, state.name)
            if len(self.thread_names) > MOST_THREADS:
                self._forget_ended_threads()
            facts.append(thread_fact(state))
        return facts

    def _forget_ended_threads(self) -> None:
        """Keep the names of threads that may run, and the newest: their last spans may be on their way."""
        states: list[AnyThread] = [*self._recorder.threads.values()]
        running = {state.number for state in states}
        ended = [number for number in self.thread_names if number not in running]
        for number in ended[: -MOST_THREADS // 2]:
            del self.thread_names[number]

    def _tasks(self) -> list[Fact]:
        new = self._recorder.tasks.new
        taken = [new.popleft() for _ in range(len(new))]
        return [{"key": number, "name": shown(name)} for number, name in taken]

    def _counts(self) -> list[Fact]:
        """Those of a few functions each time; of hundreds less often, so that the store grows no faster."""
        now = time.monotonic_ns()
        if now < self.counts_due_ns:
            return []
        thinned: list[CodeInfo] = self._recorder.thinned(self._selection.infos)
        counts = [{"key": info.number, **info.tally.fact} for info in thinned]
        changed = self._changed("count", counts)
        self.counts_due_ns = now + len(changed) * COUNT_NS
        return changed

    def _changed_gaps(self) -> list[Fact]:
        """There may be thousands to look at, and most change all the time."""
        began = time.monotonic_ns()
        if self._gaps is None or began < self.gaps_due_ns:
            return []
        changed = self._gaps.changed()
        ended = time.monotonic_ns()
        self.gaps_due_ns = ended + max(len(changed) * GAP_NS, GAPS_REST * (ended - began))
        return changed

    def _handled_facts(self) -> list[Fact]:
        """There may be many, and a busy handler changes all the time."""
        began = time.monotonic_ns()
        if began < self.handled_due_ns:
            return []
        changed = self._handled.changed()
        ended = time.monotonic_ns()
        self.handled_due_ns = ended + max(len(changed) * COUNT_NS, GAPS_REST * (ended - began))
        return changed

    def _deliveries(self) -> list[Fact]:
        """They change with each request: now and then is enough."""
        now = time.monotonic_ns()
        if now < self.deliveries_due_ns:
            return []
        self.deliveries_due_ns = now + DELIVERY_NS
        return self._changed("delivery", self.deliveries())

    def _drops(self) -> list[Fact]:
        counts = dict(self.lost)
        if self._outbox.dropped:
            counts["recorder", "the spool did not keep up"] = self._outbox.dropped
        if self._selection.unseen:
            counts["tracer", "functions compiled from strings again and again"] = self._selection.unseen
        if self._handled.unseen:
            counts["tracer", "exceptions handled at too many places"] = self._handled.unseen
        if self._modules.unseen:
            counts["tracer", "too many bodies of modules"] = self._modules.unseen
        starved = self._failures.starved + self._recorder.starved
        if starved:
            counts["tracer", "out of memory"] = starved
        if self._failures.stopped:
            counts["recording", self._failures.stopped] = 1
        for (place, error), count in list(self._failures.counts.items()):
            counts["tracer", f"{error} at {place}"] = count
        return [
            {"key": f"{where}/{reason}", "where": where, "reason": reason, "count": count}
            for (where, reason), count in counts.items()
        ]

    def _redactions(self) -> list[Fact]:
        return [
            {"key": f"{rule}/{place}", "rule": rule, "place": place, "count": count}
            for rule, place, count in self._audit.rows()
        ]

    def _open_text(self, call: OpenCall) -> str:
        """An open call's fact as JSON; its arguments are JSON text already, and may be thousands."""
        fact = {
            "key": f"{call.span_id:016x}",
            "code": call.info.number,
            "trace_id": f"{call.trace_id:032x}",
            "parent_id": f"{call.parent_id:016x}" if call.parent_id else None,
            "start_ns": call.start_ns + self._recorder.epoch_ns,
            "depth": call.depth,
            "stack": call.stack,
            "ordinal": call.ordinal,
            "thread": call.thread,
            "task": call.task,
        }
        return f'{json.dumps(fact)[:-1]}, "args": {call.args}}}'
