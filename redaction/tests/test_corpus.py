"""Every secret of the corpus goes, every look-alike stays."""

from typing import Any

from breadcrumb_redaction import Redactor


def shown(redactor: Redactor, row: dict[str, Any]) -> str:
    """What a reader would see of a row's text."""
    rule = redactor.name_rule(row["name"]) if row["name"] else None
    return f"[redacted:{rule}]" if rule else redactor.text(row["text"])


def test_a_secret_does_not_survive(redactor: Redactor, secret: dict[str, Any]) -> None:
    assert secret["secret"] in secret["text"]
    assert secret["secret"] not in shown(redactor, secret)


def test_a_lookalike_stays(redactor: Redactor, lookalike: dict[str, Any]) -> None:
    assert shown(redactor, lookalike) == lookalike["text"]
