"""The fingerprint is that of the rules as they are: the proof in C counts for these only."""

import hashlib
from pathlib import Path

import breadcrumb_redaction
from breadcrumb_redaction.fingerprint import FINGERPRINT

NO_RULES = {"__init__.py", "audit.py", "fingerprint.py", "named_tuple.py"}


def test_the_fingerprint_is_that_of_the_rules() -> None:
    folder = Path(breadcrumb_redaction.__file__).parent
    sources = [path.read_bytes() for path in sorted(folder.rglob("*.py")) if path.name not in NO_RULES]
    found = hashlib.sha256(b"\0".join(sources)).hexdigest()[:16]
    assert found == FINGERPRINT, (
        "prove the new rules in native/redaction/proof*.c, then write this fingerprint there and here"
    )
