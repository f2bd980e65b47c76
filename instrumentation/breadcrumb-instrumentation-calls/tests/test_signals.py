"""A signal that arrives while the tracer works is handled before the program goes on, which may block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Alone

PROGRAM = """
import ctypes, functools, signal
from breadcrumb_instrumentation_calls.{place} import {owner}
signal.signal(signal.SIGUSR1, signal.default_int_handler)
number, ignored = ctypes.c_int, ctypes.py_object
interrupt = ctypes.cast(ctypes.pythonapi.PyErr_SetInterruptEx, ctypes.c_void_p).value
signature = ctypes.PYFUNCTYPE(number, number, {taken})
# nothing of it is Python code, which would handle the signal
arrives = staticmethod(functools.partial(signature(interrupt), signal.SIGUSR1))
works = {owner}.{method}
done = []

def blocks():
    done.append(1)

def main():
    {owner}.{method} = arrives
    {goes_on}

traced = tracer()
traced.start()
try:
    main()
except KeyboardInterrupt:
    {owner}.{method} = works
    print("interrupted", done)
"""


@pytest.mark.parametrize(
    ("place", "owner", "method", "taken", "goes_on"),
    [
        ("capture.gaps", "Gaps", "counted_at", "ignored, number, ignored", "done.append(1)"),
        ("recorders.c", "NativeRecorder", "_first_sight", "ignored, ignored", "blocks()"),
    ],
    ids=["at a call site", "at a start"],
)
def test_a_signal_is_handled_before_the_program_goes_on(
    alone: Alone, place: str, owner: str, method: str, taken: str, goes_on: str
) -> None:
    assert (
        alone(PROGRAM.format(place=place, owner=owner, method=method, taken=taken, goes_on=goes_on))
        == "interrupted []\n"
    )
