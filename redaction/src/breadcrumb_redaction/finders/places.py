"""Secrets that their place tells: in a well-known call, a command of a protocol, an account."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import NAMED, Found
from ..weights import is_shaped, made_up, names_test, opaque
from .pairs import judged

_QUOTED = r"""[bBnNrR]?(?:'((?:[^'\\\n]|\\.){4,400}+)'|"((?:[^"\\\n]|\\.){4,400}+)")"""
_TEXT = r"""[bBnN]?'[^'\n]{0,200}'|"[^"\n]{0,200}\""""
_ANY = rf"(?:{_TEXT}|[\w.{{}}\[\]]{{1,80}})"
_SIGN_IN = (
    "login", "authenticate", "credential", "credentials", "connect", "connection", "auth", "bind", "bind_s",
    "redis", "sequelize", "pdo", "wifi.begin", "authprovider", "pw_set", "smtp", "create_user",
    "create_superuser", "headers.basic", "mysql", "postgresql", "remote",
)  # fmt: skip
"""How the names of calls end that an account is given to."""
_JOINED = ("login", "authenticate", "credential", "credentials")
"""Of these, what a colon or a blank may stand behind: `login: ('ada', 'x')`."""
_LONGEST_SIGN_IN = 18
_BLANK = lazy(r"\s{0,8}")
_ARGUMENT = lazy(
    rf"(?:\w{{1,40}}\s?=\s?)?(?:{_QUOTED}|{_TEXT}|[\w.{{}}\[\]]{{1,80}})\s{{0,8}}(?:,\s{{0,8}}|(?=\)|\Z))"
)
_ARGUMENTS = 8
_JOINT = frozenset(": ")
_OF_SHARED = (": EAP", ": PSK")
_SECOND = lazy(
    r"(?i)(?<!\w)(?:http(?:basic|digest|proxy)auth|basicauth|jwt\.(?:en|de)code|(?:verify|check)_password|"
    rf"pbkdf2_hmac|pgp_sym_(?:en|de)crypt|aes_(?:en|de)crypt|sp_addlogin|encryptbypassphrase)"
    rf"\s*\(?\s*{_ANY}\s*,\s*(?:key\s?=\s?)?{_QUOTED}"
)
_FIRST = lazy(
    rf"(?i)(?<!\w)(?:hmac\.new|aes\.new|fernet|pbekeyspec|bcrypt\.(?:hash|compare)(?:sync)?|(?:bcrypt\.)?(?:hashpw|checkpw))\(\s*(?:key\s?=\s?)?{_QUOTED}"
)
_PASS = lazy(r"(?m)(?:^[ \t>*]{0,4}PASS|\bIDENTIFY)[ \t]([^\s|&<>(_./:]{4,200})\r?$")
_MNEMONIC = lazy(
    r"(?i:seed|mnemonic|phrase)(?i:[ _\-](?:phrase|words|mnemonic))?[\"']?"
    r"(?:[ \t]?(?:is|was|:|=|->)){0,2}[ \t\"':=]{1,4}"
    r"([a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})(?![a-z])"
)
_WIFI = lazy(r"WIFI:[^\n]{0,80}?(?<=[:;])P:([^;\n]{1,64});")
_SHARED = lazy(r"(?<!\S):[ ](?:EAP|PSK)[ ]\"([^\"\n]{4,200})")
"""A line of `ipsec.secrets`."""
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
    "pbkdf2_hmac(",
)
_FIRST_PARTS = ("hmac.new", "bcrypt.", "pbekeyspec(", "aes.new", "fernet(", "hashpw(", "checkpw(")


def find_placed(text: str) -> Iterator[Found]:
    """Secrets whose place alone says what they are."""
    lower = text.lower()
    if "(" in text or "sp_addlogin" in lower:
        yield from _in_calls(text, lower)
    for hit in _PASS.finditer(text) if "PASS" in text or "IDENTIFY " in text else ():
        if is_shaped(hit[1]) and not names_test(hit[1]):
            yield Found(*hit.span(1), "password", NAMED)
    for hit in _MNEMONIC.finditer(text) if any(word in lower for word in _OF_MNEMONICS) else ():
        yield Found(*hit.span(1), "private-key", NAMED)
    for hit in _REDIS.finditer(text) if "AUTH" in text or " on >" in text else ():
        yield from _shaped(text, *hit.span(1))
    for pattern, found in ((_WIFI, "WIFI:" in text), (_SHARED, any(part in text for part in _OF_SHARED))):
        for hit in pattern.finditer(text) if found else ():
            yield from judged(text, *hit.span(1), "password", quoted=True)


def _in_calls(text: str, lower: str) -> Iterator[Found]:
    for pattern, parts in ((_SECOND, _SECOND_PARTS), (_FIRST, _FIRST_PARTS)):
        for hit in pattern.finditer(text) if any(part in lower for part in parts) else ():
            index = hit.lastindex or 1
            yield from judged(text, *hit.span(index), "secret", quoted=True)
    yield from _signed_in(text, lower if len(lower) == len(text) else text)


def _signed_in(text: str, lower: str) -> Iterator[Found]:
    """The arguments but the first of each call that an account is given to."""
    bracket = text.find("(")
    while bracket >= 0:
        end = bracket
        if text[end - 1 : end] in _JOINT:
            end -= 1 + (text[end - 2 : end - 1] in _JOINT)
        heads = _SIGN_IN if end == bracket else _JOINED
        if lower.endswith(heads, max(0, end - _LONGEST_SIGN_IN), end):
            yield from _arguments(text, bracket + 1)
        bracket = text.find("(", bracket + 1)


def _arguments(text: str, at: int) -> Iterator[Found]:
    blank = _BLANK.match(text, at)
    at = blank.end() if blank else at
    for place in range(_ARGUMENTS):
        argument = _ARGUMENT.match(text, at)
        if argument is None:
            return
        at = argument.end()
        if place and argument.lastindex:
            yield from _shaped(text, *argument.span(argument.lastindex))


def _shaped(text: str, start: int, end: int) -> Iterator[Found]:
    value = text[start:end].rstrip(".,:")
    if made_up(value) or opaque(value, 12):
        yield from judged(text, start, start + len(value), "password", quoted=True)
