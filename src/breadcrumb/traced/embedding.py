"""`breadcrumb.init(...)`: trace this process without the launcher, for good or within a `with` block.

What traces is imported only where the settings say to trace.
"""

from __future__ import annotations

import os
import sys
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
    **more: Any,
) -> Session:
    """Trace this process: the project's own code, or `only` that, what the settings include, and `include`.

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
    if not resolved.enabled or (names.ENV_RUN_ID not in os.environ and sampling.leaves_out(resolved)):
        return Session(None, own=False)
    return Session(_start(resolved), own=True)


def running() -> Tracing | None:
    """What traces this process; None where nothing does, and then nothing is imported."""
    tracing = sys.modules.get("breadcrumb.traced.tracing")
    found: Tracing | None = tracing.current() if tracing else None
    return found


def _start(resolved: settings.Settings) -> Tracing | None:
    with Imports():
        from breadcrumb.traced import tracing
        from breadcrumb.traced.provider import provider_for

        own = own_entry()
        run_id = os.environ.get(names.ENV_RUN_ID) or tracing.new_run_id()
        return tracing.start(provider_for(own), resolved, own, run_id)


def own_entry() -> entry.Entry:
    """What this process runs, whoever started it."""
    root = location.project_root(Path.cwd())
    return entry.of(sys.orig_argv, root=str(root) if root else None) or entry.Entry("python")
