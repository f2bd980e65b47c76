"""What the launcher does when the program has ended: say what joined, fold the spool, show the report.

The read side runs as a child of its own, so that the launcher imports neither duckdb nor pyarrow; its text
goes to our stderr. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.location import is_encrypted
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common.messages import say, with_extra
from breadcrumb.launch.folding import READERS, spool_bytes

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

FOLD_SECONDS = 2
LITTLE_BYTES = 1 << 18
"""Of a spool: the next question folds so much in less time than it takes to start a process that does."""


class Note(NamedTuple):
    """What one process of the run left: that it joined, or why it could not."""

    pid: int
    executable: str
    reason: str
    """Empty: it joined."""


def take_notes(path: Path) -> list[Note] | None:
    """Read what the run's processes wrote, and remove the file; None where it vanished with the store."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        path.unlink()
    except FileNotFoundError:
        return None
    except OSError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, TypeError):
            found.append(Note(*json.loads(line)))
    return found


def say_who_is_missing(notes: list[Note] | None) -> bool:
    """One line for each kind of process that was not traced; returns whether any was."""
    if notes is None:
        say("the store was removed while the program ran: what was recorded before that is gone")
        return True
    for executable, reason in dict.fromkeys((note.executable, note.reason) for note in notes if note.reason):
        say(f"{executable} was not traced: {reason}")
    joined = any(not note.reason for note in notes)
    if not notes:
        say(
            "nothing was traced: no Python process of this environment joined the run "
            "(started with -I, -E or -S, without our PYTHONPATH, or no Python at all?)"
        )
    return joined


def say_who_else_is_breadcrumb() -> None:
    """Report a foreign distribution of our import name, which overwrites our files or is overwritten."""
    for folder in dict.fromkeys(sys.path):
        with contextlib.suppress(OSError):
            for name in os.listdir(folder or "."):
                if name.startswith("breadcrumb-") and name.endswith((".dist-info", ".egg-info")):
                    place = os.path.join(folder, name)
                    say(f"another package named breadcrumb is installed ({place}); uninstall one of the two")


def report(store: Path, run_id: str) -> None:
    """Fold the run and show its report on stderr."""
    if missing := [name for name in READERS if find_spec(name) is None]:
        read = f"to read it {with_extra('query')}, here or where you ask with --store"
        say(f"run {run_id} is in {store}; {read} (no {missing[0]} here)")
        return
    _read_side(["breadcrumb.cli.report", "--store", str(store), "--run", run_id], output=2)


def fold(store: Path) -> None:
    """Fold what two seconds allow, in silence; the next question folds the rest."""
    if spool_bytes(store) < LITTLE_BYTES or is_encrypted(store):
        return
    if all(find_spec(name) for name in READERS):
        words = ["breadcrumb_exporter_duckdb", "fold", "--store", str(store), "--seconds", str(FOLD_SECONDS)]
        _read_side(words, output=None)


def _read_side(words: list[str], output: int | None) -> None:
    """Run a module of the read side to its end; Ctrl-C ends it without a word."""
    actions: list[tuple[Any, ...]] = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
    if output is None:
        actions.append((os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0))
        actions.append((os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0))
    else:
        actions.append((os.POSIX_SPAWN_DUP2, output, 1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited: the child leaves Ctrl-C to us
    command = [sys.executable, "-P", "-m", *words]
    pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)

    def stop(_number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    os.waitpid(pid, 0)
