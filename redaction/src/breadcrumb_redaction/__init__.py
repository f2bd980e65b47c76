"""Finds secrets in names and values, with the standard library alone."""

from .audit import Audit
from .finders.commands import is_command
from .match import Match
from .names import IDENTIFIER
from .own_rules import RedactionConfigError
from .redactor import Redactor
from .weights import Weighed, counts

__all__ = [
    "IDENTIFIER",
    "Audit",
    "Match",
    "RedactionConfigError",
    "Redactor",
    "Weighed",
    "counts",
    "is_command",
]
