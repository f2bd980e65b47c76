"""A program behaves to the byte the same with and without `breadcrumb run`."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from patience import GOES_ON, HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Project

pytestmark = pytest.mark.launches

PROGRAMS = {
    "prints": ("import sys\nprint('out')\nprint('err', file=sys.stderr)\n", ["app.py"], ""),
    "reads stdin": ("import sys\nfor line in sys.stdin: print(line.upper(), end='')\n", ["app.py"], "a\nb\n"),
    "exits 3": ("import sys\nsys.exit(3)\n", ["app.py"], ""),
    "exits with text": ("raise SystemExit('sorry')\n", ["app.py"], ""),
    "raises": ("def f(x):\n    return 1 / x\nf(0)\n", ["app.py"], ""),
    "raises a chain": (
        "def f():\n    try:\n        {}['x']\n    except KeyError as e:\n"
        "        raise ValueError('bad') from e\nf()\n",
        ["app.py"],
        "",
    ),
    "syntax error": ("def f(:\n", ["app.py"], ""),
    "flags": (
        "import sys\nprint(sys.argv, sys.flags, sys.warnoptions, sys._xoptions)\n",
        ["-u", "-W", "error", "-X", "dev", "-O", "app.py", "-i", "x", "--", "-c"],
        "",
    ),
    "changes directory": (
        "import os\nos.mkdir('d')\nos.chdir('d')\nprint(os.listdir('.'))\n",
        ["app.py"],
        "",
    ),
    "main module": (
        "import sys, __main__\n"
        "print(__name__, __file__, sys.path, sorted(vars(__main__)), sys.orig_argv[1:])\n",
        ["app.py"],
        "",
    ),
    "module": ("import sys\nprint(__name__, __spec__.name, sys.argv, sys.path)\n", ["-m", "app", "x"], ""),
    "code": ("", ["-c", "import sys\nprint(sys.argv, sys.path)\nraise ValueError", "-i", "y"], ""),
    "stdin script": ("", ["-"], "import sys\nprint(sys.argv)\n"),
    "safe path": ("import sys\nprint(sys.path, sys.flags.safe_path)\n", ["-P", "app.py"], ""),
    "handles a signal": (
        "import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: print('term'))\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGPIPE))\n",
        ["app.py"],
        "",
    ),
    "dies of a signal": ("import os\nprint('x', flush=True)\nos.kill(os.getpid(), 9)\n", ["app.py"], ""),
    "aborts": ("import os\nos.abort()\n", ["app.py"], ""),
    "exit handlers": ("import atexit\natexit.register(print, 'bye')\nprint('hi')\n", ["app.py"], ""),
    "interrupts itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", ["app.py"], ""),
    "cannot become another": ("import os\nos.execv('/no/such/program', ['x'])\n", ["app.py"], ""),
    "missing module": ("", ["-m", "no_such_module"], ""),
    "binary": ("import sys\nsys.stdout.buffer.write(bytes(range(256)) .hex().encode())\n", ["app.py"], ""),
}

NOT_THE_LAUNCHER = "import sys\nif not sys.orig_argv[1].endswith('breadcrumb')"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_the_same_when_traced(project: Project, name: str) -> None:
    text, words, stdin = PROGRAMS[name]
    project.write("app.py", text)
    plain = project.call("python", *words, stdin=stdin)
    if (project.path / "d").exists():
        (project.path / "d").rmdir()
    traced = project.run("--no-report", "python", *words, stdin=stdin)
    assert (traced.returncode, traced.stdout, traced.stderr) == (plain.returncode, plain.stdout, plain.stderr)


def test_the_environment_differs_only_by_what_children_need(project: Project) -> None:
    project.write("app.py", "import os, json\nprint(json.dumps(dict(os.environ)))\n")
    environ = {"PYTHONPATH": "/somewhere", "OTEL_METRICS_EXPORTER": "none"}
    plain = json.loads(project.call("python", "app.py", environ=environ).stdout)
    traced = json.loads(project.run("--no-report", "python", "app.py", environ=environ).stdout)
    changed = {name for name in traced if traced[name] != plain.get(name)}
    assert changed == {
        "PYTHONPATH",
        "BREADCRUMB_ENTRY",
        "BREADCRUMB_NOTES",
        "BREADCRUMB_ROOT",
        "BREADCRUMB_RUN_ID",
        "BREADCRUMB_SETTINGS",
        "BREADCRUMB_STORE",
        "OTEL_LOGS_EXPORTER",
        "OTEL_PYTHON_CONFIGURATOR",
        "OTEL_PYTHON_DISTRO",
        "OTEL_TRACES_EXPORTER",
    }
    assert set(plain) <= set(traced)
    assert traced["PYTHONPATH"].endswith("/bootstrap" + os.pathsep + "/somewhere")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_to_the_launcher_reaches_the_program(project: Project, number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("whoever started the tests has it ignored (nohup), so the program ignores it as well")
    project.write(
        "app.py",
        "import signal, time, sys\n"
        f"signal.signal({int(number)}, lambda *a: sys.exit(7))\n"
        f"print('ready', flush=True)\n{GOES_ON}\n",
    )
    with _started(project, "run", "--no-report", "python", "app.py") as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(HANGS) == 7


def test_a_signal_while_the_program_is_started_reaches_it(project: Project) -> None:
    project.write(
        "early.py",
        "import os, signal, sys\n"
        "from breadcrumb.launch import process\n"
        "spawn = os.posix_spawn\n"
        "def interrupted(*words, **options):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return spawn(*words, **options)\n"
        "os.posix_spawn = interrupted\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "print(process.start(sys.executable, command, os.environ).wait().returncode)\n",
    )
    assert project.call("python", "early.py").stdout == f"-{int(signal.SIGTERM)}\n"


def test_an_unhandled_signal_is_also_the_launchers_end(project: Project) -> None:
    project.write("app.py", f"import time\nprint('ready', flush=True)\n{GOES_ON}\n")
    with _started(project, "run", "--no-report", "python", "app.py") as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.terminate()
        assert process.wait(HANGS) == -signal.SIGTERM
    assert project.query("SELECT status, exit_status FROM runs") == [("killed", -signal.SIGTERM)]


def test_ctrl_c_at_a_terminal_interrupts_once(project: Project) -> None:
    project.write(
        "app.py",
        "import signal, time\ncount, told = [], []\n"
        "signal.signal(signal.SIGINT, lambda *a: count.append(1))\n"
        "signal.signal(signal.SIGUSR1, lambda *a: told.append(1))\n"
        "print('ready', flush=True)\nwhile not count: time.sleep(0.05)\n"
        "print('interrupted', flush=True)\nwhile not told: time.sleep(0.05)\n"
        "print('times', len(count), flush=True)\n",
    )
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover - the child is another program
        os.chdir(project.path)
        os.execvpe("breadcrumb", ["breadcrumb", "run", "--no-report", "python", "app.py"], project.environ)
    shown = b""
    for said, answer in (
        (b"ready", lambda: os.write(terminal, b"\x03")),
        (b"interrupted", lambda: os.kill(pid, signal.SIGUSR1)),  # passed on after what it has had before
        (b"times", int),
    ):
        while said not in shown:
            shown += os.read(terminal, 1000)
        answer()
    os.waitpid(pid, 0)
    os.close(terminal)
    assert b"times 1" in shown


def test_the_users_sitecustomize_and_usercustomize_still_run(project: Project) -> None:
    text = f"{NOT_THE_LAUNCHER}: print('site', __name__, __file__)\n"
    project.write("site/sitecustomize.py", text)
    project.write("site/usercustomize.py", text.replace("site", "user"))
    project.write("app.py", "import sitecustomize, sys\nprint(sitecustomize.__file__)\n")
    environ = {"PYTHONPATH": str(project.path / "site")}
    plain = project.call("python", "app.py", environ=environ)
    traced = project.run("--no-report", "python", "app.py", environ=environ)
    assert (traced.stdout, traced.stderr) == (plain.stdout, plain.stderr)


def test_an_error_in_the_users_sitecustomize_is_its_own(project: Project) -> None:
    project.write("site/sitecustomize.py", f"{NOT_THE_LAUNCHER}: raise ValueError('mine')\n")
    project.write("app.py", "print('ran')\n")
    environ = {"PYTHONPATH": str(project.path / "site")}
    plain = project.call("python", "app.py", environ=environ)
    traced = project.run("--no-report", "python", "app.py", environ=environ)
    assert (traced.stdout, traced.stderr) == (plain.stdout, plain.stderr)


@contextmanager
def _started(project: Project, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """`breadcrumb WORDS...`, killed if the test leaves it running."""
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    command = ["breadcrumb", *words]
    with subprocess.Popen(
        command, cwd=project.path, env=project.environ, stdout=pipe, stderr=pipe, stdin=null
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_signal_never_comes_to_a_thread_of_ours(project: Project) -> None:
    project.write(
        "app.py",
        "import os, signal, threading, time\n"
        "def f(): return 1\n"
        "f()\n"
        "own = threading.get_native_id()\n"
        "def blocked(thread):\n"
        "    status = open(f'/proc/self/task/{thread}/status').read()\n"
        "    return int(status.split('SigBlk:')[1].split()[0], 16) >> (signal.SIGTERM - 1) & 1\n"
        "threads = [int(name) for name in os.listdir('/proc/self/task') if int(name) != own]\n"
        "while not all(blocked(thread) for thread in threads): time.sleep(0.05)  # they have just begun\n"
        "print(len(threads) > 0, blocked(own))\n",
    )
    if not Path("/proc/self/task").exists():
        pytest.skip("only Linux tells")
    assert project.run("--no-report", "python", "app.py").stdout == "True 0\n"


INTERPRETERS = """
from concurrent.futures import InterpreterPoolExecutor

def square(x):
    return x * x

if __name__ == "__main__":
    with InterpreterPoolExecutor(1) as pool:
        print(list(pool.map(square, range(3))))
"""


@pytest.mark.skipif(sys.version_info < (3, 14), reason="concurrent.interpreters is new in 3.14")
def test_other_interpreters_are_traced_and_say_no_word(project: Project) -> None:
    project.write("app.py", INTERPRETERS)
    all_instrumentations = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ""}
    ended = project.run("--no-report", "python", "app.py", environ=all_instrumentations)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "[0, 1, 4]\n", "")
    assert project.query("SELECT qualname, count(*) FROM calls GROUP BY qualname") == [("square", 3)]


def test_a_child_is_traced_whose_working_directory_was_removed(project: Project) -> None:
    project.write(
        "app.py",
        "import os, subprocess, sys\n"
        "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\n"
        "subprocess.run([sys.executable, '-c', 'def child(): return 1\\nchild()'], check=True)\n",
    )
    ended = project.run(
        "--no-report", "python", "app.py", environ={"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ""}
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert project.query("SELECT function FROM calls") == [("__main__.child",)]
