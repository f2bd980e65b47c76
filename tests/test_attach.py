"""`breadcrumb attach PID` traces a program that runs already, and leaves it as it was."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from patience import HANGS, until

from breadcrumb.common.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Project

joins = pytest.mark.skipif(sys.version_info < (3, 14), reason="sys.remote_exec came with Python 3.14")
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

SHELL = """
import os, select, sys
def answer(words):
    while not select.select([0], [], [], 0.02)[0]:
        pass
    line = os.read(0, 1000).decode().strip()
    return work(*map(int, line.split())) if line else None
def work(n, password="hunter2-secret"):
    return helper(n) + 1
def helper(n):
    return n * 2
def loop():
    print("ready", flush=True)
    while (result := answer(0)) is not None:
        print(result, flush=True)
    print("done")
"""
"""Answers each line on stdin, and comes to Python code all the while."""


class Target:
    """A program that runs already; what is written to it is a line, and each is answered by one."""

    def __init__(
        self, project: Project, text: str, *words: str, python: str = "python", **options: Any
    ) -> None:
        project.write("app.py", text)
        self.process = subprocess.Popen(
            [python, *words, "app.py"],
            cwd=project.path,
            env=project.environ | options.pop("environ", {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        assert self.said() == "ready"

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return str(self.process.stdout.readline()).rstrip("\n")

    def ask(self, line: object) -> str:
        """Its answer to a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.said()

    def end(self) -> tuple[int, str, str]:
        """Let it end by itself: its exit status, and what else it printed."""
        out, err = self.process.communicate(timeout=HANGS)
        return self.process.returncode, out, err


@contextmanager
def target(project: Project, text: str, *words: str, **options: Any) -> Iterator[Target]:
    started = Target(project, text, *words, **options)
    with started.process:
        try:
            yield started
        finally:
            started.process.kill()


