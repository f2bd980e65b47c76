"""`breadcrumb run` and `breadcrumb-instrument`: run a program so that its Python processes record themselves.

All that a program sees of us is its environment: our bootstrap directory at the head of PYTHONPATH,
BREADCRUMB_* and some OTEL_* variables, which its children need to join. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import account, location, ownership
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_exporter_duckdb.format import encryption

from breadcrumb.common import names, sampling, sending, settings
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say
from breadcrumb.common.settings import Settings, SettingsError, UnreadableError
from breadcrumb.launch import closing, process, run_options
from breadcrumb.launch.executable import RefusalError, executable_of
from breadcrumb.launch.folding import Folding
from breadcrumb.launch.run_options import RunOptions, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

    from breadcrumb.launch.process import Ending

BOOTSTRAP = str(Path(__file__).parent.parent / "bootstrap")


def run(argv: Sequence[str]) -> int:
    """`breadcrumb run ARGV`; returns the exit status, or dies of the signal that the program died of."""
    return _guarded(lambda: _run(run_options.parse(argv)))


def instrument(argv: Sequence[str] | None = None) -> int:
    """`breadcrumb-instrument ARGV`: replaces this process; returns only where that cannot be."""
    words = tuple(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help"):
        sys.stdout.write(run_options.INSTRUMENT_HELP)
        return ExitCode.OK if words else ExitCode.USAGE
    return _guarded(lambda: _replace(RunOptions(words[1:] if words[0] == "--" else words)))


def _guarded(job: Callable[[], int]) -> int:
    """Turn what goes wrong before the program starts into one line and an exit code."""
    if os.name == "nt":
        say("Windows is not supported yet")
        return ExitCode.REFUSED
    try:
        return job()
    except UsageError as error:
        code, message = ExitCode.USAGE, str(error)
    except SettingsError as error:
        code, message = ExitCode.USAGE, str(error)
    except RefusalError as error:
        code, message = error.code, str(error)
    except StoreError as error:
        code, message = ExitCode.STORE, str(error)
    say(message)
    return code


@dataclass(frozen=True)
class _Launch:
    """What is started, and how it is recorded."""

    options: RunOptions
    settings: Settings
    executable: str
    store: Path | None
    """None: untraced."""
    run_id: str
    left_out: bool = False
    """Whether it is untraced because it is not sampled."""

    @property
    def notes(self) -> Path | None:
        return self.store / f"notes-{self.run_id}" if self.store else None


def _prepare(options: RunOptions) -> _Launch:
    resolved, are_known = _settings(options)
    if resolved.lines and not hasattr(sys, "monitoring"):
        raise UsageError("lines need Python 3.12 or newer; leave --lines, or the setting `lines`, out")
    executable = executable_of(options.command)
    left_out = resolved.enabled and sampling.leaves_out(resolved, quiet=not options.report)
    store = _store(options, resolved) if are_known and not left_out else None
    resolved = replace(
        resolved,
        encryption_key=os.environ.get(encryption.ENV_KEY),  # read from the keyring
        otlp_values=sending.launched(resolved, os.environ),
    )
    if store and resolved.otlp_values and sending.others(os.environ):
        say(sending.notice(sending.described(os.environ)))
    return _Launch(options, resolved, executable, store, os.urandom(4).hex(), left_out)


def _settings(options: RunOptions) -> tuple[Settings, bool]:
    """The settings, and whether they are known; where they are not, the program runs all the same."""
    given = ("include", "only", "exclude", "lines", "store", "timeout")
    flags = {name: getattr(options, name) for name in given}
    try:
        return settings.load(Path.cwd(), profile=options.profile, flags=flags), True
    except UnreadableError as error:
        say(f"the program runs untraced: {error}")
        return Settings(timeout=options.timeout), False


def _store(options: RunOptions, resolved: Settings) -> Path | None:
    """Make the store ready; without one the program runs all the same, unless the user named it just now."""
    if not resolved.enabled:
        say("the program runs untraced: enabled is false in the settings")
        return None
    try:
        store = ownership.prepare(Path(resolved.store) if resolved.store else location.find_store())
        encryption.use(resolved.encryption_key)
        encryption.prepare(store)
        return store
    except StoreError as error:
        if options.store:
            raise
        say(f"the program runs untraced: {error}")
        return None


def environment(launch: _Launch, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment under which Python processes record themselves."""
    result = {name: value for name, value in environ.items() if name not in names.RESERVED_ENV}
    if launch.left_out:
        sampling.tell_children(result)
    if launch.store is None:
        return result
    here = Path.cwd()
    python_path = [part for part in environ.get("PYTHONPATH", "").split(os.pathsep) if part != BOOTSTRAP]
    result["PYTHONPATH"] = os.pathsep.join([BOOTSTRAP, *(python_path if python_path != [""] else [])])
    result |= names.OTEL_SELECTION
    result[names.ENV_SETTINGS] = launch.settings.to_json()
    result[names.ENV_STORE] = str(launch.store)
    result[names.ENV_RUN_ID] = launch.run_id
    account.hand_on(result)
    result[names.ENV_ROOT] = str(location.project_root(here) or here)
    return names.OTEL_DEFAULTS | result


