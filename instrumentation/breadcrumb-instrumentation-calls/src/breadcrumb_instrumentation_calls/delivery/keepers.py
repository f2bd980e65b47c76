"""Who keeps calls as batches: a processor made for it, else such an exporter in a processor of the SDK's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import SpanProcessor


def keepers(processors: Sequence[SpanProcessor]) -> dict[int, Any]:
    """What takes batches, by the identity of the processor that it is or is in.

    Exporters do only where no processor does: else everything would be kept twice.
    """
    found: dict[int, Any] = {id(each): each for each in processors if takes_batches(each)}
    exporters = {id(each): exporter_of(each) for each in processors}
    return found or {key: exporter for key, exporter in exporters.items() if takes_batches(exporter)}


def takes_batches(keeper: object) -> bool:
    """Whether it has a method for batches of calls."""
    return hasattr(keeper, "export_batch")


def exporter_of(processor: SpanProcessor) -> object:
    """The exporter that gets whatever the processor does; None where a class may leave something out."""
    known = type(processor) in (BatchSpanProcessor, SimpleSpanProcessor)
    return getattr(processor, "span_exporter", None) if known else None
