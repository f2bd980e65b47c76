"""Processes with the C recorder end, fork and hold other interpreters as they would untraced."""

from __future__ import annotations

from typing import Any

import pytest

ALIVE = """
import atexit
print("begins", flush=True)
def spin(n):
    return [n]

def forever():
    while True:
        spin(1)

def sleeps():
    while True:
        time.sleep(0.001)
        spin(2)

def waits():
    try:
        yield 1
    finally:
        spin(3)

held = waits()
next(held)
Sink.keeps = False
traced = tracer()
traced.start()
for target in (forever, sleeps, forever):
    threading.Thread(target=target, daemon=True).start()
"""


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("atexit.register(traced.stop)", 0),
        ("atexit.register(lambda: spin(9) and print('late'))", 0),
        ("traced.stop()", 0),
        ("other = threading.Thread(target=sys.exit); other.start(); other.join()", 0),
        ("del traced, Sink", 0),
        ("sys.modules.clear()", 0),
    ],
)
def test_a_process_ends_while_traced_threads_run(alone: Any, ending: str, status: int) -> None:
    printed = alone(f"{ALIVE}\ntime.sleep(0.05)\n{ending}", status=status, leaks=True)
    assert printed.startswith("begins")


def test_a_process_forks_while_traced_threads_run(alone: Any) -> None:
    alone("""
import warnings
warnings.simplefilter("ignore", DeprecationWarning)

def leaf(n):
    return [n]

def work(n):
    for i in range(n):
        leaf(i)

def waits():
    while True:
        yield leaf(1)

def child(generator):
    next(generator)
    work(20)
    traced.flush(10)
    bad = traced._failures.counts or traced._recorder.dropped or names(traced).count("leaf") != 21
    os._exit(7 if bad else 0)

traced = tracer()
traced.start()
done = threading.Event()
def spins():
    while not done.is_set():
        work(5)
threads = [threading.Thread(target=spins) for _ in range(3)]
for thread in threads:
    thread.start()
held = waits()
next(held)
for _ in range(10 * SIZE):
    Sink.rows.clear()
    pid = os.fork()
    if pid == 0:
        Sink.rows.clear()
        child(held)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    work(10)
done.set()
for thread in threads:
    thread.join()
traced.stop()
assert not traced._failures.counts, traced._failures.counts
""")


@pytest.mark.parametrize("isolated", [True, False])
def test_another_interpreter_is_left_alone(alone: Any, isolated: bool) -> None:
    program = f"""
def work(n):
    return n and work(n - 1)

try:
    import _interpreters
    config = "isolated" if {isolated} else "legacy"
    create, run = lambda: _interpreters.create(config), _interpreters.run_string
except ImportError:
    import _xxsubinterpreters as _interpreters
    create, run = lambda: _interpreters.create(isolated={isolated}), _interpreters.run_string

traced = tracer()
traced.start()
work(3)
code = '''
try:
    import breadcrumb_instrumentation_calls.native._recorder
except ImportError:
    pass
else:
    raise SystemExit("it was imported")
def work(n):
    return n and work(n - 1)
assert work(5) == 0
'''
for _ in range(3):
    interpreter = create()
    assert not run(interpreter, code)
    _interpreters.destroy(interpreter)
    work(3)
traced.stop()
assert names(traced).count("work") == 16 and not traced._failures.counts
"""
    alone(program, leaks=True)
