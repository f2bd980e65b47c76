"""The TracerProvider of a process that is traced without the launcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.parenting.sdk import PrivateIdGenerator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_tracer_provider, set_tracer_provider

from breadcrumb.traced.configurator import resource_attributes, shut_down_at_exit

if TYPE_CHECKING:
    from breadcrumb.traced.entry import Entry


def provider_for(entry: Entry, *, for_all: bool = True) -> TracerProvider:
    """The program's provider, else a new one.

    That is the global one `for_all`, so that other instrumentations' spans are kept too: for good, since the
    program cannot set another.
    """
    existing = get_tracer_provider()
    if isinstance(existing, TracerProvider):
        return existing
    resource = Resource.create(resource_attributes(entry))
    provider = TracerProvider(resource=resource, id_generator=PrivateIdGenerator(), shutdown_on_exit=False)
    shut_down_at_exit(provider)
    if for_all:
        set_tracer_provider(provider)
    return provider
