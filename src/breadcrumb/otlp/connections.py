"""Connects to a backend by its protocol; what is not installed is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common.messages import with_extra
from breadcrumb.otlp.endpoints import GRPC, Endpoint
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from breadcrumb.otlp.backends import Backend


def connected(endpoint: Endpoint) -> Backend:
    """A connection, which is made with the first request. Raises NoAnswer where a package is missing."""
    try:
        if endpoint.protocol == GRPC:
            from breadcrumb.otlp.grpc_backend import GrpcBackend

            return GrpcBackend(endpoint)
        from breadcrumb.otlp.http_backend import HttpBackend

        return HttpBackend(endpoint)
    except ModuleNotFoundError as error:
        raise NoAnswer(f"{error.name} is not installed here", with_extra("otlp")) from error
