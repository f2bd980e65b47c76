"""Chooses the one or two commands worth running after an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.gaps import untraced_python

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run
    from breadcrumb.questions.gaps import Gap

MOST = 2
"""Commands after an answer."""


def after_calls(
    run: Run, ask: Ask, calls: Sequence[Call], names: Mapping[str, str], gaps: Sequence[Gap]
) -> tuple[str, ...]:
    """Choose what to ask after a tree: about what failed, what is not traced, where the time went."""
    steps = []
    raising = (call.function for call in calls if call.raised and call.raised.first and not call.cancelled)
    failed = list(dict.fromkeys(raising))
    if len(failed) == 1:
        steps.append(ask.query("--call", names.get(failed[0], failed[0])))
    elif failed:
        steps.append(ask.query("--errors"))
    if untraced_python(run, gaps):
        steps.append(ask.query("--gaps"))
    if len(steps) < MOST and len(calls) > 1 and not failed:
        steps.append(ask.query("--expensive"))
    return tuple(steps[:MOST])
