"""Sends spans over HTTP, as protobuf or JSON."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
from typing import TYPE_CHECKING

import requests

from breadcrumb.otlp.backends import SECONDS, Later, Refused, Taken
from breadcrumb.otlp.endpoints import HTTP_JSON
from breadcrumb.otlp.protobuf import encoded, rejected

if TYPE_CHECKING:
    from breadcrumb.otlp.endpoints import Endpoint
    from breadcrumb.otlp.protobuf import Json

LATER = frozenset({408, 429, 502, 503, 504})
"""What the protocol says to try again, and a time-out."""
_NOT_HTTP = (http.client.BadStatusLine, http.client.LineTooLong)
"""Errors for an answer that is not HTTP's; that of a closed connection is derived from the first."""
_ABOUT = re.compile(r"^HTTPS?Connection\(.*?\): ")
JSON, PROTOBUF = "application/json", "application/x-protobuf"


class HttpBackend:
    """A connection that is kept from request to request."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._is_json = endpoint.protocol == HTTP_JSON
        self._session = requests.Session()
        kind = JSON if self._is_json else PROTOBUF
        self._session.headers.update({"Content-Type": kind, "Content-Encoding": "gzip", "Accept": kind})
        self._session.headers.update(dict(endpoint.headers))
        self._session.verify = endpoint.certificate or True

    def send(self, request: Json) -> Taken:
        """Send it; see Backend."""
        body = json.dumps(request).encode() if self._is_json else encoded(request)
        answer = self._post(gzip.compress(body, 1))
        if answer.status_code in LATER:
            raise Later(_said(answer), _seconds(answer))
        if not 200 <= answer.status_code < 300:
            raise Refused(_said(answer))
        return self._taken(answer)

    def close(self) -> None:
        """Let go of it."""
        self._session.close()

    def _post(self, body: bytes) -> requests.Response:
        url = self._endpoint.url
        try:
            return self._session.post(url, data=body, timeout=SECONDS, allow_redirects=False)
        except (requests.exceptions.SSLError, requests.exceptions.InvalidHeader) as error:
            raise Refused(_reason(error)) from error
        except requests.RequestException as error:
            if any(type(each) in _NOT_HTTP for each in _causes(error)):
                raise Refused("it does not speak HTTP", "try --protocol grpc") from error
            raise Later(_reason(error)) from error

    def _taken(self, answer: requests.Response) -> Taken:
        try:
            if not self._is_json:
                return Taken(*rejected(answer.content))
            partial = json.loads(answer.content or b"{}").get("partialSuccess") or {}
            return Taken(int(partial.get("rejectedSpans", 0)), str(partial.get("errorMessage", "")))
        except (ValueError, AttributeError, TypeError) as error:
            raise Refused("what it answers is no OTLP", "name the address of an OTLP receiver") from error


def _said(answer: requests.Response) -> str:
    return f"HTTP {answer.status_code} {answer.reason or ''}".rstrip()


def _seconds(answer: requests.Response) -> float:
    with contextlib.suppress(ValueError):  # a date, which few send
        return max(0.0, float(answer.headers.get("Retry-After", 0)))
    return 0.0


def _causes(error: BaseException) -> list[BaseException]:
    """The errors that an error was made of: urllib3 and requests wrap them in arguments."""
    inner = [
        each for each in (*error.args, getattr(error, "reason", None)) if isinstance(each, BaseException)
    ]
    return [error, *(cause for each in inner for cause in _causes(each))]


def _reason(error: BaseException) -> str:
    """The innermost error in a few words."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    causes = _causes(error)
    for each in reversed(causes):
        if isinstance(each, OSError) and each.strerror:
            return each.strerror
    return _ABOUT.sub("", " ".join(str(causes[-1]).split()))[:200] or type(causes[-1]).__name__
