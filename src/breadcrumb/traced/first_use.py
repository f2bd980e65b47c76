"""Decides when OpenTelemetry is set up: most programs never import it, and its SDK takes long to import.

Where the environment asks for anything of it, it is set up at the start of the process, by the configurator.
Else calls are recorded without it until the program, or an instrumentation, imports a module of it: then it
is set up when that module has run, before the import statement goes on.
"""

from __future__ import annotations

import atexit
import sys
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.json_text import spelled
from breadcrumb_instrumentation_calls.base import debug, log, signals
from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.parenting import trace_parent

from breadcrumb.common import entry_points, names
from breadcrumb.traced import at_fork, tracing
from breadcrumb.traced.awaited import Awaiting
from breadcrumb.traced.borrowed import Imports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb.common.settings import Settings
    from breadcrumb.traced.entry import Entry

_OPENTELEMETRY = "opentelemetry."
_SDK = "opentelemetry-sdk"
_ASKS_FOR_NOTHING = names.OTEL_DEFAULTS | names.OTEL_SELECTION


def _can_be_awaited(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether nothing asks for OpenTelemetry before the program does."""
    asked = [
        name
        for name, value in environ.items()
        if name.startswith("OTEL_")
        and name != names.ENV_OTEL_DISABLED
        and value not in ("", _ASKS_FOR_NOTHING.get(name))
    ]
    return (
        not asked
        and trace_parent.is_plain()
        and not entry_points.has_opamp()
        and not entry_points.has_hooks()
        and not any(name.startswith(_OPENTELEMETRY) for name in sys.modules)
    )


def begin(entry: Entry, settings: Settings) -> None:
    """Trace this process, and set OpenTelemetry up now or when it is imported; StoreError without a store."""
    if not _can_be_awaited():
        from breadcrumb.traced.configurator import BreadcrumbConfigurator

        BreadcrumbConfigurator().configure()
        return
    run_id = tracing.join_run(entry)
    running = tracing.start(None, settings, entry, run_id)
    atexit.register(running.end)
    awaiting = _FirstUse(entry, running, _resource(spelled(running.redactor.text(entry.name)), run_id))
    awaiting.be_new_instance()
    awaiting.watch()
    at_fork.add(after_in_child=awaiting.be_new_instance)


def _random_uuid() -> str:
    """A UUID of version 4, as the SDK names a process; to import `uuid` for it takes longer."""
    data = bytearray(os.urandom(16))
    data[6], data[8] = data[6] & 0x0F | 0x40, data[8] & 0x3F | 0x80
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _resource(name: str, run_id: str) -> dict[str, object]:
    """The attributes that the SDK's resource will have, unless the program sees to it that it has others."""
    return {
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": entry_points.version(_SDK),
        **tracing.distro_attributes(),
        names.SERVICE_NAME: name,
        names.ATTRIBUTE_RUN_ID: run_id,
    }


class _FirstUse(Awaiting):
    """Waits for any module of OpenTelemetry."""

    def __init__(self, entry: Entry, running: tracing.Tracing, resource: dict[str, object]) -> None:
        super().__init__()
        self._entry = entry
        self._resource = resource
        self._tracing = running
        self._is_over = False

    def awaits(self, name: str) -> bool:
        """Whether it is such a module, the first one that the program imports, or within that import."""
        return not self._is_over and name.startswith(_OPENTELEMETRY)

    def be_new_instance(self) -> None:
        """Be an instance of the service of its own, as the SDK has it of each process, forked ones too."""
        if not self._is_over and self._tracing.keeper is not None:
            self._resource = {**self._resource, names.SERVICE_INSTANCE: _random_uuid()}
            self._tracing.keeper.describe(self._resource)

    def act(self) -> None:
        """Set it up; another thread that imports it meanwhile goes on: it has no spans yet."""
        if self._is_over:
            return
        self._is_over = True
        self.look_away()
        if tracing.current() is not self._tracing:
            return
        debug.note("OpenTelemetry is set up: the program imports it")
        try:
            with Imports(), self._tracing.muted():
                from breadcrumb.traced import configurator

                configurator.set_up_for(
                    self._tracing, self._entry, str(self._resource[names.SERVICE_INSTANCE])
                )
        except Exception as error:  # noqa: BLE001 - the program's import goes on
            signals.pass_on(error)
            log.warn(__name__, "breadcrumb: the program's own spans are not kept, its calls are", error=error)
