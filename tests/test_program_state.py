"""What a program shares with the tracer in its process (random numbers, signals, ...) is as without it."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

pytestmark = pytest.mark.launches

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
    yield "abstract classes", collections.Counter in [
        each() for each in _abc._get_dump(collections.abc.Mapping)[1]]
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
    yield "names", sorted(vars(builtins)), sorted(globals()), sorted(map(str, copyreg.dispatch_table))
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
import _abc, builtins, collections.abc, copyreg, decimal, faulthandler, gc, locale, logging, multiprocessing
import os, resource, signal, socket, threading, time, warnings
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
spool = os.path.join(os.environ["BREADCRUMB_STORE"], "spool")
while not os.path.isdir(spool) or not os.listdir(spool):
    time.sleep(0.05)
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


BUILT_IN = """
import inspect, os, pickle, signal, types
class Holder:
    end, send, spawn, interrupt = os._exit, os.kill, os.posix_spawn, signal.raise_signal
signal.signal(signal.SIGUSR1, lambda *_: print("heard"))
for held in (Holder.end, Holder.send, Holder.spawn, Holder.interrupt, os.execv, os.execve):
    print(held, held.__text_signature__, held.__name__, held.__self__ is not None, inspect.isroutine(held))
    print(isinstance(held, types.BuiltinFunctionType), pickle.loads(pickle.dumps(held)) is held)
Holder().interrupt(signal.SIGUSR1)
Holder().send(os.getpid(), signal.SIGUSR1)
print(os.waitpid(Holder().spawn("/bin/true", ["true"], os.environ), 0)[1], flush=True)
Holder().end(3)
"""


def test_what_stands_in_the_place_of_built_in_functions_is_used_as_they_are(project: Any) -> None:
    project.write("app.py", BUILT_IN)
    plain = project.call("python", "app.py")
    traced = project.run("--no-report", "python", "app.py")
    assert (traced.returncode, traced.stdout, traced.stderr) == (3, plain.stdout, "")
    assert plain.returncode == 3 and plain.stdout.count("heard") == 2


STANDS_IN = """
import _thread, builtins, ctypes, fcntl, gc, io, json, os, pathlib, signal, sys, threading, time, types
real_frame, seen, standing_in = sys._getframe, set(), {}
REPLACED = (builtins, fcntl, io, json, os, signal, sys, threading, time, _thread)
FUNCTIONS = (types.BuiltinFunctionType, types.FunctionType)
BETWEEN = "pathlib", "posixpath", "genericpath", "os", "io", "threading", "signal", "contextlib", "tempfile"

def stand_in(module, name, real):
    def called(*args, **kwargs):
        caller = real_frame().f_back
        while caller and caller.f_globals["__name__"].partition(".")[0] in BETWEEN:
            caller = caller.f_back
        caller = caller.f_globals["__name__"] if caller else ""
        if caller.startswith("breadcrumb") and name not in ("fspath", "intern"):  # a Path is made with these
            seen.add(f"{caller}: {module.__name__}.{name}")
        return real_frame(args[0] + 1) if real is real_frame and args else real(*args, **kwargs)
    return called

for module in REPLACED[1:]:
    for name, real in list(vars(module).items()):
        if isinstance(real, FUNCTIONS) and not name.startswith("__"):
            standing_in[id(real)] = stand_in(module, name, real)

def everywhere():
    builtins.open = standing_in[id(open)]
    for module in list(sys.modules.values()):
        if module in REPLACED[1:] or module.__name__.startswith("breadcrumb"):
            for name, held in list(vars(module).items()):
                vars(module)[name] = standing_in.get(id(held), held)
    for kind in (threading.Event, threading.Condition, threading.Thread, pathlib.Path):
        for name, held in list(vars(kind).items()):
            if isinstance(held, types.FunctionType) and not name.startswith("_"):
                setattr(kind, name, stand_in(kind, name, held))
    held = gc.get_referents(_thread.LockType.__dict__)[0]  # as tools do that look for calls that block
    held["acquire"] = stand_in(_thread.LockType, "acquire", held["acquire"])
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(_thread.LockType))

