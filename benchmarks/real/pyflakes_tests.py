"""Tests of pyflakes, as its release brings them."""

from __future__ import annotations

import unittest
from io import StringIO
from itertools import islice

MODULES = (
    "test_builtin",
    "test_dict",
    "test_doctests",
    "test_imports",
    "test_match",
    "test_other",
    "test_undefined_names",
)


def main(size: int) -> None:
    """Run the tests of the first `size` modules."""
    names = [f"pyflakes.test.{name}" for name in islice(MODULES, size)]
    said = StringIO()
    tests = unittest.defaultTestLoader.loadTestsFromNames(names)
    if not unittest.TextTestRunner(said).run(tests).wasSuccessful():
        raise SystemExit(said.getvalue())
