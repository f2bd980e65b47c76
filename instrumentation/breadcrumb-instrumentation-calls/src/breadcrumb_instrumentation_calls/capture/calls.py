"""What the recorder keeps of a running call, a thread and a logical stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.json_text import shown
from breadcrumb_instrumentation_calls.base.originals import _thread, threading

if TYPE_CHECKING:
    import weakref
    from types import FrameType

    from breadcrumb_instrumentation_calls.base.members import Texts
    from breadcrumb_instrumentation_calls.capture.exceptions import Seen
    from breadcrumb_instrumentation_calls.capture.lines import Lines
    from breadcrumb_instrumentation_calls.native import _recorder
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo

RETURNED, RAISED, LEFT, UNKNOWN = range(4)
"""Outcomes: returned, raised, left by cancellation or close, unknown."""


class Parent(NamedTuple):
    """Where a call hangs when its parent is not on the same running stack."""

    trace_id: int
    span_id: int
    depth: int
    """Depth of the parent's children."""
    sampled: bool


class Stack:
    """A logical stack: a thread, task, greenlet, generator, or a coroutine that no traced call awaits."""

    __slots__ = ("last", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.last = 0
        """The ordinal given last."""


class Call:
    """One call between its start and its end. All times are nanoseconds of `time.perf_counter_ns`."""

    __slots__ = (
        "above",
        "args",
        "away_ns",
        "bare",
        "called_line",
        "child_ns",
        "context",
        "depth",
        "ended_line",
        "entered_ns",
        "first_yield",
        "frame_id",
        "holds",
        "info",
        "inherited",
        "is_over",
        "last_yield",
        "lines",
        "ordinal",
        "parent_id",
        "ran_ns",
        "resumed_ns",
        "sampled",
        "span_id",
        "stack",
        "start_ns",
        "suspensions",
        "task",
        "thread",
        "told",
        "trace_id",
        "turns",
        "yields",
    )

    info: CodeInfo
    frame_id: int
    trace_id: int
    span_id: int
    parent_id: int
    sampled: bool
    told: bool
    """Whether it was told of as open."""
    inherited: bool
    """Whether it began in the process that forked this one, which will tell its end."""
    depth: int
    stack: Stack
    ordinal: int
    thread: int
    task: int
    args: Texts
    bare: bool
    """Whether its values are not recorded, for what that would cost."""
    start_ns: int
    entered_ns: int
    """When the tracer came to know that the call starts or resumes; its own time counts from here."""
    resumed_ns: int
    away_ns: int
    """Its strand's, when it started or went on; and so `turns`."""
    turns: int
    ran_ns: int
    child_ns: int
    suspensions: int
    called_line: int
    """The line in the caller, and where it ended; 0 where they are not known."""
    ended_line: int

    above: Call | None
    """The call that it holds, while it runs."""
    holds: int
    """How often somebody hangs, or may come to hang, below it: such a call is not thinned. Each running call
    holds the one that made it, and lets go when it is thinned itself; what was given an id never lets go."""
    is_over: bool
    context: tuple[Parent, Parent | None] | None
    """Of a task's outermost call: how its context names it, and whom it named before."""
    lines: Lines | None
    """What its lines did, of a chosen function; None before its first line."""
    yields: int
    """How many values a generator gave; the first and the last one as texts, where they were written."""
    first_yield: str | None
    last_yield: str | None

    def as_parent(self) -> Parent:
        """This call as the parent of one elsewhere."""
        self.holds += 1
        return self.place_below()

    def as_open(self) -> OpenCall:
        """This call as others see it."""
        stack, ordinal, thread = self.stack.number, self.ordinal, self.thread
        place = (self.trace_id, self.span_id, self.parent_id, self.depth, stack, ordinal, thread, self.task)
        return OpenCall(self.info, *place, self.start_ns, self.info.arguments(self.args))

    def place_below(self) -> Parent:
        """Where a call hangs that this one makes itself."""
        return Parent(self.trace_id, self.span_id, self.depth + 1, self.sampled)

    def hang_below(self, above: Call) -> None:
        """Hold the call that makes this one, unless a span came between, whose parent has an id already."""
        if self.parent_id == above.span_id:
            self.above = above
            above.holds += 1


class OpenCall(NamedTuple):
    """A call that has started and not ended, as others see it."""

    info: CodeInfo
    trace_id: int
    span_id: int
    parent_id: int
    depth: int
    stack: int
    ordinal: int
    thread: int
    task: int
    start_ns: int
    args: str


class Boundary:
    """Stands among the running calls where other people's work begins; what is above does not hang below."""

    __slots__ = ("frame_id", "loop", "parent")

    def __init__(self, frame_id: int, parent: Parent | None, loop: FrameType | None = None) -> None:
        self.frame_id = frame_id
        self.parent = parent
        """Who handed the work on; None where the context knows."""
        self.loop = loop
        """The frame of a worker that takes up one item after another: its locals say which."""


class Record(NamedTuple):
    """A finished call, in the order of the batch's columns."""

    trace_id: int
    span_id: int
    parent_id: int
    code: int
    depth: int
    suspensions: int
    start_ns: int
    """Nanoseconds since the epoch."""
    duration_ns: int
    child_ns: int
    ran_ns: int
    stack: int
    ordinal: int
    last_ordinal: int
    thread: int
    task: int
    outcome: int
    called_line: int
    """The line in the caller, 0 where it is not known."""
    ended_line: int
    """The line where it returned, or where an exception left it; 0 where it is not known."""
    args: Texts
    """Of each parameter, in their order."""
    result: str | None
    exception: str | None
    extra: str | None


class State(Protocol):
    """What bridges know of a thread."""

    muted: bool
    name: str
    starter: Parent | None

    def enter(self, frame: FrameType, parent: Parent | None, loop: FrameType | None = None) -> None:
        """Other people's work begins at a frame."""
        ...

    def leave(self, frame: FrameType) -> None:
        """Such work ends."""
        ...

    def around(self) -> Parent | None:
        """Who handed on the work that begins innermost."""
        ...


class Muted:
    """Nothing is recorded on a thread; a context manager of contextlib's would itself be."""

    __slots__ = ("_before", "_state")

    def __init__(self, state: State) -> None:
        self._state = state
        self._before = state.muted

    def __enter__(self) -> None:
        """Be silent."""
        self._state.muted = True

    def __exit__(self, *_: object) -> None:
        """Be as before."""
        self._state.muted = self._before


class Strand:
    """What runs in one greenlet: the calls from the outermost to the innermost. A thread has at least one."""

    __slots__ = ("away_ns", "is_greenlet", "left_ns", "reference", "running", "task", "turns")

    def __init__(self) -> None:
        self.running: list[Call | Boundary] = []
        self.reference: weakref.ref[Any] | None = None
        """The greenlet; None while nobody had to know."""
        self.is_greenlet = False
        """Whether it is another than the thread's main greenlet."""
        self.task = 0
        """The greenlet's number among the tasks, 0 where none was given."""
        self.away_ns = 0
        """How long others ran in its place."""
        self.left_ns = 0
        """Since when."""
        self.turns = 0
        """How often."""

    def innermost(self) -> Call | None:
        """The innermost call, beyond any boundary."""
        for entry in reversed(self.running):
            if type(entry) is Call:
                return entry
        return None

    def run(self, call: Call) -> None:
        """A call starts or goes on."""
        call.away_ns, call.turns = self.away_ns, self.turns
        self.running.append(call)

    def ran(self, call: Call, since: int, until: int) -> int:
        """How much of the time since `call` started or went on was its greenlet's."""
        return until - since - (self.away_ns - call.away_ns)

    def add_run(self, call: Call, now: int) -> None:
        """Add the time since a call started or went on to what it ran."""
        call.ran_ns += self.ran(call, call.resumed_ns, now)
        if call.info.kind == "function":
            call.suspensions += self.turns - call.turns


class ThreadState:
    """What runs on one thread, in each of its greenlets, and its logical stack."""

    __slots__ = (
        "base",
        "gone",
        "ident",
        "muted",
        "name",
        "native_id",
        "now",
        "number",
        "running",
        "seen",
        "stack",
        "starter",
        "strands",
    )

    def __init__(self, number: int, stack: Stack) -> None:
        self.number = number
        self.stack = stack
        self.now = self.base = Strand()
        self.running = self.now.running
        """The present strand's."""
        self.strands: dict[int, Strand] = {}
        """Those whose greenlets are known, by identity."""
        self.gone: list[Strand] = []
        """Those of greenlets that are gone."""
        self.ident = _thread.get_ident()
        self.native_id = _thread.get_native_id()
        self.name = thread_name(self.ident, number)
        self.muted = False
        """Whether this is a thread of the tracer itself."""
        self.starter: Parent | None = None
        """Who started the thread."""
        self.seen: Seen | None = None
        """The exception described last."""

    def change_to(self, strand: Strand, now: int) -> None:
        """Another greenlet runs."""
        self.now.left_ns = now
        self.now.turns += 1
        strand.away_ns += now - strand.left_ns if strand.left_ns else 0
        self.now, self.running = strand, strand.running

    def all(self) -> list[Strand]:
        """Every strand."""
        known = list(self.strands.values())
        return [*known, *self.gone] if self.base in known else [self.base, *known, *self.gone]

    def enter(self, frame: FrameType, parent: Parent | None, loop: FrameType | None = None) -> None:
        """Other people's work begins at a frame."""
        self.running.append(Boundary(id(frame), parent, loop))

    def leave(self, frame: FrameType) -> None:
        """Such work ends."""
        for back in range(len(self.running) - 1, -1, -1):
            entry = self.running[back]
            if type(entry) is Boundary and entry.frame_id == id(frame):
                del self.running[back]
                return

    def around(self) -> Parent | None:
        """Who handed on the work that begins innermost."""
        top = self.running[-1] if self.running else None
        return top.parent if type(top) is Boundary else None


def thread_name(ident: int, number: int) -> str:
    """The thread's name now; asking `threading` would make a Thread object for one that has none."""
    thread = threading._active.get(ident)  # type: ignore[attr-defined]
    name = getattr(thread, "_name", None)
    return shown(name) if type(name) is str else f"thread-{number}"


def thread_fact(state: ThreadState | _recorder.Thread) -> dict[str, object]:
    """The `thread` fact."""
    return {"key": state.number, "name": state.name, "ident": state.ident, "native_id": state.native_id}