class Attached:
    """`breadcrumb attach`, from when the process is traced on."""

    def __init__(
        self, project: Project, pid: int, *words: str, environ: dict[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            ["breadcrumb", "attach", str(pid), *words],
            cwd=project.path,
            env=project.environ | (environ or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        found = re.match(rf"breadcrumb: process {pid} is traced as run (\w+), ", self.said)
        assert found, self.said + self.process.communicate(timeout=HANGS)[1]
        self.run = found[1]

    def report(self) -> str:
        """What it says when it ends by itself."""
        out, err = self.process.communicate(timeout=HANGS)
        assert (out, self.process.returncode) == ("", 0), err
        return err

    def stop(self) -> str:
        """End it as Ctrl-C does; what it says then."""
        self.process.send_signal(signal.SIGINT)
        return self.report()


def refused(
    project: Project, pid: int, *words: str, environ: dict[str, str] | None = None
) -> tuple[int, str]:
    """Exit status and the one line of an `attach` that traces nothing."""
    done = project.call("breadcrumb", "attach", pid, *words, environ=environ or {})
    assert (done.stdout, done.stderr.count("\n")) == ("", 1), done.stderr
    return done.returncode, done.stderr


def left_behind(pid: int) -> list[Path]:
    """What `attach` has made for a process and not removed."""
    return [*Path(tempfile.gettempdir()).glob(f"breadcrumb-attach-{pid}-*")]


def calls(project: Project, run: str) -> list[tuple[Any, ...]]:
    return project.query(
        f"SELECT qualname, args->>'$.n', depth FROM calls WHERE run_id = '{run}' ORDER BY start_ns, ordinal"
    )


@joins
@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_running_program_is_traced_until_interrupted(project: Project, recorder: str) -> None:
    with target(project, SHELL + "loop()") as program:
        assert program.ask(1) == "3"
        attached = Attached(project, program.pid, environ={"BREADCRUMB_RECORDER": recorder})
        assert [program.ask(n) for n in (2, 3)] == ["5", "7"]
        report = attached.stop()
        assert program.ask(4) == "9"
        assert program.end() == (0, "done\n", "")
    assert f"process {program.pid} goes on, untraced\n" in report
    assert f"run {attached.run}, detached" in report and "helper(n=2)" in report
    assert calls(project, attached.run) == [
        ("work", "2", 0),  # of the call that was open already nothing is known
        ("helper", "2", 1),
        ("answer", None, 0),
        ("work", "3", 1),
        ("helper", "3", 2),
        ("answer", None, 0),
    ]
    assert left_behind(program.pid) == []
    assert project.query("SELECT recorder FROM processes") == [(recorder,)]


@joins
def test_it_can_be_joined_again_and_for_a_time(project: Project) -> None:
    with target(project, SHELL + "loop()") as program:
        reports = []
        for _ in range(3):
            attached = Attached(project, program.pid, "--seconds", "0.5")
            program.ask(1)
            reports.append(attached.report())
        assert program.end() == (0, "done\n", "")
    assert all("detached" in report and "goes on, untraced" in report for report in reports)
    assert project.query("SELECT status FROM runs") == [("detached",)] * 3


@joins
def test_patterns_profiles_and_the_store_are_as_of_run(project: Project) -> None:
    project.write("shop.py", "def price(n):\n    return tax(n)\ndef tax(n):\n    return n * 3\n")
    project.write("pyproject.toml", "[tool.breadcrumb.profiles.less]\nexclude = ['*.loop', '*.answer']\n")
    text = SHELL.replace("return n * 2", "return shop.price(n)") + "import shop\nloop()"
    with target(project, text) as program:
        words = (
            "-i",
            "shop.*",
            "-x",
            "shop.tax",
            "-c",
            "less",
            "--lines",
            "__main__.helper",
            "--store",
            "elsewhere",
        )
        attached = Attached(project, program.pid, *words)
        assert program.ask(1) == "4"
        report = attached.stop()
        program.end()
    assert "--store" in report
    answer = project.call("breadcrumb", "query", "--flow", "--store", "elsewhere", "--format", "json").stdout
    assert [row["function"] for row in json.loads(answer)["rows"]] == [
        "__main__.work",
        "__main__.helper",
        "shop.price",
    ]
    lines = project.call("breadcrumb", "query", "--lines", "helper", "--store", "elsewhere")
    assert "return shop.price(n)" in lines.stdout, lines.stderr
    assert not project.store.exists()


@joins
def test_secrets_are_stored_nowhere(project: Project) -> None:
    with target(project, SHELL + "loop()") as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        attached.stop()
        program.end()
    assert b"hunter2" not in b"".join(
        path.read_bytes() for path in project.store.rglob("*") if path.is_file()
    )
    [(args,)] = project.query("SELECT args FROM calls WHERE qualname = 'work'")
    assert "@redacted" in args


@joins
def test_a_program_that_ends_is_reported_as_any_run(project: Project) -> None:
    with target(project, SHELL + "loop()\nhelper('x' * 3)\nsys.exit(3)") as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        assert program.end() == (3, "done\n", "")
        report = attached.report()
    assert f"process {program.pid} has ended\n" in report
    assert f"run {attached.run}, exited" in report and "helper(n='xxx')" in report


@joins
def test_a_program_that_is_killed_leaves_what_had_ended(project: Project) -> None:
    with target(project, SHELL + "loop()") as program:
        attached = Attached(project, program.pid)
        assert program.ask(1) == "3"
        program.process.kill()
        report = attached.report()
    assert f"run {attached.run}, ended without goodbye" in report
    if sys.platform == "linux" and "c" in RECORDERS:
        assert ("work", "1", 0) in calls(project, attached.run)


@joins
def test_tracing_ends_with_the_command_however_that_ends(project: Project) -> None:
    with target(project, SHELL + "loop()") as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        attached.process.kill()
        attached.process.communicate()
        told = "SELECT 1 FROM runs WHERE status = 'detached'"
        until(lambda: program.ask(1) and project.query(told))  # the program, too, knows
        again = Attached(project, program.pid, "--no-report")
        assert again.stop() == f"breadcrumb: process {program.pid} goes on, untraced\n"
        assert program.end() == (0, "done\n", "")
    assert left_behind(program.pid) == []


@joins
@only_linux
def test_nothing_of_it_stays_in_the_program(project: Project) -> None:
    text = (
        SHELL.replace("def work(n,", "def look(n,")
        + """
import gc, threading
def work(n):
    gc.collect()
    files = {fd: os.readlink(f"/proc/self/fd/{fd}") for fd in map(int, os.listdir("/proc/self/fd")) if fd > 3}
    monitoring = [sys.monitoring.get_tool(tool) for tool in range(6)]
    return f"{len(os.listdir('/proc/self/task'))} {threading.enumerate()} {files} {sys.path} {monitoring}"
loop()
"""
    )
    with target(project, text, python=sys.base_prefix + "/bin/python3") as program:
        before = program.ask(1)
        attached = Attached(project, program.pid)
        during = program.ask(2)
        attached.stop()
        assert program.ask(3) == before
        assert during != before and during.split("[")[1].split("]")[0] == before.split("[")[1].split("]")[0]
        assert program.end() == (0, "done\n", "")


@joins
def test_an_environment_without_breadcrumb_borrows_ours(project: Project, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "other"], check=True)
    python = str(tmp_path / "other" / "bin" / "python")
    with target(project, SHELL + "loop()", python=python) as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        attached.stop()
        assert program.end() == (0, "done\n", "")
    assert ("helper", "1", 1) in calls(project, attached.run)
    packages = tmp_path / "other" / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
    (packages / "opentelemetry").mkdir()
    with target(project, SHELL + "loop()", python=python) as program:
        code, line = refused(project, program.pid)
        assert (code, "install breadcrumb-otel into" in line) == (ExitCode.REFUSED, True)
        assert program.end() == (0, "done\n", "")


@joins
def test_forked_children_join_and_no_fork_warns(project: Project) -> None:
    text = (
        "import warnings; warnings.simplefilter('error')\n"
        + SHELL.replace("return n * 2", "return fork(n)")
        + """
def fork(n):
    if (child := os.fork()) == 0:
        grandchild = leaf(n)
        if n == 2:
            os.execv(sys.executable, [sys.executable, "-c", ""])
        os._exit(grandchild)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
def leaf(n):
    return n + 40
loop()
"""
    )
    with target(project, text) as program:
        attached = Attached(project, program.pid)
        assert [program.ask(n) for n in (1, 1, 2)] == ["42", "42", "1"]
        report = attached.stop()
        assert program.ask(1) == "42"
        assert program.end() == (0, "done\n", "")
    assert "goes on, untraced" in report
    assert project.query("SELECT count(*), count(DISTINCT pid) FROM calls WHERE qualname = 'leaf'") == [
        (3, 3)
    ]


@joins
def test_a_child_goes_on_untraced_too(project: Project) -> None:
    text = (
        SHELL
        + """
import multiprocessing, threading
def serve(questions, answers):
    while (n := questions.get()):
        answers.put(helper(n))
if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    questions, answers = context.Queue(), context.Queue()
    def work(n):
        global child
        if n == 1:
            child = context.Process(target=serve, args=(questions, answers))
            child.start()
        questions.put(n)
        return answers.get()
    loop()
    questions.put(0)
    child.join()
"""
    )
    with target(project, text) as program:
        attached = Attached(project, program.pid)
        assert [program.ask(n) for n in (1, 2)] == ["2", "4"]
        attached.stop()
        told = "SELECT status FROM runs"
        until(lambda: program.ask(3) and project.query(told) == [("detached",)])  # the child, too, knows
        again = len(calls(project, attached.run))
        program.ask(5)
        assert program.end()[:2] == (0, "done\n")
    assert ("helper", "2", 2) in calls(project, attached.run)
    assert len(calls(project, attached.run)) == again


@joins
@pytest.mark.parametrize("recorder", RECORDERS)
def test_threads_are_traced_while_the_main_thread_waits_at_the_end(project: Project, recorder: str) -> None:
    text = (
        SHELL
        + """
import threading
def beside():
    loop()
thread = threading.Thread(target=beside, name="server")
thread.start()
while thread.is_alive():
    thread.join(0.05)
"""
    )
    with target(project, text) as program:
        attached = Attached(project, program.pid, environ={"BREADCRUMB_RECORDER": recorder})
        assert [program.ask(n) for n in (1, 2)] == ["3", "5"]
        attached.stop()
        assert program.end() == (0, "done\n", "")
    assert project.query("SELECT DISTINCT thread FROM calls WHERE qualname = 'work'") == [("server",)]


TASKS = """
import asyncio, os, select
async def worker(queue):
    while True:
        n, future = await queue.get()
        future.set_result(await handle(n))
async def handle(n):
    return await part(n)
async def part(n):
    await asyncio.sleep(0)
    return n * 2
def numbers():
    while True:
        yield number()
def number():
    return 100
async def main():
    queue = asyncio.Queue()
    task = asyncio.create_task(worker(queue), name="old")
    generator = numbers()
    next(generator)
    print("ready", flush=True)
    while True:
        while not select.select([0], [], [], 0)[0]:
            await asyncio.sleep(0.01)
        line = os.read(0, 1000).decode().strip()
        if not line:
            break
        future = asyncio.get_running_loop().create_future()
        queue.put_nowait((int(line), future))
        print(await future + next(generator), flush=True)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
asyncio.run(main())
print("done")
"""


@joins
@pytest.mark.parametrize("recorder", RECORDERS)
def test_of_what_had_begun_only_what_it_calls_is_known(project: Project, recorder: str) -> None:
    with target(project, TASKS) as program:
        attached = Attached(project, program.pid, environ={"BREADCRUMB_RECORDER": recorder})
        assert [program.ask(n) for n in (1, 2)] == ["102", "104"]
        report = attached.stop()
        assert program.ask(3) == "106"
        assert program.end() == (0, "done\n", "")
    one, two = ([("handle", n, 0), ("part", n, 1), ("number", None, 0)] for n in "12")
    assert calls(project, attached.run) == one + two
    assert project.query("SELECT DISTINCT task FROM calls WHERE qualname = 'handle'") == [("old",)]
    note = "calls open when tracing began are not here"
    assert note in report and note in project.call("breadcrumb", "query", "--flow").stdout


@joins
@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_open_functions_call_is_a_gap_or_traced_from_its_next_call_on(
    project: Project, recorder: str
) -> None:
    project.write("shop.py", "def price(n):\n    return n\n")
    text = (
        SHELL
        + """
import shop
def outer(n):
    if n:
        return outer(n - 1)
    loop()
    shop.price(1)
    return shop.price(n)
def again(n):
    outer(0)
again(outer(2))
"""
    )
    with target(project, text) as program:
        environ = {"BREADCRUMB_RECORDER": recorder, "BREADCRUMB_ONLY": "__main__"}
        attached = Attached(project, program.pid, environ=environ)
        assert program.ask(1) == "3"
        assert program.end() == (0, "done\nready\ndone\n", "")
        attached.report()
    assert calls(project, attached.run)[-4:] == [
        ("again", "0", 0),
        ("outer", "0", 1),
        ("loop", None, 2),
        ("answer", None, 3),
    ]
    gaps = project.query(
        "SELECT caller, callee, sum(count)::INTEGER FROM gaps "
        "WHERE callee IN ('shop.price', 'print') GROUP BY ALL ORDER BY ALL"
    )
    assert gaps == [("__main__.loop", "print", 4), ("__main__.outer", "shop.price", 4)]


SERVERS = {
    "uvicorn": """
import uvicorn
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": view(scope["path"]).encode()})
def view(path):
    return path.upper()
class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print(f"ready\\n{self.servers[0].sockets[0].getsockname()[1]}", flush=True)
Server(uvicorn.Config(app, port=0, log_level="critical")).run()
""",
    "flask": """
import logging
from flask import Flask, request
from werkzeug.serving import make_server
logging.disable()
app = Flask(__name__)
@app.route("/<path>")
def index(path):
    return view(request.path)
def view(path):
    return path.upper()
server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"ready\\n{server.server_port}", flush=True)
server.serve_forever()
""",
}


@joins
@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_traced_while_it_serves(project: Project, name: str) -> None:
    pytest.importorskip(name)
    with target(project, SERVERS[name]) as server:
        port = server.said()

        def get(path: str) -> str:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=HANGS) as response:
                return str(response.read().decode())

        assert get("/before") == "/BEFORE"
        attached = Attached(project, server.pid)
        assert [get(f"/{n}") for n in "abc"] == ["/A", "/B", "/C"]
        attached.stop()
        assert get("/after") == "/AFTER"
        server.process.terminate()
        assert server.end()[2] == ""
    views = project.query("SELECT args->>'$.path' FROM calls WHERE qualname = 'view' ORDER BY start_ns")
    assert views == [("/a",), ("/b",), ("/c",)]


@joins
def test_an_encrypted_store_takes_what_is_attached_to(project: Project) -> None:
    key = project.write("key", "0123456789abcdef" * 4, 0o600)
    project.write("pyproject.toml", f"[tool.breadcrumb]\nencryption.key = '{key}'\n")
    with target(project, SHELL + "loop()") as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        assert "helper(n=1)" in attached.stop()
        assert program.end() == (0, "done\n", "")
    assert b"helper" not in b"".join(path.read_bytes() for path in project.store.rglob("*") if path.is_file())


@joins
def test_a_program_that_closes_every_file_goes_on_untraced(project: Project) -> None:
    text = SHELL.replace("return n * 2", "return os.closerange(3, 1000) or os.open('mine', os.O_CREAT)")
    with target(project, text + "loop()") as program:
        attached = Attached(project, program.pid)
        assert program.ask(1) == "4"
        report = attached.report()
        assert program.end() == (0, "done\n", "")
    assert f"process {program.pid} has closed our connection, and goes on, untraced\n" in report
    assert ("helper", "1", 1) in calls(project, attached.run)


@joins
@only_linux
def test_a_program_that_dies_of_broken_pipes_does_not_die_of_ours(project: Project) -> None:
    text = "import signal\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\n" + SHELL + "loop()"
    with target(project, text) as program:
        attached = Attached(project, program.pid)
        attached.process.kill()
        attached.process.communicate()
        told = "SELECT 1 FROM runs WHERE status = 'detached'"
        until(lambda: program.ask(1) and project.query(told))
        assert program.end() == (0, "done\n", "")


# -- what is refused ---------------------------------------------------------------------------------


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="from Python 3.14 on it can be done")
def test_older_pythons_say_what_to_do_instead(project: Project) -> None:
    code, line = refused(project, os.getpid())
    assert code == ExitCode.REFUSED
    for told in (
        os.getpid(),
        "sys.remote_exec",
        platform.python_version(),
        "breadcrumb run",
        "breadcrumb.init()",
    ):
        assert str(told) in line


