"""What a program shares with the tracer in its process (random numbers, signals, ...) is as without it."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders import RECORDERS

STATE = """
import random, sys
random.seed(1)

def draw(n):
    return random.random()

def work():
    import warnings
    from opentelemetry import trace
    with warnings.catch_warnings():  # a program that asks the SDK for a tracer has one filter more
        tracer = trace.get_tracer("by hand")
    with tracer.start_as_current_span("span"):
        return [draw(n) for n in range(5)]

def wait():
    import subprocess, threading, time
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    subprocess.run([sys.executable, "-c", ""], check=True)
    time.sleep(0.3)  # the tracer's threads have come by
"""
SHOW = """
def show():
    mask = os.umask(0)
    os.umask(mask)
    yield "random", random.getstate(), [draw(n) for n in range(3)]
    yield "warnings", [str(each) for each in warnings.filters], [
        name for name, module in list(sys.modules.items())
        if getattr(module, "__warningregistry__", None) and not name.startswith("opentelemetry.")]
    yield "logging", logging.root.handlers, logging.root.level, logging.root.manager.disable, \\
        logging.getLogRecordFactory(), logging.getLoggerClass(), logging.lastResort, logging.raiseExceptions
    yield "locale", locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), time.tzname
    yield "gc", gc.get_threshold(), gc.isenabled(), gc.callbacks, gc.get_debug(), gc.garbage
    yield "decimal", decimal.getcontext(), decimal.DefaultContext
    yield "signals", [(each, signal.getsignal(each)) for each in sorted(signal.valid_signals())], \\
        signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.sigpending(), signal.set_wakeup_fd(-1), \\
        [signal.getitimer(each) for each in range(3)]
    yield "hooks", sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__, \\
        sys.unraisablehook is sys.__unraisablehook__, sys.breakpointhook is sys.__breakpointhook__, \\
        threading.excepthook is threading.__excepthook__, sys.get_asyncgen_hooks(), \\
        sys.get_coroutine_origin_tracking_depth(), len(sys.meta_path), len(sys.path_hooks)
    yield "interpreter", sys.flags, sys.getswitchinterval(), sys.getrecursionlimit(), sys.path, sys.argv, \\
        sys.dont_write_bytecode, sys.pycache_prefix, faulthandler.is_enabled(), threading.stack_size()
    if sys.version_info >= (3, 12):
        yield "profilers", sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile(), \\
            [sys.monitoring.get_tool(each) for each in range(3)]
    yield "streams", [(each.encoding, each.errors, each.line_buffering, each.write_through)
                      for each in (sys.stdin, sys.stdout, sys.stderr)], os.get_blocking(0), os.get_blocking(1)
    yield "threads", [each.name for each in threading.enumerate()], threading.Thread().name
    yield "children", multiprocessing.active_children(), multiprocessing.get_start_method(allow_none=True)
    yield "process", mask, os.getcwd(), os.getpriority(0, 0), [resource.getrlimit(n) for n in range(9)], \\
        [n for n in range(200) if is_open(n)], socket.getdefaulttimeout()
    yield "names", sorted(vars(builtins)), sorted(globals()), [str(each) for each in copyreg.dispatch_table]
    yield "pools", pool(), pool_of_a_child(), pool()

def pool():
    from concurrent.futures import ThreadPoolExecutor
    return ThreadPoolExecutor()._thread_name_prefix

def pool_of_a_child():
    read, write = os.pipe()
    if not os.fork():
        os.write(write, pool().encode())
        os._exit(0)
    os.wait()
    return os.read(read, 100)

def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True

work()
wait()
import builtins, copyreg, decimal, faulthandler, gc, locale, logging, multiprocessing, os, resource, signal
import socket, threading, time, warnings
for row in show():
    for place, value in enumerate(row[1:]):
        print(row[0], place, value)
"""
LOSES = """
import os, shutil, sys, threading, time
from opentelemetry import trace

def lose(n):
    with trace.get_tracer("by hand").start_as_current_span("span"):
        return n

lose(1)
time.sleep(0.3)
spool = os.path.join(os.environ["BREADCRUMB_STORE"], "spool")
shutil.rmtree(spool)
open(spool, "w").close()
lose(2)
time.sleep(0.5)
print([each.name for each in threading.enumerate()])
"""
FORKS = """
import os, random

def make(n):
    return n

def child():
    random.seed(1)
    for n in range(50):
        make(n)

for _ in range(3):
    if not os.fork():
        child()
        os._exit(0)
    os.wait()
child()
"""


def test_what_a_program_shares_with_the_tracer_is_untouched(project: Any) -> None:
    project.write("app.py", STATE + SHOW)
    plain = project.call("python", "app.py")
    traced = project.run("--no-report", "python", "app.py")
    assert traced.stdout.splitlines() == plain.stdout.splitlines()
    assert (traced.returncode, traced.stderr) == (plain.returncode, plain.stderr) == (0, "")
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'draw'") == [(13,)]
    assert project.query("SELECT count(*) FROM spans WHERE name = 'span'") == [(2,)]


def test_a_loss_said_in_the_log_leaves_no_thread_to_see(project: Any) -> None:
    project.write("app.py", LOSES)
    ended = project.run("--no-report", "python", "app.py")
    assert ended.stdout == "['MainThread']\n"
    assert "spans are not kept" in ended.stderr


def test_no_two_processes_make_the_same_ids(project: Any) -> None:
    project.write("app.py", FORKS)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    assert project.query("SELECT count(*), count(DISTINCT span_id) FROM calls WHERE qualname = 'make'") == [
        (200, 200)
    ]


HOOKS = """
import os, pickle, sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event == "sys.addaudithook" else None)
import breadcrumb
with breadcrumb.init():
    print(seen, pickle.loads(pickle.dumps(os.kill)) is os.kill)
"""


def test_no_audit_hook_is_added_for_it_would_slow_every_id(project: Any) -> None:
    project.write("app.py", HOOKS)
    ran = project.call("python", "app.py")
    assert (ran.stdout, ran.stderr) == ("[] True\n", "")


IMPORTS = """
import builtins
real = builtins.__import__

def hooked(name, names=None, values=None, wanted=(), level=0):
    if name == "colorsys":
        print(values)
    return real(name, names, values, wanted, level)

def work(first, second):
    import colorsys

builtins.__import__ = hooked
work(1, 2)
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython 3.11 reads locals for profilers")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_hook_of_imports_is_given_what_it_would_be(recorder: str, project: Any) -> None:
    project.write("app.py", IMPORTS)
    traced = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (traced.stdout, traced.stderr) == ("None\n", "")
    assert project.query("SELECT args->>'$.second' FROM calls WHERE qualname = 'work'") == [("2",)]


FREES = """
import concurrent.futures, gc, weakref

class Item:
    pass

def fail(item):
    raise ValueError(item)

gc.disable()
with concurrent.futures.ThreadPoolExecutor(1) as executor:
    item = Item()
    alive = weakref.ref(item)
    executor.submit(fail, item).exception()
    del item
    executor.submit(len, "").result()  # the worker has let go of the first
print(alive() is None)
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython 3.11 reads locals for profilers")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_failed_item_of_an_executor_lives_no_longer(recorder: str, project: Any) -> None:
    project.write("app.py", FREES)
    assert project.call("python", "app.py").stdout == "True\n"
    traced = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (traced.stdout, traced.stderr) == ("True\n", "")
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'fail'") == [(1,)]
