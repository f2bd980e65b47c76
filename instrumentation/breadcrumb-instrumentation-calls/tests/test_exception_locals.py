"""The locals of frames that an exception leaves: kept, redacted, bounded, and unnoticed by the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")

PROGRAM = """
def low(password, n):
    items = [n] * 30
    token = password * 2
    captured = "seen"
    def inner(): return captured
    n += 1
    gone = 1
    del gone
    raise ValueError(n)
def middle(n):
    half = n / 2
    try:
        low("hunter22", half)
    finally:
        done = True
def top():
    try:
        middle(3)
    except ValueError:
        caught = True
    return caught
def stops():
    last = 1
    yield last
    return
top()
list(stops())
"""


def test_each_frame_that_an_exception_leaves_tells_its_locals(run: Run) -> None:
    trace = run(PROGRAM)
    low = trace.of("low")[0]["extra"]["locals"]
    assert low["password"] == {"@redacted": "password"} and low["token"] == {"@redacted": "token"}
    assert low["n"] == 2.5 and low["captured"] == "seen" and low["items"][-1] == {"@more": 10}
    assert "gone" not in low and "hunter22" not in str(trace.rows)
    assert trace.of("middle")[0]["extra"] == {"locals": {"n": 3, "half": 1.5, "done": True}}
    assert trace.of("top")[0]["extra"] is None and "locals" not in trace.of("stops")[0]["extra"]


def test_locals_can_be_left_out(run: Run) -> None:
    assert not any("locals" in (row["extra"] or {}) for row in run(PROGRAM, exception_locals=False).rows)


def test_the_program_does_not_notice(run: Run) -> None:
    program = """
    import gc, sys, weakref
    class Thing:
        def __repr__(self): print("repr"); return "x"
        def __eq__(self, other): print("eq"); return False
        def __hash__(self): print("hash"); return 1
        def __getattribute__(self, name): print("get", name); return object.__getattribute__(self, name)
    kept = []
    def fail(thing, log):
        other = Thing()
        log.append(weakref.ref(other))
        mine = locals()
        kept.append(mine)
        late = 1
        raise ValueError(thing)
    log = []
    thing = Thing()
    before = sys.getrefcount(thing)
    try:
        fail(thing, log)
    except ValueError as error:
        frame = error.__traceback__.tb_next.tb_frame
        print(sorted(kept[0]), kept[0]["other"] is log[0](), frame.f_locals["late"])
        del frame
    kept.clear()
    gc.collect()
    print(log[0]() is None, sys.getrefcount(thing) == before)
    """
    plain = run(program, scope={"main": False})
    traced = run(program)
    assert traced.of("fail")[0]["extra"]["locals"]["late"] == 1
    assert traced.printed == plain.printed and "True True" in traced.printed
