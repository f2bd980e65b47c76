"""Two threads that meet functions for the first time at the same moment."""

from __future__ import annotations

import sys
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls import Limits, Scope, Tracer
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.capture.calls import RETURNED
from breadcrumb_instrumentation_calls.selection.selection import Selection
from breadcrumb_instrumentation_calls.selection.thinning import NO_THINNING
from breadcrumb_redaction import Audit, Redactor
from opentelemetry.sdk.trace import TracerProvider
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo

SCOPE = Scope(include=("traced",))


class Meeting(TextWriter):
    """Whoever asks for a function's names waits for somebody else who does."""

    def __init__(self) -> None:
        super().__init__(Redactor(), Audit())
        self._both = Barrier(2)

    def shown(self, name: str) -> str:  # type: ignore[override]
        """As ever."""
        self._both.wait(HANGS)
        return super().shown(name)


@pytest.mark.parametrize("names", [("one", "other"), ("same", "same")])
def test_functions_of_two_threads_are_told_apart(names: tuple[str, str]) -> None:
    selection = Selection(SCOPE, Meeting(), NO_THINNING)
    found: list[CodeInfo | None] = []
    functions = {
        name: _function(name, lambda: found.append(selection.select(sys._getframe(1)))) for name in names
    }
    threads = [Thread(target=functions[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANGS)
    assert sorted(selection.numbered(info.number).qualname for info in found if info) == sorted(names)
    assert len(selection.infos) == len(functions)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a profile function hears of every return")
def test_a_call_in_a_second_thread_is_heard_to_its_end(
    recorder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracer = Tracer(TracerProvider(), SCOPE, Limits(), Redactor(), recorder=recorder)
    function = _function("twice")
    driver: Any = tracer._driver
    listen = driver._watch
    others = [Thread(target=function)]

    def watch(code: Any, events: int) -> None:
        if code is function.__code__ and others:
            other = others.pop()
            other.start()
            other.join(HANGS)
        listen(code, events)

    monkeypatch.setattr(driver, "_watch", watch)
    driver.start()
    try:
        function()
    finally:
        driver.stop()
    records: Any = tracer._pump._outbox.take()
    assert [record.outcome for record in records] == [RETURNED, RETURNED]
    assert tracer._recorder.open_calls() == []


def _function(name: str, body: Callable[[], object] = int) -> Any:
    """A function of the module `traced`."""
    namespace: dict[str, Any] = {"__name__": "traced", "body": body}
    exec(f"def {name}(): body()", namespace)
    return namespace[name]
