"""Trace a Python program and ask it what it did.

PYTEST_DONT_REWRITE: pytest would warn that what a traced process imported before cannot be rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.values.summarize import summarize as summarize

    from breadcrumb.traced.embedding import init as init
    from breadcrumb.traced.scoping import set_scope as set_scope

__all__ = ["init", "set_scope", "summarize"]


def __getattr__(name: str) -> object:
    """Load what is asked for: the launcher imports this package without OpenTelemetry."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from breadcrumb.traced.borrowed import Imports

    with Imports():
        if name == "init":
            from breadcrumb.traced.embedding import init

            return init
        if name == "set_scope":
            from breadcrumb.traced.scoping import set_scope

            return set_scope
        from breadcrumb_instrumentation_calls.values.summarize import summarize

        return summarize
