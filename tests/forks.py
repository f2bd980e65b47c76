"""Runs code in forks of a process that has imported what all of it needs: they start in milliseconds.

Each runs in a process of its own, with its own session, directory, environment, standard streams and exit
code. Code ends as an interpreter ends, `breadcrumb` without taking it apart. Of `breadcrumb run` the launcher
and the report are such forks; the program is a process as ever. Tests of how an interpreter starts or ends
need one of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FOLDER = str(Path(__file__).parent)
START = f"import sys; sys.path[0] = {FOLDER!r}; import forks; forks.serve(int(sys.argv[1]), sys.argv[2:])"
BREADCRUMB = """
import forks
from breadcrumb.__main__ import main
forks.fork_our_modules()
forks.run_to_exit(main)
"""
COMMANDS = frozenset(
    {"run", "query", "ask", "runs", "show", "diff", "top", "config", "store", "export", "forward"}
)
"""The subcommands of `breadcrumb` that run here."""
OURS = frozenset({"breadcrumb.cli.report", "breadcrumb_exporter_duckdb"})
"""Modules that the launcher runs in processes of their own when the program has ended."""


class Forks:
    """The process that forks, as seen from the tests."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._replies = channel.makefile("r", encoding="ascii")

    def run(
        self,
        code: str,
        argv: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        timeout: float,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run code as `__main__` to its end, and until nobody can write to its output any more.

        `argv` is what it finds in `sys.argv`.
        """
        deadline = time.monotonic() + timeout
        request = {"code": code, "argv": argv, "cwd": str(cwd), "environ": dict(environ)}
        out, their_out = os.pipe()
        error, their_error = os.pipe()
        with tempfile.TemporaryFile() as given:
            given.write(stdin.encode())
            given.seek(0)
            self._ask(json.dumps(request).encode(), [given.fileno(), their_out, their_error])
        os.close(their_out)
        os.close(their_error)
        pid = self._reply()
        try:
            texts = _read([out, error], deadline)
        except TimeoutError as late:
            os.killpg(pid, signal.SIGKILL)
            self._reply()
            raise subprocess.TimeoutExpired(list(argv), timeout) from late
        return subprocess.CompletedProcess(list(argv), self._reply(), *texts)

    def breadcrumb(self, *words: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `breadcrumb WORDS`."""
        return self.run(BREADCRUMB, ["breadcrumb", *words], cwd=cwd, **{"timeout": HANGS, **options})

    def _ask(self, request: bytes, files: list[int]) -> None:
        socket.send_fds(self._channel, [len(request).to_bytes(8)], files)
        self._channel.sendall(request)

    def _reply(self) -> int:
        line = self._replies.readline()
        assert line, "the process that forks has died"
        return int(line)


def _read(files: list[int], deadline: float) -> list[str]:
    """Read all that comes, to the end."""
    found: dict[int, bytes] = dict.fromkeys(files, b"")
    with selectors.DefaultSelector() as waiting:
        for file in files:
            waiting.register(file, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                found[key.fd] += data
                if not data:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
    texts = (data.decode() for data in found.values())
    return [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]  # as subprocess has it


@contextlib.contextmanager
def started(*modules: str, environ: Mapping[str, str]) -> Iterator[Forks]:
    """A process that has imported the modules and waits for code to run."""
    ours, theirs = socket.socketpair()
    words = [sys.executable, "-c", START, str(theirs.fileno()), *modules]
    files = [theirs.fileno()]
    with ours, subprocess.Popen(words, env=environ, pass_fds=files, start_new_session=True) as process:
        theirs.close()
        try:
            yield Forks(ours)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            process.wait()


def modules_of(*packages: str) -> Iterator[str]:
    """All modules of packages: those that a program imports lazily each fork would import anew."""
    for name in packages:
        for each in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            if not each.name.endswith("__main__"):
                yield each.name


def serve(number: int, modules: Sequence[str]) -> None:
    """Fork for each request and tell pid and exit code; in the fork, run what it asks for and return."""
    del sys.path[0]
    for name in modules:
        with contextlib.suppress(ImportError):  # there may be no C recorder
            importlib.import_module(name)
    channel = socket.socket(fileno=number)
    channel.set_inheritable(False)
    gc.freeze()  # a fork that looks through all objects of ours copies all of their memory
    while taken := _take(channel):
        request, files = taken
        pid = os.fork()
        if pid == 0:
            channel.close()
            become(**request, files=files)
            return
        for file in files:
            os.close(file)
        channel.sendall(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        channel.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    run_to_exit(lambda: 0)


def _take(channel: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next request, with its standard streams; None where there will be none."""
    size, files, _, _ = socket.recv_fds(channel, 8, 3)
    if not size:
        return None
    data = b""
    while len(data) < int.from_bytes(size):
        data += channel.recv(int.from_bytes(size) - len(data))
    return json.loads(data), files


def run_to_exit(main: Callable[[], int]) -> NoReturn:
    """End as a command does, but for taking the interpreter apart: that takes longer than most questions."""
    try:
        code: object = main()
    except SystemExit as ended:
        code = ended.code
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def become(code: str, argv: list[str], cwd: str, environ: dict[str, str], files: list[int]) -> None:
    """Be the process that a request asks for, to its end."""
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.argv[:] = argv
    _be_main(code)


def _be_main(code: Any) -> int:
    main = ModuleType("__main__")
    sys.modules["__main__"] = main
    exec(code, main.__dict__)
    return 0


def fork_our_modules() -> None:
    """Have what the launcher starts as `python -P -m MODULE` run in a fork, where the module is of OURS."""
    spawn = os.posix_spawn

    def start(path: Any, argv: Any, env: Any, **how: Any) -> int:
        is_python = list(argv[:3]) == [sys.executable, "-P", "-m"] and how.keys() == {"file_actions"}
        if not is_python or argv[3] not in OURS:
            return spawn(path, argv, env, **how)
        pid = os.fork()
        if pid == 0:
            _become_module(argv[3], argv[4:], how["file_actions"])
        return pid

    os.posix_spawn = start


def _become_module(name: str, words: list[str], actions: list[tuple[Any, ...]]) -> NoReturn:
    """Be `python -m NAME WORDS`, started with these actions on files."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    for kind, file, *more in actions:
        if kind == os.POSIX_SPAWN_OPEN:
            opened = os.open(*more)
            os.dup2(opened, file)
        else:
            os.dup2(file, *more)
    spec = find_spec(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = find_spec(f"{name}.__main__")
    assert spec is not None and spec.loader is not None
    sys.argv[:] = [str(spec.origin), *words]
    code = spec.loader.get_code(spec.name)  # type: ignore[attr-defined]  # a file's loader has it
    run_to_exit(lambda: _be_main(code))