@joins
def test_what_cannot_be_joined_is_told_in_a_line(project: Project) -> None:
    with subprocess.Popen(["sleep", str(HANGS)]) as other:
        code, line = refused(project, other.pid)
        assert (code, "no Python program" in line) == (ExitCode.REFUSED, True)
        other.kill()
    code, line = refused(project, other.pid)
    assert (code, "no such process" in line) == (ExitCode.REFUSED, True)
    for words, environ in ((["-X", "disable-remote-debug"], {}), ([], {"PYTHON_DISABLE_REMOTE_DEBUG": "1"})):
        with target(project, SHELL + "loop()", *words, environ=environ) as program:
            code, line = refused(project, program.pid)
            assert (code, "remote debugging is disabled" in line) == (ExitCode.REFUSED, True)
            assert program.end() == (0, "done\n", "")
    assert (left_behind(program.pid), project.store.exists()) == ([], False)


@joins
def test_words_that_are_wrong_are_told_before_anything_happens(project: Project) -> None:
    project.write("config.toml", "")
    for words in (["x"], ["1", "-i", "config.toml"], ["1", "--seconds", "0"], ["1", "-c", "nowhere"], []):
        done = project.call("breadcrumb", "attach", *words)
        assert (done.returncode, done.stderr.count("\n")) == (ExitCode.USAGE, 1)


