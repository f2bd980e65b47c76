"""Secrets that their place tells: in a well-known call, a command of a protocol, an account."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import is_shaped, made_up, names_test, opaque
from .pairs import judged

_QUOTED = r"""[bBnNrR]?(?:'((?:[^'\\\n]|\\.){4,400}+)'|"((?:[^"\\\n]|\\.){4,400}+)")"""
_TEXT = r"""[bBnN]?'[^'\n]{0,200}'|"[^"\n]{0,200}\""""
_ANY = rf"(?:{_TEXT}|[\w.{{}}\[\]]{{1,80}})"
_LOGIN = lazy(rf"(?i)(?<!\w)(?:login|authenticate|auth|credentials?[ ]?)\(\s*{_ANY}\s*,\s*{_QUOTED}")
_CONNECT = lazy(
    rf"(?i)(?<!\w)connect\(\s{{0,8}}(?:(?:{_TEXT}|[\w.]{{1,40}})\s{{0,8}},\s{{0,8}}){{2,4}}{_QUOTED}"
)
_SECOND = lazy(
    r"(?i)(?<!\w)(?:http(?:basic|digest|proxy)auth|basicauth|jwt\.(?:en|de)code|(?:verify|check)_password|"
    rf"pgp_sym_(?:en|de)crypt|aes_(?:en|de)crypt|sp_addlogin|encryptbypassphrase)"
    rf"\s*\(?\s*{_ANY}\s*,\s*(?:key\s?=\s?)?{_QUOTED}"
)
_FIRST = lazy(
    rf"(?i)(?<!\w)(?:hmac\.new|fernet|(?:bcrypt\.)?(?:hashpw|checkpw))\(\s*(?:key\s?=\s?)?{_QUOTED}"
)
_PASS = lazy(r"(?m)^[ \t>*]{0,4}PASS[ \t]([^\s|&<>(_./:]{4,200})\r?$")
_PAIR = lazy(
    r"(?i)(?<!\w)(?:credentials?|creds|auth ok|authenticat\w+|logged in|logging in|login)"
    r"(?:[ \t:=]{1,3}|[ \t](?:as|with|for|user)[ \t])"
    r"([\w.@\-]{1,40})[ \t]?[:/][ \t]?([^\s\"'`<>(),;]{8,64})"
)
_OF_PAIRS = ("cred", "auth ok", "authenticat", "logged in", "logging in", "login ", "login:")
_IDENTIFIED = lazy(r"(?i)\bidentified by ([^\s\"';,()]{6,64})")
_MNEMONIC = lazy(
    r"(?i:seed|mnemonic|phrase)(?i:[ _\-](?:phrase|words|mnemonic))?[\"']?"
    r"(?:[ \t]?(?:is|was|:|=|->)){0,2}[ \t\"':=]{1,4}"
    r"([a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})(?![a-z])"
)
_OF_MNEMONICS = ("seed", "mnemonic", "phrase")
_REDIS = lazy(
    r"(?<![\w\-])(?:(?:AUTH(?:[ \t]\w{1,40})?|HELLO [23] AUTH \w{1,40})[ \t]"
    r"|(?:SETUSER|user) \w{1,40}(?: [^\s>]{1,40}){0,3}? on >)([^\s\"'<>]{6,200})"
)
_SECOND_PARTS = (
    "auth(",
    "jwt.",
    "_password(",
    "pgp_sym_",
    "aes_encrypt",
    "aes_decrypt",
    "sp_addlogin",
    "passphrase(",
)
_FIRST_PARTS = ("hmac.new", "fernet(", "hashpw(", "checkpw(")


def find_placed(text: str) -> Iterator[Found]:
    """Secrets whose place alone says what they are."""
    lower = text.lower()
    if "(" in text or "sp_addlogin" in lower:
        yield from _in_calls(text, lower)
    for hit in _PASS.finditer(text) if "PASS" in text else ():
        if is_shaped(hit[1]) and not names_test(hit[1]):
            yield Found(*hit.span(1), "password", NAMED)
    for hit in _MNEMONIC.finditer(text) if any(word in lower for word in _OF_MNEMONICS) else ():
        yield Found(*hit.span(1), "private-key", NAMED)
    for pattern, found in (
        (_REDIS, "AUTH" in text or " on >" in text),
        (_PAIR, any(word in lower for word in _OF_PAIRS)),
        (_IDENTIFIED, "identified by " in lower),
    ):
        for hit in pattern.finditer(text) if found else ():
            yield from _shaped(text, *hit.span(hit.lastindex or 1))


def _in_calls(text: str, lower: str) -> Iterator[Found]:
    for pattern, parts in ((_SECOND, _SECOND_PARTS), (_FIRST, _FIRST_PARTS)):
        for hit in pattern.finditer(text) if any(part in lower for part in parts) else ():
            index = hit.lastindex or 1
            yield from judged(text, *hit.span(index), "secret", quoted=True)
    for pattern, found in (
        (_LOGIN, "login(" in lower or "auth" in lower or "credential" in lower),
        (_CONNECT, "connect(" in lower),
    ):
        for hit in pattern.finditer(text) if found else ():
            yield from _shaped(text, *hit.span(hit.lastindex or 1))


def _shaped(text: str, start: int, end: int) -> Iterator[Found]:
    value = text[start:end].rstrip(".,:")
    if made_up(value) or opaque(value, 12):
        yield from judged(text, start, start + len(value), "password", quoted=True)
