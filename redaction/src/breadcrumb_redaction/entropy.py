"""Guesses whether a token without a known form is random, as keys are.

Words, identifiers and paths fall into few long pieces of one kind of character, random tokens into many short
ones.
"""

import math
from collections import Counter

from .lazy import lazy

SHORTEST, LONGEST = 20, 512
"""Longer random text is data (an image, a pickle), not a key, unless it is in the alphabet of URLs."""
LONGEST_IN_URLS = 8192

_PIECE = lazy(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_MIXED = lazy(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])")
_LOWER = lazy(r"(?=(?:[^0-9]*[0-9]){4})(?=(?:[^a-z]*[a-z]){6})[a-z0-9]{24,}")
_KNOWN = lazy(
    r"[0-9a-fA-F_\-]+"  # hashes, UUIDs, addresses
    r"|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"  # ULID
    r"|sha(?:1|256|384|512)-[A-Za-z0-9+/=_\-]+"  # subresource integrity
    r"|c[a-z0-9]{24}"  # cuid
    r"|(?:\w*[A-Za-z_])?17h[0-9a-f]{16}E"  # Rust's symbols
    r"|(?:call|msg|toolu|srvtoolu|ch|evt|pk_live|pk_test|pk(?!_secret)|req|resp|rs|run|step|thread|asst|chatcmpl|cmpl|batch|vs|fc|ws|cus|pi"
    r"|sub|in|ii|price|prod|acct|txn|re|py|pm|seti|src|card|ba|il|cs|si|plan|msgbatch|file|ftjob|modr|rtr|prj|team|user|org|dpl)[_\-]"
    r"[A-Za-z0-9_\-]{8,100}"  # ids of OpenAI, Anthropic, Stripe, Vercel
    r"|bc1[a-z0-9]{25,87}|0x[0-9a-fA-F]{40,64}"  # wallets
    r"|Qm[1-9A-HJ-NP-Za-km-z]{44}|bafy[a-z2-7]{55}|z6Mk[1-9A-HJ-NP-Za-km-z]{44}"  # IPFS, public keys of a DID
    r"|(?:iVBORw0KGgo|/9j/|R0lGOD|JVBERi0|UEsDB|H4sI|AAAAB3NzaC1|AAAAC3NzaC1|AAAAE2VjZHNh|MII[A-Z]|MFkwEwYH|MCowBQYDK2V|gASV|Qk[0-9A-Z]|UklGR)[A-Za-z0-9+/=]*"
)
_PREFIXED = lazy(r"[A-Za-z][A-Za-z0-9]{0,15}(?:[_\-][A-Za-z0-9]{1,15}){0,4}[_\-]([A-Za-z0-9]{20,512})")
"""How services make keys that scanners can find: words, then what is random."""
_OF_KEYS = lazy(
    r"(?i)(?:.*[_\-])?(?:sk|rk|pat|tok|token|secret|api[_\-]?key|live|prod|priv)[_\-][A-Za-z0-9]*"
)
_KEY_LEAST, _KEY_DIGITS = 24, 4
_BITS, _PIECE_LENGTH, _SHORT_PIECE_LENGTH, _LOWER_PIECE = 3.2, 2.8, 2.6, 3.2
_SHORT = 24


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values())


def piece_length(text: str) -> float:
    """How long the pieces of one kind of character are on average; 99 where there are none."""
    pieces = _PIECE.findall(text)
    return sum(map(len, pieces)) / len(pieces) if pieces else 99


def looks_random(token: str, shortest: int = SHORTEST) -> bool:
    """Whether the token looks like a key: no known form, no words, many kinds of characters in turn."""
    body = token.rstrip("=")
    longest = LONGEST_IN_URLS if "+" not in body and "/" not in body else LONGEST
    if not shortest <= len(body) <= longest or _KNOWN.fullmatch(token):
        return False
    prefixed = _PREFIXED.fullmatch(body)
    return _is_mixed(body) or (prefixed is not None and _is_key(body, prefixed[1]))


def _is_mixed(body: str) -> bool:
    """Whether it is of many kinds of characters in turn."""
    if entropy(body) < _BITS:
        return False
    length = piece_length(body)
    if _MIXED.match(body):
        return length < (_PIECE_LENGTH if len(body) >= _SHORT else _SHORT_PIECE_LENGTH)
    return bool(_LOWER.fullmatch(body)) and length < _LOWER_PIECE


def _is_key(token: str, tail: str) -> bool:
    """Whether what follows its words is random, or so long a number that a word says to be a key."""
    if not _KNOWN.fullmatch(tail) and _is_mixed(tail):
        return True
    digits = sum(map(str.isdecimal, tail))
    return len(tail) >= _KEY_LEAST and digits >= _KEY_DIGITS and _OF_KEYS.fullmatch(token) is not None