@joins
def test_what_is_traced_already_says_as_which_run(project: Project) -> None:
    with target(project, SHELL + "loop()") as program:
        attached = Attached(project, program.pid)
        code, line = refused(project, program.pid)
        assert (code, f"traced already, as run {attached.run} in {project.store}" in line) == (
            ExitCode.REFUSED,
            True,
        )
        program.ask(1)
        assert "goes on, untraced" in attached.stop()
        assert program.end() == (0, "done\n", "")


@joins
def test_a_main_thread_that_never_runs_python_is_waited_for_so_long(project: Project) -> None:
    text = """
import sys
print("ready", flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
print("done")
"""
    with target(project, text) as program:
        code, line = refused(project, program.pid, "--wait", "0.5")
        assert (code, "has run no Python code for 0.5 s" in line) == (ExitCode.TIMEOUT, True)
        assert left_behind(program.pid) == []
        assert program.ask("on") == "on"
        assert program.end() == (0, "done\n", "")


@joins
def test_an_interrupt_ends_the_wait(project: Project) -> None:
    text = "import sys\nprint('ready', flush=True)\nsys.stdin.readline()"
    with target(project, text) as program:
        words = ["breadcrumb", "attach", str(program.pid)]
        waiting = subprocess.Popen(
            words, cwd=project.path, env=project.environ, stderr=subprocess.PIPE, text=True
        )
        with waiting:
            assert waiting.stderr is not None
            assert "waiting, 30 s at most" in waiting.stderr.readline()
            waiting.send_signal(signal.SIGTERM)
            assert waiting.stderr.read() == f"breadcrumb: process {program.pid} is not traced: interrupted\n"
        assert waiting.returncode == ExitCode.FAILED
        assert program.end() == (0, "", "")


