"""Runs code in forks of a process that has imported what all of it needs: they start in milliseconds.

Each runs in a process of its own, with its own directory, environment, standard streams and exit code. Code
ends as an interpreter ends, `breadcrumb` without taking it apart. Tests of what an interpreter does at its
start or its end need one of their own.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FOLDER = str(Path(__file__).parent)
START = (
    f"import sys; sys.path[0] = {FOLDER!r}; import forks; forks.serve(*map(int, sys.argv[1:3]), sys.argv[3:])"
)
BREADCRUMB = "import forks; from breadcrumb.__main__ import main; forks.run_to_exit(main)"
READING = frozenset({"query", "runs", "show", "top", "config", "store", "export", "forward"})
"""The subcommands of `breadcrumb` that run here: they only read, or change nothing but the store."""
STREAMS = ((os.O_RDONLY, "in"), (os.O_WRONLY, "out"), (os.O_WRONLY, "error"))


class Forks:
    """The process that forks, as seen from the tests."""

    def __init__(self, process: subprocess.Popen[bytes], requests: int, replies: int) -> None:
        self._process = process
        self._requests = requests
        self._replies = replies

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
        """Run code as `__main__` to its end; `argv` is what it finds in `sys.argv`."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for _, name in STREAMS]
            for file, text in zip(files, (stdin, "", ""), strict=True):
                file.write_text(text, encoding="utf-8")
            request = {"code": code, "argv": argv, "cwd": str(cwd), "environ": dict(environ)}
            line = json.dumps({**request, "streams": [str(file) for file in files]}) + "\n"
            os.write(self._requests, line.encode())
            if not select.select([self._replies], [], [], timeout)[0]:
                os.killpg(self._process.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(argv), timeout)
            status = os.read(self._replies, 16)
            assert status, "the process that forks has died"
            _, out, error = (file.read_text(encoding="utf-8") for file in files)
        return subprocess.CompletedProcess(list(argv), int(status), out, error)

    def breadcrumb(self, *words: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run `breadcrumb WORDS` of the reading side."""
        return self.run(BREADCRUMB, ["breadcrumb", *words], cwd=cwd, **{"timeout": HANGS, **options})


@contextlib.contextmanager
def started(*modules: str, environ: Mapping[str, str]) -> Iterator[Forks]:
    """A process that has imported the modules and waits for code to run."""
    their_requests, requests = os.pipe()
    replies, their_replies = os.pipe()
    theirs = (their_requests, their_replies)
    words = [sys.executable, "-c", START, *map(str, theirs), *modules]
    with subprocess.Popen(words, env=environ, pass_fds=theirs, start_new_session=True) as process:
        for file in theirs:
            os.close(file)
        try:
            yield Forks(process, requests, replies)
        finally:
            os.close(requests)
            process.wait()
            os.close(replies)


def serve(requests: int, replies: int, modules: Sequence[str]) -> None:
    """Fork for each request and tell its exit code; in the fork, run what it asks for and return."""
    del sys.path[0]
    for name in modules:
        importlib.import_module(name)
    for file in (requests, replies):
        os.set_inheritable(file, False)
    gc.freeze()  # a fork that looks through all objects of ours copies all of their memory
    with open(requests, encoding="utf-8") as lines:
        request = next((line for line in lines if is_fork(replies)), None)
    os.close(replies)
    if request is None:
        run_to_exit(lambda: 0)
    become(**json.loads(request))


def is_fork(replies: int) -> bool:
    """Fork: true in the fork; false in the process that forks, once the fork has ended."""
    pid = os.fork()
    if pid == 0:
        return True
    _, status = os.waitpid(pid, 0)
    os.write(replies, str(os.waitstatus_to_exitcode(status)).encode())
    return False


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


def become(code: str, argv: list[str], cwd: str, environ: dict[str, str], streams: list[str]) -> None:
    """Be the process that a request asks for, to its end."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    for number, (path, (flags, _)) in enumerate(zip(streams, STREAMS, strict=True)):
        file = os.open(path, flags)
        os.dup2(file, number)
        os.close(file)
    sys.argv[:] = argv
    main = ModuleType("__main__")
    sys.modules["__main__"] = main
    exec(code, main.__dict__)
