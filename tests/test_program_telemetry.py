"""The program's own telemetry is as without us: the same spans arrive, and the same headers go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project, Receiver

CALLS = "breadcrumb_instrumentation_calls"
WITHOUT_CALLS = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "calls"}
PROPAGATED = {
    "traceparent": f"00-{7:032x}-{8:016x}-03",
    "tracestate": "vendor=a:1,other=b",
    "baggage": "tenant=acme",
}
REQUESTS: list[dict[str, str]] = [{}, PROPAGATED, {**PROPAGATED, "traceparent": f"00-{9:032x}-{8:016x}-00"}]

SPANS = """
import asyncio, logging, threading
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.sdk.trace import ReadableSpan, Span as Recorded
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

tracer = trace.get_tracer("app")
outer = None

def enrich():
    span = trace.get_current_span()
    print(isinstance(span, Span), isinstance(span, ReadableSpan), isinstance(span, Recorded))
    print(span.is_recording(), span.name, span.kind, span.parent, dict(span.attributes))
    span.set_attribute("order.id", 1)
    span.set_attributes({"items": [1, 2]})
    span.add_event("charged", {"amount": 2})
    span.add_link(SpanContext(1, 2, False))
    span.record_exception(ValueError("declined"))
    span.set_status(Status(StatusCode.ERROR, "declined"))
    span.update_name("POST /order")
    span.mark = 3
    print(span == outer, outer == span, {outer: 1}.get(span), outer.mark, repr(span) == repr(outer))
    print(span.context == span.get_span_context(), span.context.trace_id == outer.context.trace_id)
    with tracer.start_as_current_span("child") as child:
        child.set_attribute("own", 1)
        print(child.parent.span_id == span.context.span_id)
    deeper()
    return span

def deeper():
    span = trace.get_current_span()
    span.set_attribute("deeper", 1)
    with trace.use_span(span):
        trace.get_current_span().set_attribute("used", 1)
    try:
        with trace.use_span(span, record_exception=True):
            raise KeyError("lost")
    except KeyError:
        pass
    token = context.attach(context.get_current())
    deepest()
    context.detach(token)

def deepest():
    trace.get_current_span().set_attribute("deepest", 1)

def in_thread():
    trace.get_current_span().set_attribute("thread", 1)
    print(trace.get_current_span().is_recording())

async def in_task():
    trace.get_current_span().set_attribute("task", 1)
    await asyncio.sleep(0)
    trace.get_current_span().add_event("woken")

def remote():
    carrier = {}
    propagate.inject(carrier)
    print(carrier["traceparent"][:36], carrier["traceparent"][-2:])
    print(carrier.get("tracestate"), carrier.get("baggage"))
    parent = trace.get_current_span().get_span_context()
    print(parent.is_remote, parent.trace_state, int(parent.trace_flags))
    print(trace.get_current_span().is_recording())
    tracer.start_span("below remote").end()

def main():
    global outer
    with tracer.start_as_current_span("SERVER", kind=SpanKind.SERVER, attributes={"a": 1}) as outer:
        span = enrich()
        thread = threading.Thread(target=in_thread)
        thread.start()
        thread.join()
        asyncio.run(in_task())
    span.set_attribute("late", 1)
    print(span.is_recording(), outer.is_recording())
    for flags in ("03", "00"):
        headers = {"tracestate": "vendor=a:1", "baggage": "tenant=acme"}
        headers["traceparent"] = f"00-{7:032x}-{8:016x}-{flags}"
        token = context.attach(propagate.extract(headers))
        remote()
        context.detach(token)

main()
"""

SERVICE = """
import http.server, json, sys, threading
import requests
from opentelemetry import baggage, propagate, trace

tracer = trace.get_tracer("app")

