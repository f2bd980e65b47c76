"""Real servers under load from a second process: one trace for each request, complete at the end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from free_ports import free_port, listens
from patience import HANGS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS = 120
FRAMEWORKS = {"api": "fastapi", "shop": "flask", "site_": "django"}
WITHOUT_INSTRUMENTATIONS = {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "django,fastapi,flask,requests"}
LOAD = Path(__file__).with_name("load_generator.py")

FASTAPI = """
import asyncio, sys
import uvicorn
from fastapi import FastAPI

app = FastAPI()

def price(n):
    return n * 2

@app.get("/async/{n}")
async def read(n: int):
    await asyncio.sleep(0.001)
    return await twice(n)

async def twice(n):
    await asyncio.sleep(0)
    return price(n)

@app.get("/sync/{n}")
def read_in_thread(n: int):
    return price(n)

def main():
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")

if __name__ == "__main__":
    main()
"""
FLASK = """
import os, sys
import requests
from flask import Flask

app = Flask(__name__)

def price(n):
    return n * 2

@app.get("/item/<int:n>")
def read(n):
    return {"price": price(n)}

@app.get("/front/<int:n>")
def front(n):
    return {"price": requests.get(f"http://127.0.0.1:{os.environ['BACK']}/async/{n}", timeout=10_000).json()}

def main():
    app.run(port=int(sys.argv[1]))

if __name__ == "__main__":
    main()
"""
DJANGO = """
import sys
from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path

ROOT_URLCONF, SECRET_KEY, ALLOWED_HOSTS, MIDDLEWARE = "site_", "x", ["*"], []

def price(n):
    return n * 2

def read(request, n):
    return JsonResponse({"price": price(n)})

urlpatterns = [path("item/<int:n>", read)]

def main():
    execute_from_command_line(["app", "runserver", "--noreload", f"127.0.0.1:{sys.argv[1]}"])

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def servers(project: Any) -> Any:
    """A project with an app for each framework, in which their instrumentations run."""
    del project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"]
    project.environ["DJANGO_SETTINGS_MODULE"] = "site_"
    project.write("api.py", FASTAPI)
    project.write("shop.py", FLASK)
    project.write("site_.py", DJANGO)
    return project