def _replace(options: RunOptions) -> int:
    from breadcrumb_exporter_duckdb.format import keyring_key

    launch = _prepare(options)
    environ = environment(launch)
    keyring_key.keep_over_exec()
    try:
        os.execve(launch.executable, options.command, environ)  # noqa: S606 - the command is the user's
    except OSError as error:
        raise _not_started(options, error) from error


def _not_started(options: RunOptions, error: OSError) -> RefusalError:
    return RefusalError(f"{options.command[0]}: {error.strerror}", ExitCode.NOT_EXECUTABLE)


def _run(options: RunOptions) -> int:
    if options.help:
        sys.stdout.write(run_options.HELP)
        return ExitCode.OK
    launch = _prepare(options)
    environ = environment(launch)
    if launch.notes:
        launch.notes.touch(mode=0o600)
        environ[names.ENV_NOTES] = str(launch.notes)
    started_ns = time.time_ns()
    timeout = launch.settings.timeout
    own_group = timeout is not None and not os.isatty(0)
    try:
        program = process.start(launch.executable, options.command, environ, own_group=own_group)
    except OSError as error:
        raise _not_started(options, error) from error
    record = _Record(launch, started_ns)
    folding = Folding(launch.store) if launch.store is not None and launch.notes is not None else None
    if folding is not None:
        folding.start()
    ending = program.wait(timeout, record.write_stacks)
    record.write(ending)
    if folding is not None:
        folding.stop()
    _afterwards(launch)
    return ExitCode.TIMEOUT if ending.timed_out else process.end_like(ending)


class _Record:
    """The run's own fact in the store: written as the program starts, and again with how it ended."""

    def __init__(self, launch: _Launch, started_ns: int) -> None:
        self._launch = launch
        self._started_ns = started_ns
        self._writer: SpoolWriter | None = None
        if launch.store:
            from breadcrumb_exporter_duckdb.writing.spool import (
                SpoolWriter,  # imported while the program starts
            )

            self._writer = SpoolWriter(launch.store, run_id=launch.run_id, traced=False)
            self.write(None)

    def write_stacks(self) -> None:
        """Say where every thread of the run stands now, as the time is up."""
        from breadcrumb.common import stacks

        with suppress(OSError, ValueError, StoreError):
            found = stacks.ask(self._launch.run_id)
            if self._writer is not None and found:
                self._writer.write(facts=[("stacks", json.dumps(each)) for each in found])

    def write(self, ending: Ending | None) -> None:
        """Say how the run stands; without an ending, that it runs."""
        if self._writer is None:
            return
        fact = {
            "key": self._launch.run_id,
            "run_id": self._launch.run_id,
            "options": _redacted(self._launch, self._launch.options.words),
            "command": _redacted(self._launch, self._launch.options.command),
            "start_ns": self._started_ns,
            "end_ns": time.time_ns() if ending else None,
            "how": ending.how if ending else "running",
            "exit_status": ending.returncode if ending else None,
        }
        with suppress(OSError, StoreError):  # a full disk is not the program's affair
            self._writer.write(facts=[("run", json.dumps(fact))])
            if ending:
                self._writer.close()


def _redacted(launch: _Launch, words: Sequence[str]) -> list[str]:
    from breadcrumb.common.redacting import redactor_of

    return redactor_of(launch.settings).command_line(words)


def _afterwards(launch: _Launch) -> None:
    if launch.store is None or launch.notes is None:
        return
    joined = closing.say_who_is_missing(closing.take_notes(launch.notes))
    if launch.options.report:
        closing.say_who_else_is_breadcrumb()
    if joined and launch.options.report:
        closing.report(launch.store, launch.run_id)
    elif joined:
        closing.fold(launch.store)
