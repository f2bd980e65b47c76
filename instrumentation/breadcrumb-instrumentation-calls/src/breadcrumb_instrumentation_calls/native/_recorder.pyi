"""The C recorder; see native/."""

from collections.abc import Callable
from contextvars import ContextVar
from types import FrameType
from typing import Any

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Sampler

from breadcrumb_instrumentation_calls.capture.calls import Parent
from breadcrumb_instrumentation_calls.capture.gaps import Count as PythonCount
from breadcrumb_instrumentation_calls.capture.gaps import Gaps
from breadcrumb_instrumentation_calls.capture.handled import Endings as PythonEndings
from breadcrumb_instrumentation_calls.recorders.rows import Column
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

def pack(data: bytes | memoryview, /) -> bytes | None: ...

class Count(PythonCount): ...
class Endings(PythonEndings): ...

class Values:
    def __init__(self, snapshot: Snapshot) -> None: ...
    def value(self, value: object, place: str) -> str: ...
    def arguments(self, given: tuple[tuple[str, str | None, bool, object], ...], /) -> str: ...

class Chunk:
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> tuple[Any, ...]: ...
    def columns(self) -> dict[str, Column]: ...

class Thread:
    number: int
    ident: int
    native_id: int
    name: str
    starter: Parent | None
    muted: bool
    def enter(self, frame: FrameType, parent: Parent | None, loop: FrameType | None = None) -> None: ...
    def leave(self, frame: FrameType) -> None: ...
    def around(self) -> Parent | None: ...

class Recorder:
    epoch_ns: int
    threads: dict[int, Thread]
    waiting: int
    dropped: int
    starved: int
    used_ns: int
    cap_ns: int
    asleep: bool
    borrows: bool
    on_start: Callable[..., object]
    on_return: Callable[..., object]
    on_yield: Callable[..., object]
    on_resume: Callable[..., object]
    on_throw: Callable[..., object]
    on_unwind: Callable[..., object]
    on_handled: Callable[..., object]
    on_call: Callable[..., object]
    on_line: Callable[..., object]
    def __init__(
        self,
        *,
        values: Values,
        gaps: Gaps | None,
        context: ContextVar[Any] | None,
        mark: str,
        scheduler: ContextVar[Parent | None],
        parent_type: type[Parent],
        provider: TracerProvider,
        sampler: Sampler | None,
        starter: Parent | None,
        threads: dict[int, Thread],
        disable: object,
        unrecorded: str,
        text_room: int,
        seed: bytes | None,
    ) -> None: ...
    def make_thread(self, number: int, /) -> Thread: ...
    def forget_thread(self) -> None: ...
    def innermost(self) -> Parent | None: ...
    def take(self) -> Chunk | None: ...
    def borrow(self) -> None: ...
    def note(self, text: str, /) -> None: ...
    def clear(self) -> None: ...
    def open_calls(self) -> Any: ...
    def newly_open(self, age_ns: int, /) -> Any: ...
    def forking(self) -> None: ...
    def inherit(self, seed: bytes | None, /) -> None: ...
    def settle(self) -> None: ...
    def forget_sites(self) -> None: ...
    def leave_out(self, numbers: frozenset[int], /) -> None: ...
