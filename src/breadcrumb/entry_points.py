"""Says quickly which OpenTelemetry extensions are installed, so that only those who have some pay for them.

importlib.metadata parses every distribution's metadata; we only look through the entry point files.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPAMP = "_opentelemetry_opamp"
_INSTRUMENTOR = "opentelemetry_instrumentor"
_HOOKS = ("opentelemetry_pre_instrument", "opentelemetry_post_instrument")
_OURS = ("breadcrumb_instrumentation_calls", "breadcrumb_otel")


def has_opamp() -> bool:
    """Whether there is an OpAMP client, which the SDK's own set-up starts."""
    return any(group == OPAMP for group, _ in _foreign())


def has_instrumentations(disabled: str) -> bool:
    """Whether others than ours are there to start; `disabled` is OTEL_PYTHON_DISABLED_INSTRUMENTATIONS."""
    off = {name.strip() for name in disabled.split(",")}
    return any(
        group in _HOOKS or (group == _INSTRUMENTOR and off.isdisjoint({name, "*"}))
        for group, name in _foreign()
    )


@cache
def _foreign() -> frozenset[tuple[str, str]]:
    """Group and name of the entry points that packages other than ours contribute to OpenTelemetry."""
    return frozenset(entry for folder in dict.fromkeys(sys.path) for entry in _entries_in(folder))


def _entries_in(folder: str) -> Iterator[tuple[str, str]]:
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info")) and not name.startswith(_OURS):
            yield from _entries_of(os.path.join(folder, name, "entry_points.txt"))


def _entries_of(path: str) -> Iterator[tuple[str, str]]:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return
    if b"opentelemetry_" not in data:
        return
    group = ""
    for line in data.decode(errors="replace").splitlines():
        name, is_entry, _ = line.partition("=")
        if is_entry and group.lstrip("_").startswith("opentelemetry_"):
            yield group, name.strip()
        elif line.startswith("["):
            group = line.strip("[] \t")
