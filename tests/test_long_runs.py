"""A process that runs for weeks: what the tracer keeps does not grow with threads, tasks and calls."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

PROGRAM = """
import asyncio, functools, gc, json, threading, weakref
from breadcrumb.traced import tracing

def leaf(x): return x
async def one(n):
    await asyncio.sleep(0)
    return leaf(n)
async def burst():
    await asyncio.gather(*(one(n) for n in range(40)))
    await asyncio.to_thread(leaf, 1)

class Payload:
    def __call__(self): return 1
    def method(self): return 2

def call_passing_objects():
    payload = Payload()
    payload()
    payload.method()
    functools.partial(leaf, payload)()
    payload.__str__()
    return weakref.ref(payload)

def rounds(count):
    for _ in range(count):
        for n in range(20):
            thread = threading.Thread(target=leaf, args=(n,))
            thread.start()
            thread.join()
        asyncio.run(burst())
        assert call_passing_objects()() is None

def sizes():
    current = tracing.current()
    current.flush()
    gc.collect()
    tracer, recorder = current.tracer, current.tracer._recorder
    return {
        "threads": len(recorder.threads),
        "handed on": len(recorder.bridges._handed_on),
        "tokens": len(recorder.bridges._tokens),
        "open": len(recorder.open_calls()),
        "tasks": len(recorder.tasks._numbers),
        "thread names": len(tracer._facts.thread_names),
        "facts": len(current.keeper._writer._facts),
        "sites": len(tracer._gaps._sites),
        "callees": sum(len(site.callees) for site in list(tracer._gaps._sites.values())),
    }

rounds(3)
before = sizes()
rounds(60)
print(json.dumps([before, sizes()]))
"""
FORGOTTEN = {"thread names": 1_000, "facts": 4_000}
"""Tables that may fill to a fixed size; the others stay as they are after a few rounds."""


def test_tables_do_not_grow(project: Any) -> None:
    project.write("app.py", PROGRAM)
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    before, after = json.loads(ended.stdout)
    for table, size in after.items():
        assert size <= FORGOTTEN.get(table, before[table] + 10), table


COMPILES = """
def memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

def rounds(count):
    for n in range(count):
        eval("round(n) + 1", {"__name__": "__main__", "n": n})

rounds(3_000)
before = memory()
rounds(12_000)
grown = memory() - before
for n in range(10_500):
    eval("lambda: n", {"__name__": "__main__", "n": n})()
print(grown)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory there is now")
def test_code_compiled_again_and_again_does_not_pile_up(project: Any) -> None:
    project.write("app.py", COMPILES)
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) < 4_000
    gaps = project.query("SELECT DISTINCT lower_bound FROM gaps WHERE callee = 'round'")
    assert gaps == [(True,)]
    assert project.query("SELECT count(*) FROM calls WHERE qualname = '<lambda>'") == [(10_000,)]
    [(count,)] = project.query("SELECT count FROM drops")
    assert count == 500