def item(n):
    return str(n).upper()

def fail(n):
    raise ValueError(n)

def items(n):
    yield from map(item, range(n))

def work():
    for n in range(3):
        len(list(items(n)))
        try:
            fail(n)
        except ValueError:
            pass

real_sleep, real_fork, real_exit, real_wait = time.sleep, os.fork, os._exit, os.wait
everywhere()
work()
real_sleep(0.3)  # the tracer's thread has come by
if not real_fork():
    work()
    real_sleep(0.3)
    print("\\n".join(sorted(seen)), end="", flush=True)
    real_exit(0)
real_wait()
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_functions_that_a_program_puts_in_the_place_of_the_standard_librarys_are_not_called(
    project: Any, recorder: str
) -> None:
    project.write("app.py", STANDS_IN)
    ended = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'fail'") == [(6,)]
    assert project.query("SELECT * FROM drops") == []


LETS_GO = """
import abc, collections, dataclasses, enum, functools, gc, weakref

def plain():
    class Made:
        def __init__(self): self.x = 1
        def __call__(self): return self
        def method(self): return self.x
    Made()().method()
    return Made

def built_in():
    class Made(dict): pass
    Made.fromkeys("ab").update(x=1)
    return Made

def abstract():
    class Made(abc.ABC):
        @abc.abstractmethod
        def f(self): pass
    class Concrete(Made):
        def f(self): return 1
    Concrete().f()
    return Made

def meta():
    class Made(type):
        def __call__(cls): return super().__call__()
    Made("Class", (), {})()
    return Made

def from_c():
    class Made(functools.partial): pass
    Made(len)("")
    return Made

def raised():
    class Made(Exception): pass
    def fail(x): raise Made(x)
    try: fail(Made)
    except Made: pass
    return Made

def listed():
    Made = enum.Enum("Made", "A B")
    str(Made(1))
    return Made

def record():
    Made = dataclasses.make_dataclass("Made", ["x"])
    repr(Made(1))
    return Made

def named():
    Made = collections.namedtuple("Made", "x")
    str(Made(1)._replace(x=2))
    return Made

def function():
    def made(x): return x
    made(1)
    return made

for make in (plain, built_in, abstract, meta, from_c, raised, listed, record, named, function):
    made = [weakref.ref(make()) for _ in range(3)]
    gc.collect()
    print(make.__name__, *(each for each in made if each() is not None))
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_classes_that_a_program_lets_go_of_die_when_they_would(project: Any, recorder: str) -> None:
    project.write("app.py", LETS_GO)
    ended = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    made = "plain built_in abstract meta from_c raised listed record named function"
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (0, made.split(), "")
    assert project.query("SELECT sum(count) FROM gaps WHERE callee = 'dataclasses.make_dataclass'") == [(3,)]


CALLS_SHORT_LIVED = """
def call(n):
    cls = type(f"Class{n % 7}", (list,), {"__module__": "short.lived"})
    cls()

for n in range(70):
    call(n)
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="a profile function is not told of calls of C classes")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_class_is_not_taken_for_one_that_was_at_its_address(project: Any, recorder: str) -> None:
    project.write("app.py", CALLS_SHORT_LIVED)
    project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    counts = project.query("SELECT callee, count FROM gaps WHERE callee LIKE 'short.lived.%' ORDER BY callee")
    assert counts == [(f"short.lived.Class{n}", 10) for n in range(7)]


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


IMPORTS_WHILE_A_HOOK_STANDS = """
from unittest import mock

def work(first, second):
    return second

with mock.patch("builtins.__import__", side_effect=ImportError) as hook:
    work("password=hunter2024", "contrase\u00f1a: 1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
print(len(hook.mock_calls))
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_hook_of_imports_is_not_asked_for_ours(recorder: str, project: Any) -> None:
    project.write("app.py", IMPORTS_WHILE_A_HOOK_STANDS)
    traced = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (traced.stdout, traced.stderr) == ("0\n", "")
    shown = project.query("SELECT args->>'$.first' FROM calls WHERE qualname = 'work'")
    assert shown == [("password=[redacted:password]",)]


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
