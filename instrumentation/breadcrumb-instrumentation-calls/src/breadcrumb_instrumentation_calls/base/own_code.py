"""Tells code of ours from the program's, by the file that it stands in."""

from __future__ import annotations

import breadcrumb_redaction

from breadcrumb_instrumentation_calls.base.originals import os, sys

_OURS = tuple(
    os.path.join(os.path.dirname(file), "")
    for file in (os.path.dirname(__file__), breadcrumb_redaction.__file__)
)


def is_ours(file: str) -> bool:
    """Whether a file is one of the tracer's, of redaction or of OpenTelemetry."""
    return file.startswith(_OURS) or _is_opentelemetrys(file)


def _is_opentelemetrys(file: str) -> bool:
    api = sys.modules.get("opentelemetry.trace")
    place = getattr(api, "__file__", None)
    return place is not None and file.startswith(os.path.join(os.path.dirname(os.path.dirname(place)), ""))