@contextmanager
def serving(
    project: Any, command: str, port: int, end: int = signal.SIGTERM, environ: dict[str, str] | None = None
) -> Iterator[None]:
    """A server under `breadcrumb run`, which gets the signal `end` when the block is left."""
    words = ["breadcrumb", "run", "--no-report", *command.format(port=port).split()]
    with (project.path / f"{port}.log").open("w+") as log:
        server = subprocess.Popen(
            words,
            cwd=project.path,
            env=project.environ | (environ or {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_for(port, server, log)
            yield
            server.send_signal(end)
            server.wait(timeout=HANGS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=HANGS)


def wait_for(port: int, server: subprocess.Popen[bytes], log: Any) -> None:
    until(lambda: listens(port) or server.poll() is not None)
    log.seek(0)
    assert server.poll() is None, f"no server:\n{log.read()}"


def load(port: int, path: str, count: int = REQUESTS) -> None:
    """Send requests from another process; all are answered."""
    ended = subprocess.run(
        [sys.executable, LOAD, str(port), path, str(count)],
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=True,
    )
    assert int(ended.stdout) == count


def assert_one_trace_each(project: Any, handler: str, count: int, waiting: str | None) -> None:
    """Each request is a SERVER span with its handler and that one's calls below; nothing is missing."""
    servers = project.query(
        "SELECT trace_id, span_id, parent_span_id, CAST(links AS VARCHAR) FROM spans WHERE kind = 'SERVER'"
    )
    assert len(servers) == len({trace for trace, *_ in servers}) == count
    parents = Counter(parent for _, _, parent, _ in servers)
    assert parents.pop(None) == count // 2
    assert parents == {f"{n + 1:016x}": 1 for n in range(1, count, 2)}
    handlers = children(project, handler)
    assert sorted(parent for parent, _ in handlers) == sorted((trace, span) for trace, span, _, _ in servers)
    prices = children(project, "price")
    assert len(prices) == count
    assert {trace for (trace, _), _ in prices} == {trace for trace, *_ in servers}
    if waiting:
        [(trace, span)] = project.query(f"SELECT trace_id, span_id FROM calls WHERE function = '{waiting}'")
        link = [{"trace_id": trace, "span_id": span, "waiting": True}]
        assert all(json.loads(links) == link for *_, links in servers)
    assert project.query("SELECT * FROM drops") == []


def children(project: Any, function: str) -> list[Any]:
    """((trace, parent), span) of each ended call of a function, whatever its module's name."""
    rows = project.query(
        f"SELECT trace_id, parent_span_id, span_id FROM calls WHERE qualname = '{function}' AND status = 'ok'"
    )
    return [((trace, parent), span) for trace, parent, span in rows]


def without_others_than(framework: str) -> dict[str, str]:
    """The environment in which the instrumentations of others stay out: each imports what it instruments."""
    others = {"celery", "requests", *FRAMEWORKS.values()} - {framework}
    return {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ",".join(sorted(others))}


@pytest.mark.parametrize(
    ("command", "path", "handler", "waiting", "end"),
    [
        ("python api.py {port}", "/async/{n}", "read", "__main__.main", signal.SIGTERM),
        ("python api.py {port}", "/sync/{n}", "read_in_thread", "__main__.main", signal.SIGINT),
        ("uvicorn api:app --port {port}", "/async/{n}", "read", None, signal.SIGINT),
        ("uvicorn api:app --port {port}", "/sync/{n}", "read_in_thread", None, signal.SIGTERM),
        (
            "uvicorn api:app --workers 2 --timeout-worker-healthcheck 10000 --port {port}",
            "/sync/{n}",
            "read_in_thread",
            None,
            signal.SIGTERM,
        ),
        ("uvicorn api:app --reload --port {port}", "/async/{n}", "read", None, signal.SIGTERM),
        ("python shop.py {port}", "/item/{n}", "read", "__main__.main", signal.SIGINT),
        ("flask --app shop run --port {port}", "/item/{n}", "read", "flask.cli.run_command", signal.SIGINT),
        (
            "gunicorn -t 10000 -w 2 -b 127.0.0.1:{port} shop:app",
            "/item/{n}",
            "read",
            "gunicorn.app.wsgiapp.run",
            signal.SIGTERM,
        ),
        (
            "gunicorn -t 10000 -w 2 --threads 4 -b 127.0.0.1:{port} shop:app",
            "/item/{n}",
            "read",
            None,
            signal.SIGINT,
        ),
        ("-i site_ python site_.py {port}", "/item/{n}", "read", "__main__.main", signal.SIGINT),
    ],
)
def test_each_request_is_a_trace(
    servers: Any, command: str, path: str, handler: str, waiting: str | None, end: int
) -> None:
    port = free_port()
    (framework,) = (name for app, name in FRAMEWORKS.items() if re.search(rf"\b{app}\b", command))
    with serving(servers, command, port, end, without_others_than(framework)):
        load(port, path)
    assert_one_trace_each(servers, handler, REQUESTS, waiting)


def test_a_request_between_two_servers_is_one_trace(servers: Any) -> None:
    front, back = free_port(), free_port()
    with (
        serving(servers, "python api.py {port}", back),
        serving(servers, "python shop.py {port}", front, signal.SIGINT, {"BACK": str(back)}),
    ):
        load(front, "/front/{n}", 40)
    chains = servers.query(
        """
        SELECT f.trace_id FROM calls front JOIN spans f ON f.span_id = front.parent_span_id
            JOIN spans client ON client.parent_span_id = front.span_id
            JOIN spans b ON b.parent_span_id = client.span_id
            JOIN calls back ON back.parent_span_id = b.span_id
        WHERE front.qualname = 'front' AND back.qualname = 'read'
            AND [f.kind, client.kind, b.kind] = ['SERVER', 'CLIENT', 'SERVER']
            AND back.trace_id = f.trace_id AND front.run_id <> back.run_id
        """
    )
    assert len(chains) == len(set(chains)) == 40


def test_fastapi_traces_requests_by_itself(servers: Any) -> None:
    port = free_port()
    with serving(servers, "python api.py {port}", port, environ=WITHOUT_INSTRUMENTATIONS):
        load(port, "/async/{n}", 20)
    roots = servers.query("SELECT trace_id FROM spans WHERE kind = 'SERVER' AND scope = 'fastapi'")
    assert sorted(trace for (trace, _), _ in children(servers, "read")) == sorted(trace for (trace,) in roots)
    assert len(set(roots)) == 20


def test_without_instrumentation_requests_are_calls_of_main(servers: Any) -> None:
    port = free_port()
    with serving(servers, "python shop.py {port}", port, signal.SIGINT, environ=WITHOUT_INSTRUMENTATIONS):
        load(port, "/item/{n}", 20)
    [(trace, main)] = servers.query("SELECT trace_id, span_id FROM calls WHERE function = '__main__.main'")
    assert [parent for parent, _ in children(servers, "read")] == [(trace, main)] * 20
