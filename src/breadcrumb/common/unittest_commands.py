"""Tells by a command line of Python's whether it runs tests of unittest, or of Django's runner."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from breadcrumb_redaction.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

_DJANGO = ("manage.py", "django-admin", "django-admin.py", "django")
_MOST = 1_000_000
"""Bytes of a script that are looked through."""
_RUNS = lazy(rb"^(import|from) unittest\b(.*\bmain\b|[^\0]*(\bunittest\.main\(|TestRunner\())", re.M)
"""What runs tests, behind an import of unittest or in it."""


def run_tests(argv: Sequence[str]) -> bool:
    """Whether this command line is one that runs such tests."""
    words = [os.path.basename(word) for word in argv[1:]]
    if "unittest" in words and "-m" in argv:
        return True
    if any(word in _DJANGO for word in words):
        return "test" in words
    script = words[0] if words else ""
    if not script.endswith(".py"):
        return False
    return script.startswith("test_") or script.endswith(("_test.py", "tests.py")) or _has_tests(argv[1])


def _has_tests(script: str) -> bool:
    """Whether a script has tests of unittest that it runs itself."""
    try:
        with open(script, "rb") as opened:
            text = opened.read(_MOST)
    except OSError:
        return False
    return _RUNS.search(text) is not None
