"""How long `breadcrumb forward` tries, and what it says where it gives up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from breadcrumb.otlp.backends import Refused

PATIENCE_SECONDS = 60.0


def stopped(sent: int, url: str, refused: Refused) -> NoAnswer:
    """Say that a backend took no more."""
    hint = refused.hint or "the rest stays here: the same command goes on there"
    return NoAnswer(f"{url} took {sent:,} spans, then no more: {refused.reason}", hint, ExitCode.FAILED)
