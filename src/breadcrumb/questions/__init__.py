"""The questions about what a program did, each a function of an open store that gives an `Answer`.

One module or folder per question, named like it, with the function of that name inside; `find` imports only
the one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb.questions.facts.answer import Answer


def find(name: str) -> Callable[..., Answer]:
    """Give the function of the question `name`."""
    return cast("Callable[..., Answer]", getattr(import_module(f"{__name__}.{name}"), name))
