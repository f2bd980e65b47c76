"""Chooses the one or two commands worth running after an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from breadcrumb.questions.answer import Ask
from breadcrumb.questions.call_rows import Call
from breadcrumb.questions.gaps import untraced_python
from breadcrumb.questions.run_facts import Run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader

MOST = 2
"""Commands after an answer."""


def after_calls(
    reader: Reader, run: Run, ask: Ask, calls: Sequence[Call], names: Mapping[str, str]
) -> tuple[str, ...]:
    """Choose what to ask after a tree: about what failed, about what is not traced, about where the time went."""
    steps = []
    failed = {call.function for call in calls if call.raised and call.raised.first and not call.cancelled}
    if len(failed) == 1:
        steps.append(ask.query("--call", names.get(*failed, next(iter(failed)))))
    elif run.errors:
        steps.append(ask.query("--errors"))
    if untraced_python(reader, run):
        steps.append(ask.query("--gaps"))
    if len(steps) < MOST and len(calls) > 1 and not failed:
        steps.append(ask.query("--expensive"))
    return tuple(steps[:MOST])
