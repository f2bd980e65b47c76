"""The fact of one time that a test ran, whoever ran it: which test, when, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.json_text import shown

if TYPE_CHECKING:
    from breadcrumb.traced.embedding import Session

RUNNING, PASSED, FAILED, ERROR, SKIPPED, XFAILED, XPASSED = (
    "running", "passed", "failed", "error", "skipped", "xfailed", "xpassed",
)  # fmt: skip
"""A test that broke in its set-up or tear-down is an error; one that never ended stays running."""


def begun(session: Session, name: str) -> dict[str, object]:
    """The fact of a test that begins."""
    start = session.now_ns()
    name = shown(name)
    return {"key": f"{name}@{start}", "test": name, "outcome": RUNNING, "phase": "setup", "start_ns": start}


def take(session: Session, fact: dict[str, object], exception: BaseException, outcome: str) -> None:
    """Note what the runner caught: by its address it is told from others of its kind."""
    taken = fact.setdefault("exceptions", [])
    if isinstance(taken, list):
        taken.append({"outcome": outcome, "exception": session.describe(exception)})
