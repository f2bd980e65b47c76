"""Guesses whether a token without a known form is random, as keys are.

Words, identifiers and paths fall into few long pieces of one kind of character, random tokens into many short
ones.
"""

import math
from collections import Counter
from collections.abc import Iterator

from .encoded import readable
from .lazy import lazy
from .match import GUESSED, Found

SHORTEST, LONGEST = 20, 512
"""Longer random text is data (an image, a pickle), not a key."""

_TOKEN = lazy(r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9+/_\-]{12,}+={0,2}")
_PIECE = lazy(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_MIXED = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])")
_LOWER = lazy(r"(?=(?:[^0-9]*[0-9]){4})(?=(?:[^a-z]*[a-z]){6})[a-z0-9]{24,}")
_KNOWN = lazy(
    r"[0-9a-fA-F_\-]+"  # hashes, UUIDs, addresses
    r"|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"  # ULID
    r"|sha(?:1|256|384|512)-[A-Za-z0-9+/=_\-]+"  # subresource integrity
    r"|c[a-z0-9]{24}"  # cuid
    r"|(?:iVBORw0KGgo|/9j/|R0lGOD|JVBERi0|UEsDB|H4sI|AAAAB3NzaC1|AAAAC3NzaC1|AAAAE2VjZHNh|MII[A-Z]|gASV|Qk[0-9A-Z]|UklGR)[A-Za-z0-9+/=]*"
)
_DIGEST_BEFORE = lazy(r"(?i)(?:sha-?(?:1|256|384|512)[:=\-]|md5[:=\-]|base64,|etag\W{1,3}|/store/|\bh1:)\Z")
_PUBLIC = lazy(r"-----BEGIN (?![A-Z0-9 ]*PRIVATE)[A-Z0-9 ]+-----[A-Za-z0-9+/=\s\\]*+")
_BITS, _PIECE_LENGTH, _LOWER_PIECE = 3.2, 2.45, 3.2


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values())


def looks_random(token: str, shortest: int = SHORTEST) -> bool:
    """Whether the token looks like a key: no known form, no words, many kinds of characters in turn."""
    body = token.rstrip("=")
    if not shortest <= len(body) <= LONGEST or _KNOWN.fullmatch(token) or entropy(body) < _BITS:
        return False
    pieces = _PIECE.findall(body)
    if not pieces:
        return False
    length = sum(map(len, pieces)) / len(pieces)
    if _MIXED.match(body):
        return length < _PIECE_LENGTH
    return bool(_LOWER.fullmatch(body)) and length < _LOWER_PIECE


def find_random(text: str, complete: bool) -> Iterator[Found]:
    """High-entropy tokens that are neither digests nor base64 of readable text."""
    if "-----BEGIN" in text:
        text = _PUBLIC.sub(lambda block: "\0" * len(block[0]), text)
    for hit in _TOKEN.finditer(text):
        token = hit[0]
        cut = not complete and hit.end() == len(text)
        if not looks_random(token.strip("-_/"), 12 if cut else SHORTEST):
            continue
        if _DIGEST_BEFORE.search(text[max(0, hit.start() - 8) : hit.start()]) or readable(token):
            continue
        yield Found(hit.start(), hit.end(), "high-entropy", GUESSED)
