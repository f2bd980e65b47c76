"""Keeps the tracer's own threads, which have no Thread object, out of the program's sight."""

from __future__ import annotations

from breadcrumb_instrumentation_calls.standard import _thread, threading


def forget_thread_object() -> None:
    """Undo what logging, for one, does: it makes a Thread object for whatever thread it runs on."""
    threading._active.pop(_thread.get_ident(), None)  # type: ignore[attr-defined]
