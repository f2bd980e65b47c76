"""The answers to requests that are not taken, by HTTP and by gRPC."""

from __future__ import annotations

import zlib

MOST_BYTES = 4 << 20
"""Of a request, packed and unpacked: what gRPC takes by default."""
GZIP = 31
"""What zlib calls it."""


class Refusal(Exception):  # noqa: N818 - an answer
    """A request that is not taken, and why."""

    status = 400
    code = "INVALID_ARGUMENT"


class TooLarge(Refusal):
    """It is too large, packed or unpacked."""

    status = 413
    code = "RESOURCE_EXHAUSTED"

    def __init__(self, message: str = f"more than {MOST_BYTES >> 20} MB: send fewer spans at once") -> None:
        super().__init__(message)


class NotKept(Refusal):
    """It carries no traces."""

    status = 404
    code = "UNIMPLEMENTED"


class OtherKind(Refusal):
    """Its encoding is not read here."""

    status = 415


class TooSlow(Refusal):
    """It takes so long to come that others would wait."""

    status = 408
    code = "UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the body takes too long to come")


class Elsewhere(Refusal):
    """A page of the web sends it, through the browser of the user."""

    status = 403

    def __init__(self) -> None:
        super().__init__("a page from elsewhere sends it")


class NotNow(Refusal):
    """It can be sent again later."""

    status = 503
    code = "UNAVAILABLE"


def unfolded(body: bytes) -> bytes:
    """What was packed with gzip. Raises Refusal."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        whole = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Refusal("the body is not packed with gzip") from error
    if len(whole) > MOST_BYTES:
        raise TooLarge
    if not unpacker.eof:
        raise Refusal("the body ends in the middle")
    return whole