class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        names = "tracestate", "baggage", "traceparent"
        body = json.dumps({name: self.headers[name] for name in names}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()

def handle(order):
    span = trace.get_current_span()
    span.set_attribute("order.id", order)
    span.add_event("charged")
    try:
        1 / 0
    except ZeroDivisionError as error:
        span.record_exception(error)
    sent = requests.get(f"http://127.0.0.1:{server.server_port}/").json()
    with tracer.start_as_current_span("inner"):
        inner(span)
    return {"recording": span.is_recording(), "tenant": baggage.get_baggage("tenant"),
            "flags": (sent.pop("traceparent") or "")[-2:], **sent}

def inner(span):
    trace.get_current_span().set_attribute("inner", 1)
    span.set_attribute("outer", 1)
"""
APPS = {
    "fastapi": """
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()

@app.get("/order/{order}")
def order(order: int):
    return handle(order)

@app.get("/async/{order}")
async def order_async(order: int):
    return handle(order)

def main(requests):
    client = TestClient(app)
    return [client.get(f"/{way}/{n}", headers=headers).json()
            for way in ("order", "async") for n, headers in enumerate(requests)]
""",
    "flask": """
from flask import Flask

app = Flask(__name__)

@app.get("/order/<int:order>")
def order(order):
    return handle(order)

def main(requests):
    return [app.test_client().get(f"/order/{n}", headers=headers).json for n, headers in enumerate(requests)]
""",
    "django": """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "app"
ROOT_URLCONF, SECRET_KEY, ALLOWED_HOSTS, MIDDLEWARE = "app", "x", ["*"], []
import django
from django.http import JsonResponse
from django.urls import path

def order(request, order):
    return JsonResponse(handle(order))

urlpatterns = [path("order/<int:order>", order)]

def main(requests):
    django.setup()
    from django.test import Client
    return [Client(headers=headers).get(f"/order/{n}").json() for n, headers in enumerate(requests)]
""",
}


def arrived(receiver: Receiver, given: int) -> list[tuple[Any, ...]]:
    """The program's spans that arrived after the first `given` requests, each below the nearest of these."""
    calls: dict[bytes, bytes] = {}
    names: dict[bytes, str] = {}
    spans = []
    for request in list(receiver.requests())[given:]:
        for scope in (scope for resource in request.resource_spans for scope in resource.scope_spans):
            for span in scope.spans:
                if scope.scope.name == CALLS:
                    calls[span.span_id] = span.parent_span_id
                else:
                    names[span.span_id] = span.name
                    spans.append(span)
    return sorted(_told(span, calls, names) for span in spans)


def _told(span: Any, calls: dict[bytes, bytes], names: dict[bytes, str]) -> tuple[Any, ...]:
    parent = span.parent_span_id
    while parent in calls:
        parent = calls[parent]
    attributes = sorted(
        str(each) for each in span.attributes if "port" not in each.key and "url" not in each.key
    )
    events = [(event.name, str(event.attributes)) for event in span.events]
    status = span.status.code, span.status.message
    return (
        span.name, span.kind, names.get(parent, parent.hex()), status, span.flags, span.trace_state,
        attributes, events, str(span.links),
    )  # fmt: skip


@pytest.mark.parametrize("recorder", RECORDERS)
def test_the_current_span_is_the_program_s_own(recorder: str, project: Project, receiver: Receiver) -> None:
    project.write("app.py", SPANS)
    environ = receiver.environment("http/protobuf") | {"BREADCRUMB_RECORDER": recorder}
    command = ("breadcrumb-instrument", "python", "app.py")
    plain = project.call(*command, environ=environ | WITHOUT_CALLS)
    wanted, requests = arrived(receiver, 0), len(list(receiver.requests()))
    traced = project.call(*command, environ=environ)
    assert (traced.returncode, traced.stderr) == (plain.returncode, plain.stderr)
    assert traced.stdout == plain.stdout
    assert arrived(receiver, requests) == wanted
    assert len(wanted) == 3 and "_SpanOfCall" not in str(project.query("SELECT callee FROM gaps"))
    assert {"__main__.enrich", "__main__.deepest", "__main__.remote"} <= project.functions()


@pytest.mark.parametrize("framework", APPS)
def test_services_send_the_same_spans_and_headers(
    framework: str, project: Project, receiver: Receiver
) -> None:
    ending = f"\nif __name__ == '__main__':\n    print(json.dumps(main({REQUESTS})))\n"
    project.write("app.py", SERVICE + APPS[framework] + ending)
    environ = receiver.environment("http/protobuf") | {"BREADCRUMB_INCLUDE": "app,app.*"}
    others = {"celery", "django", "fastapi", "flask"} - {framework}
    disabled = ",".join(sorted(others))
    command = ("breadcrumb-instrument", "python", "app.py")
    plain = project.call(
        *command, environ=environ | {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": f"calls,{disabled}"}
    )
    wanted, requests = arrived(receiver, 0), len(list(receiver.requests()))
    traced = project.call(*command, environ=environ | {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": disabled})
    assert traced.returncode == 0, traced.stderr
    assert traced.stdout == plain.stdout
    assert "vendor=a:1,other=b" in plain.stdout and "tenant=acme" in plain.stdout
    assert arrived(receiver, requests) == wanted
    assert [kind for _, kind, *_ in wanted].count(2) >= 2  # SERVER spans
    assert not [links for *_, links in wanted if links != "[]"]
    assert "__main__.handle" in project.functions() or "app.handle" in project.functions()


ATTACHES = """
import contextlib
from opentelemetry import context, trace
from opentelemetry.sdk.trace import TracerProvider
tracer = TracerProvider().get_tracer("app")
@contextlib.contextmanager
def attached(span):
    token = context.attach(trace.set_span_in_context(span))
    yield
    context.detach(token)
def main():
    for flags in (0, 1):
        state = trace.TraceState([("k", "v")])
        span = trace.NonRecordingSpan(trace.SpanContext(0xA, 0xB, False, trace.TraceFlags(flags), state))
        with attached(span):
            child = tracer.start_span("child")
            where = child.get_span_context()
            print(child.is_recording(), where.trace_id, where.trace_state, trace.get_current_span() is span)
main()
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_span_that_a_traced_context_manager_attaches_is_its_users(project: Project, recorder: str) -> None:
    project.environ["BREADCRUMB_RECORDER"] = recorder
    project.write("app.py", ATTACHES)
    plain = project.call("python", "app.py")
    traced = project.run("--no-report", "python", "app.py")
    assert plain.stdout.count("True") == 3 and (traced.stdout, traced.stderr) == (plain.stdout, "")
