"""Says quickly which OpenTelemetry extensions are installed, so that only those who have some pay for them.

importlib.metadata parses every distribution's metadata; we only look for a heading in the entry point files.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache

OPAMP = "_opentelemetry_opamp"
INSTRUMENTATION = frozenset(
    {"opentelemetry_instrumentor", "opentelemetry_pre_instrument", "opentelemetry_post_instrument"}
)
_OURS = ("breadcrumb_instrumentation_calls", "breadcrumb_otel")
_HEADING = re.compile(rb"^\[(_?opentelemetry_\w+)\]", re.MULTILINE)


@cache
def foreign_groups() -> frozenset[str]:
    """The entry point groups of OpenTelemetry to which packages other than ours contribute."""
    return frozenset(group for folder in dict.fromkeys(sys.path) for group in _groups_in(folder))


def _groups_in(folder: str) -> set[str]:
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return set()
    found: set[str] = set()
    for name in names:
        if name.endswith((".dist-info", ".egg-info")) and not name.startswith(_OURS):
            found |= _groups_of(os.path.join(folder, name, "entry_points.txt"))
    return found


def _groups_of(path: str) -> set[str]:
    try:
        with open(path, "rb") as file:
            return {heading.decode() for heading in _HEADING.findall(file.read())}
    except OSError:
        return set()
