"""Threads that are not the program's: the tracer's own, which have no Thread object, and OpenTelemetry's."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.frame_locals import local
from breadcrumb_instrumentation_calls.base.originals import _thread, sys, threading
from breadcrumb_instrumentation_calls.selection.scope import OWN_PACKAGES

if TYPE_CHECKING:
    from types import FrameType

_EXPORTS = ("opentelemetry.sdk.", "opentelemetry.exporter.")
"""What is called there for each span would be spans again, for ever."""


def forget_thread_object() -> None:
    """Undo what logging, for one, does: it makes a Thread object for whatever thread it runs on."""
    threading._active.pop(_thread.get_ident(), None)  # type: ignore[attr-defined]


def is_the_programs() -> bool:
    """Whether the running thread works for the program; its outermost frame says so."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_ours(_module(frame.f_globals)):
        frame = frame.f_back
    if frame is None:
        return False
    outermost = begins = frame
    while outermost.f_back is not None:
        outermost = outermost.f_back
        begins = outermost if _module(outermost.f_globals) != "threading" else begins
    module = _module(begins.f_globals)
    if module == "threading":
        module = _module_of_target(outermost)
    return not _is_ours(module) and not module.startswith(_EXPORTS)


def _module_of_target(frame: FrameType) -> str:
    """The module of what a thread that has only just begun will call."""
    thread = local(frame, "self")
    if not isinstance(thread, threading.Thread):
        return ""
    target = object.__getattribute__(thread, "__dict__").get("_target")
    if type(target) is MethodType:
        target = target.__func__
    return _module(target.__globals__) if type(target) is FunctionType else ""


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OWN_PACKAGES


def _module(namespace: dict[str, object]) -> str:
    name = dict.get(namespace, "__name__")
    return name if type(name) is str else ""
