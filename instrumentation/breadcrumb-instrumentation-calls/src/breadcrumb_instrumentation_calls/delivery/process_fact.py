"""What a process says of itself once: its command, what records it, and what is in scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import frame_locals
from breadcrumb_instrumentation_calls.base.json_text import shown, spell_surrogates
from breadcrumb_instrumentation_calls.base.originals import os, sys
from breadcrumb_instrumentation_calls.base.span_attributes import SCHEMA_URL, VERSION
from breadcrumb_instrumentation_calls.recorders import choose

if TYPE_CHECKING:
    from breadcrumb_redaction import Redactor

    from breadcrumb_instrumentation_calls.delivery.facts import Fact
    from breadcrumb_instrumentation_calls.selection.scope import Scope
    from breadcrumb_instrumentation_calls.selection.thinning import Thinning


def process_fact(
    redactor: Redactor,
    scope: Scope,
    thinning: Thinning,
    *,
    recorder: str,
    hears_handlers: bool,
    attached: bool,
) -> Fact:
    """Describe this process; `attached` is whether it ran already."""
    return {
        "key": "",
        "command": [spell_surrogates(word) for word in redactor.command_line(sys.orig_argv)],
        "cwd": _working_directory(),
        "recorder": recorder,
        "recorder_hint": choose.hint(),
        "compares": frame_locals.reader() is not None,
        "hears_handlers": hears_handlers,
        "instrumentation": {"version": VERSION, "schema_url": SCHEMA_URL},
        "scope": scope_fact(scope),
        "thinning": thinning._asdict(),
        **({"attached": True} if attached else {}),
    }


def scope_fact(scope: Scope) -> Fact:
    """What is traced, as patterns and places; `asked` are the patterns that somebody gave."""
    asked = (*scope.only, *scope.include)
    named = () if scope.only else (*(("__main__",) if scope.main else ()), *scope.modules, *_globs(scope))
    return {
        "include": [*named, *asked],
        "asked": [*asked, *scope.lines],
        "exclude": list(scope.exclude),
        "lines": list(scope.lines),
        "roots": [] if scope.only else list(scope.roots),
        "files": [] if scope.only else list(scope.files),
    }


def _globs(scope: Scope) -> tuple[str, ...]:
    return tuple(f"{package}.*" for package in scope.packages)


def _working_directory() -> str | None:
    try:
        return shown(os.getcwd())
    except FileNotFoundError:  # it was removed
        return None
