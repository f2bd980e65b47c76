"""OTLP in JSON, as long as it holds no more than so many parts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb.otlp.protobuf_reading import MOST_PARTS, TooMuch

if TYPE_CHECKING:
    from breadcrumb.otlp.protobuf import Json


def decoded(body: bytes) -> Json:
    """The request. Raises ValueError, TooMuch among them."""
    try:
        request = json.loads(body)
    except RecursionError as error:
        raise ValueError("the body is nested too deep") from error
    if not isinstance(request, dict):
        raise ValueError("the body is no JSON object")
    _count(request)
    return request


def _count(request: Json) -> None:
    """Raise TooMuch where its lists have too many items."""
    left = MOST_PARTS
    waiting: list[Any] = [request]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            left -= len(value)
            if left < 0:
                raise TooMuch
        inner = value.values() if isinstance(value, dict) else value
        waiting.extend(each for each in inner if isinstance(each, dict | list))
