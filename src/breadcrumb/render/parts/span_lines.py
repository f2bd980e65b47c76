"""Writes a span of another instrumentation, or a log record, as the two halves of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.calls.model_calls import ModelCall, message, model_call
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.values import render

if TYPE_CHECKING:
    from breadcrumb.questions.facts.calls.span_rows import Span

WIDTH = 80
"""Characters of a name, and of each thing that is told of it."""
_BODY = "log.body"


def span_name(span: Span) -> str:
    """Write its name, with its kind where that says something."""
    kind = "" if span.kind == "INTERNAL" else f"{span.kind} "
    return clip(one_line(f"[{kind}{span.function}]"), WIDTH)


def span_result(span: Span) -> str:
    """Write what came of it: a status code, what a model was asked and gave, what a log record holds."""
    code = "" if span.code is None else f"  {one_line(str(span.code))}"
    called = model_call(span.attributes)
    told = f"{code}{_model(called) if called else ''}{_body(span)}"
    if span.status != "error":
        return told
    return f"{told}  !! {clip(one_line(span.message or 'error'), WIDTH)}"


def _model(called: ModelCall) -> str:
    tokens = ((called.tokens_in, "tokens in"), (called.tokens_out, "out"))
    counted = [f"{number:,} {what}" for number, what in tokens if number is not None]
    told = ", ".join(each for each in (called.model, called.tool, *counted) if each)
    asked = f"  {_quoted(called.asked)}" if called.asked else ""
    given = f"  -> {_quoted(called.given)}" if called.given else ""
    return f"{f'  {one_line(told)}' if told else ''}{asked}{given}"


def _quoted(text: str) -> str:
    return clip(one_line(text), WIDTH)


def _body(span: Span) -> str:
    body = span.attributes.get(_BODY) if isinstance(span.attributes, dict) else None
    if body is None or isinstance(body, str):
        return ""
    said = message(body) if span.function.startswith("gen_ai.") else ""
    return f"  {_quoted(said) if said else render([body], width=WIDTH)}"
