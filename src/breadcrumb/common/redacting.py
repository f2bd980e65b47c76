"""Makes the redactor that the settings ask for. Needs redaction alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_redaction import Redactor

if TYPE_CHECKING:
    from breadcrumb.common.settings import Settings


def redactor_of(settings: Settings) -> Redactor:
    """Finds what the settings call secret, and what the built-in rules do."""
    return Redactor(
        names=settings.redaction_names,
        patterns=settings.redaction_patterns,
        allow=settings.redaction_allow,
        personal=settings.redaction_personal,
    )