@joins
def test_a_directory_that_holds_no_socket_is_told(project: Project) -> None:
    folder = project.path / ("x" * 100)
    folder.mkdir()
    with target(project, SHELL + "loop()") as program:
        code, line = refused(project, program.pid, environ={"TMPDIR": str(folder)})
        assert (code, "set TMPDIR" in line) == (ExitCode.REFUSED, True)
        assert program.end() == (0, "done\n", "")
    assert list(folder.iterdir()) == []


@joins
def test_a_store_that_cannot_be_one_is_told(project: Project) -> None:
    project.write("taken", "")
    with target(project, SHELL + "loop()") as program:
        code, line = refused(project, program.pid, "--store", "taken")
        assert (code, "is a file, a store is a directory" in line) == (ExitCode.STORE, True)
        assert program.end() == (0, "done\n", "")


@joins
@only_linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_users_process_takes_root_and_its_store_is_that_users(project: Project) -> None:
    nobody = 65534
    for folder in (project.path, *project.path.parents):
        if Path(tempfile.gettempdir()) in folder.parents:  # pytest's own are its user's alone
            folder.chmod(0o755)
    os.chown(project.path, nobody, nobody)
    as_nobody: dict[str, Any] = {"user": nobody, "group": nobody, "extra_groups": []}
    with target(project, SHELL + "loop()", **as_nobody) as program:
        attached = Attached(project, program.pid)
        program.ask(1)
        attached.stop()
        assert program.end() == (0, "done\n", "")
    owners = {path.stat().st_uid for path in [project.store, *project.store.rglob("*")]}
    assert owners == {nobody}
    with target(project, SHELL + "loop()") as program:
        done = project.call("breadcrumb", "attach", program.pid, **as_nobody)
        assert (done.returncode, "it belongs to root" in done.stderr) == (ExitCode.REFUSED, True), done.stderr
        assert program.end() == (0, "done\n", "")
