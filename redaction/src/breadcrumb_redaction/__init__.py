"""Finds secrets in names and values, with the standard library alone.

Each name is imported when it is asked for: who needs one loads no more.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .audit import Audit as Audit
    from .finders.commands import is_command as is_command
    from .match import Match as Match
    from .own_rules import RedactionConfigError as RedactionConfigError
    from .redactor import Redactor as Redactor
    from .weights import IDENTIFIER as IDENTIFIER
    from .weights import Weighed as Weighed
    from .weights import counts as counts

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

_HOMES = {
    "IDENTIFIER": "weights",
    "Audit": "audit",
    "Match": "match",
    "RedactionConfigError": "own_rules",
    "Redactor": "redactor",
    "Weighed": "weights",
    "counts": "weights",
    "is_command": "finders.commands",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
