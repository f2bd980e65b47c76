"""Every secret of the corpus goes, every look-alike stays."""

import json
from pathlib import Path
from typing import Any

from breadcrumb_redaction import Redactor
from breadcrumb_redaction.weights import counts

CORPUS = Path(__file__).parent / "corpus"


def shown(redactor: Redactor, row: dict[str, Any]) -> str:
    """What a reader would see of a row's text."""
    rule = redactor.name_rule(row["name"]) if row["name"] else None
    rule = rule if counts(rule, row["text"]) else None
    return f"[redacted:{rule}]" if rule else redactor.text(row["text"])


def test_a_secret_does_not_survive(redactor: Redactor, secret: dict[str, Any]) -> None:
    assert secret["secret"] in secret["text"]
    assert secret["secret"] not in shown(redactor, secret)


def test_a_lookalike_stays(redactor: Redactor, lookalike: dict[str, Any]) -> None:
    assert shown(redactor, lookalike) == lookalike["text"]


def test_the_corpus_is_large_enough() -> None:
    assert len(list(CORPUS.glob("*.jsonl"))) == 5
    assert count("secrets*") >= 150 and count("lookalikes*") >= 150


def test_what_is_documented_as_unfound_is_still_unfound(redactor: Redactor) -> None:
    for line in (CORPUS / "unfound.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line.replace("\u00a6", ""))
        assert row["secret"] in redactor.text(row["text"])


def count(pattern: str) -> int:
    """How many rows the files of this name have."""
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in CORPUS.glob(f"{pattern}.jsonl"))
