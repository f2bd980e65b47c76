"""Secrets that a word tells with no name beside them: bearer and basic authorization, SQL, shells, Redis."""

from collections.abc import Iterator

from ..encoded import readable
from ..lazy import lazy
from ..match import SHAPE, Found
from .pairs import judged

_BEARER = lazy(r"(?i)\b(?:bearer|basic)(?:,?\s+|%20|\+)([A-Za-z0-9._~+/\-]{6,}+=*)")
_NOT_BASE64 = lazy(r"[.~]")
_SQL = lazy(
    r"(?i)\b(?:password(?:\s+for\s+\S+\s*=)?|convertto-securestring(?:\s+-string)?|identified\s(?:with\s[\w'\"]+\s)?(?:by|as)(?:\spassword|\svalues)?)\s+"
    r"(?:'((?:[^']|'')*+)|\"([^\"]*+))"
)
_PRAGMA = lazy(r"""(?i)\bpragma (?:re)?key\s*=\s*["']([^"'\n]+)""")
_PIPED = lazy(
    r"""\b(?:echo|printf)\s+(?:-\w+\s+)?(?:["']%s(?:\\n)?["'] )?["']?([^\s"'|$]+)["']?\s*\|"""
    r"""[^\n|]{0,80}(?:sudo -S|password-stdin|chpasswd|passwd --stdin|--with-token)"""
)
_WORDS = lazy(
    r"\b(?:requirepass|masterauth|(?i:login)\s+\S+\s+(?i:password))\s+(?:'([^']*+)|\"([^\"]*+)|([^\s'\"]+))"
)
_CRYPT = lazy(r"(?i)\bcrypt\(\s*'((?:[^']|'')++)'\s*,\s*gen_salt")


def find_credentials(text: str) -> Iterator[Found]:
    """Bearer and basic authorization, SQL passwords, `curl -u user:password`."""
    lower = text.lower()
    for hit in _BEARER.finditer(text) if "bearer" in lower or "basic" in lower else ():
        basic = hit[0][1] in "aA"
        if _credential(hit[1], basic):
            yield Found(hit.start(1), hit.end(1), "basic-auth" if basic else "bearer-token", SHAPE)
    told = "password" in lower or "identified" in lower or "securestring" in lower
    for hit in _SQL.finditer(text) if told else ():
        index = hit.lastindex or 1
        yield from judged(text, hit.start(index), hit.end(index), "password")
    for hit in _PRAGMA.finditer(text) if "pragma key" in lower or "pragma rekey" in lower else ():
        yield from judged(text, hit.start(1), hit.end(1), "password", quoted=True)
    for hit in _PIPED.finditer(text) if "echo " in text or "printf " in text else ():
        yield from judged(text, hit.start(1), hit.end(1), "password")
    for hit in _WORDS.finditer(text) if "pass" in lower or "masterauth" in lower else ():
        index = hit.lastindex or 1
        yield from judged(text, hit.start(index), hit.end(index), "password")
    for hit in _CRYPT.finditer(text) if "gen_salt" in lower else ():
        yield from judged(text, hit.start(1), hit.end(1), "password", quoted=True)


def _credential(token: str, basic: bool) -> bool:
    if basic:
        return ":" in (readable(_NOT_BASE64.split(token, 1)[0]) or "")
    mixed = any(c.isdigit() for c in token) or token[1:] != token[1:].lower()
    return mixed or len(token) >= 20
