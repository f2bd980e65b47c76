"""The tool that runs a command under trace: within the client's roots, for a bounded time.

The command ends with the call of the tool, also where that is cancelled.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from breadcrumb_exporter_duckdb.base.location import StoreError, find_store, project_root

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.settings import SettingsError, load
from breadcrumb.mcp import clients
from breadcrumb.mcp.arguments import Argument
from breadcrumb.mcp.asking import TEXT, TOKENS, Given, Told, marked
from breadcrumb.questions.facts.answer import CHARACTERS_PER_TOKEN
from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.stores.chosen import is_elsewhere

if TYPE_CHECKING:
    from anyio.abc import ByteReceiveStream, Process
    from fastmcp import Context

NAME = "run"
DESCRIPTION = "Run a command under trace, to its end; gives its output and what it did."
SECONDS, MOST_SECONDS = 60, 600
GRACE_SECONDS = 3
"""For a program that is told to end."""
REST_SECONDS = 1
"""For the last of its output."""
ARGUMENTS = {
    "argv": Argument('The words: ["python", "app.py"], ["pytest", "-x"]', "array", required=True),
    "cwd": Argument("Where; default the project"),
    "seconds": Argument(f"Time limit (default {SECONDS}, most {MOST_SECONDS})", "integer"),
    "budget": Argument("Tokens of output", "integer"),
}


async def run(context: Context, store: str | None, given: Given) -> Told:
    """Run it. Raises NoAnswer where it may not, or cannot, be run."""
    import anyio

    folder = _within(given.get("cwd"), await _roots(context))
    command = _command(_store(store, folder), given)
    seconds = given.get("seconds", SECONDS)
    try:
        process = await anyio.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ
            | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"},
            start_new_session=True,
        )
    except OSError as error:
        raise NoAnswer(f"cannot run in {folder}: {error.strerror}", "name another cwd") from error
    assert process.stdout is not None
    tail = _Tail(given.get("budget", TOKENS[TEXT]) * CHARACTERS_PER_TOKEN)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_tell_time, context, seconds)
            tasks.start_soon(tail.read, process.stdout)
            with anyio.move_on_after(seconds + GRACE_SECONDS * 2):
                await process.wait()
            with anyio.move_on_after(REST_SECONDS):  # what goes on in the background may hold the pipe
                await tail.ended.wait()
            tasks.cancel_scope.cancel()
    finally:
        await _end(process)
    return Told(marked(f"{tail.text()}\nexit status {process.returncode}"))


def _store(named: str | None, folder: Path) -> str | None:
    """The store to name, so that what is run is what is asked about: in this project it is found anyway."""
    if named is not None and not is_elsewhere(named):
        return named
    if project_root(folder) == project_root(Path.cwd()):
        return None
    try:
        return str(find_store(load(Path.cwd()).store))
    except (StoreError, SettingsError) as error:
        raise NoAnswer(str(error)) from error


def _command(store: str | None, given: Given) -> list[str]:
    seconds = given.get("seconds", SECONDS)
    if not given["argv"] or not given["argv"][0]:
        raise NoAnswer("argv: names no command", f"{NAME} takes {', '.join(ARGUMENTS)}", ExitCode.USAGE)
    if any("\0" in word for word in given["argv"]):
        raise NoAnswer("argv: holds a null character", "leave it out", ExitCode.USAGE)
    if seconds > MOST_SECONDS:
        raise NoAnswer(f"seconds: at most {MOST_SECONDS}", "run longer programs in a shell", ExitCode.USAGE)
    kept = ["--store", str(Path(store).absolute())] if store else []
    started = [sys.executable, "-m", "breadcrumb", "run", "--timeout", str(seconds), *kept]
    return [*started, "--", *given["argv"]]


async def _roots(context: Context) -> list[Path]:
    """The directories that the client works in; where it does not say, this process's."""
    parts = [urlsplit(root) for root in await clients.roots(context)]
    return [Path(unquote(part.path)) for part in parts if part.scheme == "file"] or [Path.cwd()]


def _within(cwd: str | None, roots: list[Path]) -> Path:
    """The directory to run in."""
    folder = (roots[0] / (cwd or "")).resolve()
    if not any(folder.is_relative_to(root.resolve()) for root in roots):
        where = ", ".join(map(str, roots))
        raise NoAnswer(f"cwd: {folder} is outside of {where}", "name one within", ExitCode.USAGE)
    if not folder.is_dir():
        raise NoAnswer(f"cwd: {folder} is no directory", "name one", ExitCode.USAGE)
    return folder


async def _tell_time(context: Context, seconds: int) -> None:
    import anyio

    for passed in range(1, seconds + 1):
        await anyio.sleep(1)
        await context.report_progress(passed, seconds, "running")


async def _end(process: Process) -> None:
    """End what still runs, with all that it started; the launcher hands SIGTERM on."""
    import anyio

    with anyio.CancelScope(shield=True):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
                with anyio.move_on_after(GRACE_SECONDS):
                    await process.wait()
        await process.aclose()


class _Tail:
    """The last of what a program wrote, in which the report on its run stands."""

    def __init__(self, characters: int) -> None:
        from anyio import Event

        self.ended = Event()
        self._most = characters
        self._kept = b""
        self._read = 0

    async def read(self, stream: ByteReceiveStream) -> None:
        """Read to the end."""
        async for chunk in stream:
            self._read += len(chunk)
            self._kept = (self._kept + chunk)[-self._most :]
        self.ended.set()

    def text(self) -> str:
        """What was kept, and how much was not."""
        left_out = self._read - len(self._kept)
        first = f"({left_out:,} bytes before)\n" if left_out else ""
        return first + self._kept.decode(errors="replace").rstrip()
