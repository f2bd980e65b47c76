"""Finds secrets in names and values, with the standard library alone."""

from .audit import Audit
from .match import Match
from .redactor import RedactionConfigError, Redactor

__all__ = ["Audit", "Match", "RedactionConfigError", "Redactor"]
