"""The corpus and a redactor, shared by the tests."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import hypothesis_profiles  # noqa: F401 - sets how many examples are tried
import pytest
from breadcrumb_redaction import Redactor

CORPUS = Path(__file__).parent / "corpus"
SEPARATOR = "\u00a6"


class Row(TypedDict):
    """One line of the corpus; look-alikes have no rule and no secret."""

    id: str
    rule: str
    how: str
    name: str | None
    text: str
    secret: str


def rows(kind: str) -> Iterator[Row]:
    """The rows of both halves, the separators that keep other scanners quiet taken out."""
    for path in sorted(CORPUS.glob(f"{kind}*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line.replace(SEPARATOR, ""))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test each row of the corpus that it names: `secret` or `lookalike`."""
    for name, kind in (("secret", "secrets"), ("lookalike", "lookalikes")):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, list(rows(kind)), ids=lambda row: row["id"])


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """The built-in rules."""
    return Redactor()
