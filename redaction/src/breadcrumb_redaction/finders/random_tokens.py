"""Finds tokens without a known form that look random, as keys do."""

from collections.abc import Iterator

from ..encoded import readable
from ..entropy import SHORTEST, looks_random
from ..identifiers import is_identifier
from ..lazy import lazy
from ..match import GUESSED, Found

try:  # `hashlib` loads all of OpenSSL
    from _sha2 import sha256  # type: ignore[import-not-found]  # from 3.12 on
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found]  # on 3.11
    except ImportError:
        from hashlib import sha256

LONGEST_ID = 88
"""Beside a name like `id`, longer random text is a key all the same."""
_TOKEN = lazy(r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9+/_\-]{12,}+={0,2}")
_ALPHABET58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58 = lazy(r"[1-9A-HJ-NP-Za-km-z]{26,35}")
_IDENTIFIER_BEFORE = lazy(r"(?:^|[\W_])([A-Za-z][\w.\-]{0,40})[\"']?\s{0,3}[:=]>?\s{0,3}[\"'<]?\Z")
_TAG_BEFORE = lazy(r"<([A-Za-z][\w.\-]{0,40})>\Z")
_BEFORE = 56
_ASSET = lazy(r"/?(?:[A-Za-z_\-]{1,24}/){0,8}[A-Za-z][A-Za-z_\-]{0,40}-[\w\-]{8}")
_ASSET_END = lazy(r"\.(?:m?js|css|map|svg|png|jpe?g|gif|webp|avif|woff2?|ttf|wasm)\b")
"""What bundlers call the files that they make: `index-` and eight characters of a digest."""
_DIGEST_BEFORE = lazy(
    r"(?i)(?:sha-?(?:1|256|384|512)[:=\-]|md5[:=\-]|base64,|etag\W{1,3}|/store/|\bh1:|\bbh=)\Z"
)
_PUBLIC = lazy(r"-----BEGIN (?![A-Z0-9 ]*PRIVATE)[A-Z0-9 ]+-----[A-Za-z0-9+/=\s\\]*+")


def is_wallet(token: str) -> bool:
    """Whether it is an address in base58 whose checksum fits (Bitcoin and its like)."""
    if not _BASE58.fullmatch(token):
        return False
    number = 0
    for character in token:
        number = number * 58 + _ALPHABET58.index(character)
    if number.bit_length() > 200:
        return False
    data = number.to_bytes(25, "big")
    return bool(sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:])


def find_random(text: str, complete: bool) -> Iterator[Found]:
    """High-entropy tokens that are neither digests nor base64 of readable text."""
    if "-----BEGIN" in text:
        text = _PUBLIC.sub(lambda block: "\0" * len(block[0]), text)
    for hit in _TOKEN.finditer(text):
        token = hit[0]
        cut = not complete and hit.end() == len(text)
        if not looks_random(token.strip("-_/"), 12 if cut else SHORTEST):
            continue
        if (
            is_wallet(token)
            or _DIGEST_BEFORE.search(text[max(0, hit.start() - 8) : hit.start()])
            or readable(token)
        ):
            continue
        if _ASSET.fullmatch(token) and _ASSET_END.match(text, hit.end()):
            continue
        before = text[max(0, hit.start() - _BEFORE) : hit.start()]
        named = _IDENTIFIER_BEFORE.search(before) or _TAG_BEFORE.search(before)
        if len(token) <= LONGEST_ID and named and is_identifier(named[1]):
            continue
        yield Found(hit.start(), hit.end(), "high-entropy", GUESSED)
