"""Mostly C and library code: json, re, sorting with an own key."""

from __future__ import annotations

import json
import re
import zlib

WORDS = re.compile(r"(\w+)-(\d+)")
TEXT = " ".join(f"order-{number} item-{number * 7 % 97}" for number in range(15))


def rank(pair: tuple[str, str]) -> int:
    """The key to sort by."""
    return int(pair[1])


def parse(text: str) -> list[tuple[str, str]]:
    """Find the pairs in a text."""
    return WORDS.findall(text)


def store(pairs: list[tuple[str, str]], number: int) -> str:
    """Write pairs as a document and read it again."""
    document = json.dumps({"number": number, "pairs": pairs}, sort_keys=True)
    again = json.loads(document)
    return json.dumps(again, indent=1)


def checksum(text: str) -> int:
    """A number that depends on all of a text."""
    return zlib.crc32(zlib.compress(text.encode(), 1))


SORTED = 3
"""Pairs of each text."""


def main(size: int) -> None:
    """Take `size` texts through all steps."""
    for number in range(size):
        pairs = parse(TEXT)
        sorted(pairs[:SORTED], key=rank)
        checksum(store(pairs, number))
