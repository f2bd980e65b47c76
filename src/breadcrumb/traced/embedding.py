"""`breadcrumb.init(...)`: trace this process without the launcher, for good or within a `with` block.

What traces is imported only where the settings say to trace.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import location

from breadcrumb.common import names, sampling, settings
from breadcrumb.common.messages import say
from breadcrumb.traced import entry
from breadcrumb.traced.borrowed import Imports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from breadcrumb.traced.tracing import Tracing


class Session(AbstractContextManager["Session"]):
    """Tracing that `init` started, or found running; leaving the `with` block ends what it started."""

    def __init__(self, running: Tracing | None, *, own: bool) -> None:
        self._tracing = running
        self._own = own

    @property
    def store(self) -> Path | None:
        """Where the calls are kept; None where the settings say not to trace."""
        return self._tracing.store if self._tracing else None

    @property
    def run_id(self) -> str | None:
        """The run that the calls belong to; None where the settings say not to trace."""
        return self._tracing.run_id if self._tracing else None

    def flush(self) -> None:
        """Return once every call that has ended is in the store."""
        if self._tracing:
            with self._tracing.muted():
                self._tracing.flush()

    def hold(self) -> None:
        """Keep no call that is not in the store yet until `settle` says so."""
        if self._tracing and self._tracing.keeper:
            self._tracing.keeper.hold()

    def settle(self, *, keep: bool, reason: str = "") -> None:
        """Keep what was held, or let go of it for a reason that every answer tells."""
        if not (self._tracing and self._tracing.keeper):
            return
        if keep:
            self.flush()
        else:
            self._tracing.keeper.let_go(reason)
            with self._tracing.muted():
                self._tracing.hand_on_calls()
        self._tracing.keeper.settle()

    def now_ns(self) -> int:
        """The time by the clock of the calls, nanoseconds since the epoch."""
        tracer = self._tracing.tracer if self._tracing else None
        return tracer.now_ns() if tracer else time.time_ns()

    def tell(self, kind: str, fact: dict[str, object]) -> None:
        """Keep a fact of this process beside its calls; the last of its kind and `key` wins."""
        if self._tracing and self._tracing.tracer:
            self._tracing.tracer.tell(kind, fact)

    def describe(self, exception: BaseException) -> dict[str, object]:
        """Tell of an exception that somebody caught; nothing where nothing is traced."""
        tracer = self._tracing.tracer if self._tracing else None
        if tracer is None:
            return {}
        try:
            return tracer.describe(exception)
        except Exception:  # noqa: BLE001  # it is the program's runner that asks
            return {}

    def stop(self) -> None:
        """End tracing, if `init` started it; every call that has ended is in the store then."""
        if self._tracing and self._own:
            self._own = False
            self._tracing.stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def init(
    *,
    store: str | os.PathLike[str] | None = None,
    include: Sequence[str] = (),
    only: Sequence[str] = (),
    exclude: Sequence[str] = (),
    profile: str | None = None,
    run_id: str | None = None,
    **more: Any,
) -> Session:
    """Trace this process: the project's own code, or `only` that, what the settings include, and `include`.

    `run_id` is the run to join, where another process began it.
    `more` are settings by field name (`limits_depth=2`, `gaps=False`). Where the process is traced already,
    as under `breadcrumb run`, nothing changes; the session says where its calls go.
    Raises SettingsError and StoreError.
    """
    found = running()
    if found is not None:
        return Session(found, own=False)
    patterns = {"include": include, "only": only, "exclude": exclude}
    flags = {"store": os.fspath(store) if store else None, **patterns, **more}
    try:
        resolved = settings.load(Path.cwd(), profile=profile, flags=flags)
    except settings.UnreadableError as error:
        say(f"the program runs untraced: {error}")
        return Session(None, own=False)
    joined = run_id or os.environ.get(names.ENV_RUN_ID)
    if not resolved.enabled or (joined is None and sampling.leaves_out(resolved)):
        return Session(None, own=False)
    return Session(_start(resolved, joined), own=True)


def running() -> Tracing | None:
    """What traces this process; None where nothing does, and then nothing is imported."""
    tracing = sys.modules.get("breadcrumb.traced.tracing")
    found: Tracing | None = tracing.current() if tracing else None
    return found


def _start(resolved: settings.Settings, joined: str | None) -> Tracing | None:
    with Imports():
        from breadcrumb.traced import tracing
        from breadcrumb.traced.provider import provider_for

        own = own_entry()
        return tracing.start(provider_for(own), resolved, own, joined or tracing.new_run_id())


def own_entry() -> entry.Entry:
    """What this process runs, whoever started it."""
    root = location.project_root(Path.cwd())
    return entry.of(sys.orig_argv, root=str(root) if root else None) or entry.Entry("python")
