"""Passwords in URLs and connection strings; only the password is reported."""

from collections.abc import Iterator

from ..lazy import lazy
from ..match import SHAPE, Found
from ..weights import opaque

_END = r"""(?=[\w.\-\[\]]*+(?::\d+|:[0-9a-f:]+\])?(?:[/{more}\s"',;)>\]}}&\\]|\Z|:))"""
_BODY = r"""(?:(?!://)[^\s"'<>`{more}])"""
_PLAIN = lazy(r"""://[^\s:/"'<>]*+:(""" + _BODY.format(more="?#") + r"+)@" + _END.format(more=""))
_ANY = lazy(r"""://[^\s:/"'<>]*+:(""" + _BODY.format(more="") + r"+)@" + _END.format(more="?#"))
_ORACLE = lazy(r"""(?i)jdbc:oracle:[a-z]+:[^\s/"'@]+/([^\s"'@]+)@""")
_CUT = lazy(r"""://[^\s:/"'<>]*+:((?:(?!://)[^\s"'<>`])+)\Z""")
_USER = lazy(r"""://([\w.~%\-+=]{12,}+)(?::(?:x-oauth-basic)?)?@[\w\[]""")
_KEY = lazy(r"[?&#](?:key|code)=([\w\-.~%]{16,}+)")
_PORT = lazy(r"\d{1,5}(?:[/?#]|\Z)")


def find_url_passwords(text: str, complete: bool) -> Iterator[Found]:
    """scheme://user:PASSWORD@host; the password may hold `@`, `/` and `:`."""
    position = text.find("://")
    while position >= 0:
        hit = _PLAIN.match(text, position) or _ANY.match(text, position)
        if hit and not _PORT.match(hit[1]):
            yield Found(hit.start(1), hit.end(1), "url-password", SHAPE)
        elif not hit and not complete and (cut := _CUT.match(text, position)) and not _PORT.match(cut[1]):
            yield Found(cut.start(1), cut.end(1), "url-password", SHAPE)
        if (user := _USER.match(text, position)) and opaque(user[1], 16):
            yield Found(user.start(1), user.end(1), "url-token", SHAPE)
        position = text.find("://", position + 3)
    for hit in _KEY.finditer(text) if "=" in text else ():
        if opaque(hit[1], 16):
            yield Found(hit.start(1), hit.end(1), "api-key", SHAPE)
    for hit in _ORACLE.finditer(text):
        yield Found(hit.start(1), hit.end(1), "url-password", SHAPE)
