"""Spans of other instrumentations stand in the trees of calls, where they were open."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

APP = """\
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

tracer = trace.get_tracer("handmade")


def parse(n):
    return n + 1


def load(n):
    attributes = {"http.response.status_code": 200 + n}
    with tracer.start_as_current_span("GET", kind=SpanKind.CLIENT, attributes=attributes):
        return parse(n)


def check(n):
    with tracer.start_as_current_span("check it") as span:
        if n == 2:
            span.set_status(StatusCode.ERROR, "too big")


def handle(n):
    check(n)
    return load(n)


for n in (0, 1, 2):
    with tracer.start_as_current_span("GET /orders", kind=SpanKind.SERVER):
        handle(n)
"""

LAST = """\
[SERVER GET /orders]
  handle(n=2)  -> 3
    check(n=2)  -> None
      [check it]  !! too big
    load(n=2)  -> 3
      [CLIENT GET]  202
        parse(n=2)  -> 3
"""

CALL = [
    "function", "args", "return", "exception", "start", "duration_ns", "self_ns", "called_by", "calls_made",
    "thread", "task", "pid", "file", "line", "depth", "span_id", "parent_span_id", "trace_id", "status",
]  # fmt: skip


@pytest.fixture
def shop(project: Project) -> Project:
    """A project whose program has run, with spans that it made by hand."""
    project.write("app.py", APP)
    ran = project.run("--no-report", "python", "app.py")
    assert ran.returncode == 0, ran.stderr
    return project


def _text(shop: Project, *words: str) -> str:
    answer = shop.call("breadcrumb", *words)
    assert answer.returncode == 0, answer.stderr
    return re.sub(r" +[0-9.]+ (ns|us|ms|s)$", "", answer.stdout, flags=re.MULTILINE)


def _json(shop: Project, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(shop.call("breadcrumb", *words, "--format", "json").stdout)
    return answer


def test_trees_nest_calls_in_spans_and_spans_in_calls(shop: Project) -> None:
    flow = _json(shop, "query", "--flow")
    names = {row["span_id"]: row["function"] for row in flow["rows"]}
    above = {row["function"]: names.get(row["parent_span_id"]) for row in flow["rows"]}
    assert above == {
        "GET /orders": None, "__main__.handle": "GET /orders", "__main__.check": "__main__.handle",
        "check it": "__main__.check", "__main__.load": "__main__.handle", "GET": "__main__.load",
        "__main__.parse": "GET",
    }  # fmt: skip
    depths = {row["function"]: row["depth"] for row in flow["rows"]}
    assert list(depths.values()) == [0, 1, 2, 3, 2, 3, 4]
    assert "12 calls, 9 spans, all shown." in _text(shop, "query", "--flow")


def test_a_span_is_one_line_of_the_tree(shop: Project) -> None:
    last = _json(shop, "query", "--trace", "GET /orders")["rows"][-7]["span_id"]
    tree, _, foot = _text(shop, "show", last).partition("4 calls, 3 spans, all shown.")
    assert tree == LAST
    assert foot


def test_the_row_of_a_span_has_the_keys_of_a_call_and_its_own(shop: Project) -> None:
    rows = _json(shop, "query", "--trace", "load#3")["rows"]
    load, get, parse = rows
    assert list(load) == list(parse) == CALL
    assert list(get) == [*CALL, "kind", "span_kind", "status_message", "attributes"]
    assert (get["kind"], get["span_kind"]) == ("span", "CLIENT")
    assert (get["args"], get["attributes"]) == ({}, {"http.response.status_code": 202})
    assert get["called_by"] == "__main__.load"
    assert get["calls_made"] == {"__main__.parse": 1}
    assert get["pid"] == load["pid"]


def test_a_limited_answer_keeps_the_outermost_calls_and_spans(shop: Project) -> None:
    answer = _json(shop, "query", "--flow", "--limit", "6")
    assert [row["function"] for row in answer["rows"]] == ["GET /orders", "__main__.handle"] * 3
    assert answer["truncated"]["total"] == 21


def test_a_trace_is_followed_through_spans(shop: Project) -> None:
    trace = _json(shop, "query", "--trace", "handle#1")["rows"][0]["trace_id"]
    rows = _json(shop, "query", "--trace", trace)["rows"]
    assert [row["function"] for row in _json(shop, "query", "--trace", "GET /orders")["rows"][:7]] == [
        row["function"] for row in rows
    ]


FRAMEWORK = """\
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode


def serve(handler, path, expected):
    tracer = trace.get_tracer("handmade")
    with tracer.start_as_current_span(path, kind=SpanKind.SERVER) as span:
        try:
            with tracer.start_as_current_span("endpoint"):
                handler(path)
        except ValueError:
            if not expected:
                span.set_status(StatusCode.ERROR)
"""

SERVED = """\
import framework


def take(path):
    raise ValueError(f"none left of {path}")


def handle(path):
    take(path)


framework.serve(handle, "/asked", True)
framework.serve(handle, "/lost", False)
"""


def test_an_exception_that_a_framework_had_is_told_by_the_request(project: Project) -> None:
    project.write("framework.py", FRAMEWORK)
    project.write("app.py", SERVED)
    ran = project.run("-x", "framework", "--no-report", "python", "app.py")
    assert ran.returncode == 0, ran.stderr
    answers = [_text(project, "query", *words) for words in (["--errors"], ["--flow"], ["--call", "take"])]
    assert all("left to [SERVER /asked], which did not fail" in each for each in answers[:2])
    assert all("failed [SERVER /lost]" in each for each in answers)
    assert _text(project, "query", "--why").startswith("ValueError: none left of /lost")
    endings = {row["args"]["path"]: row["ending"] for row in _json(project, "query", "--errors")["rows"]}
    assert endings == {"/asked": "not known", "/lost": "failed a request"}
