"""Spans of other instrumentations nest in our calls, and our calls in theirs, wherever work is handed on.

A tree is indented by parents, in the order of their starts: calls by their names, spans in brackets.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from typing import Any

import pytest

HEAD = """
import asyncio, os, subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from opentelemetry import context, trace
from opentelemetry.trace import SpanKind

tracer = trace.get_tracer("by hand")
span = tracer.start_as_current_span

def work(): leaf()
def leaf(): pass
"""


def nest(project: Any, program: str, **environ: str) -> list[str]:
    """Run a program whose indented text follows HEAD; its tree."""
    project.write("app.py", HEAD + textwrap.dedent(program))
    ended = project.call("breadcrumb-instrument", "python", "app.py", environ=environ)
    assert (ended.returncode, ended.stderr) == (0, "")
    return tree(project)


def tree(project: Any) -> list[str]:
    """Calls and spans below their parents; a parent of another trace would make a root."""
    rows = project.query(
        """
        SELECT trace_id, span_id, parent_span_id, qualname AS name, start_ns FROM calls
        UNION ALL SELECT trace_id, span_id, parent_span_id, '[' || name || ']', start_ns FROM spans
        ORDER BY start_ns
        """
    )
    known = {(trace, span) for trace, span, *_ in rows}
    children: dict[tuple[str, str] | None, list[Any]] = defaultdict(list)
    for row in rows:
        parent = (row[0], row[2])
        assert row[2] is None or parent in known, f"{row[3]} has a parent that is nowhere"
        children[parent if row[2] else None].append(row)

    def lines(parent: tuple[str, str] | None, indent: str) -> list[str]:
        return [
            line
            for trace, span, _, name, _ in children[parent]
            for line in (indent + name, *lines((trace, span), indent + "  "))
        ]

    return lines(None, "")


def expected(text: str) -> list[str]:
    return textwrap.dedent(text).strip("\n").splitlines()


CASES = {
    "a span in a call, calls in the span, and after it": (
        """
        def main():
            work()
            with span("a"):
                work()
                with span("b"):
                    leaf()
            work()
            leaf()
        main()
        """,
        """
        main
          work
            leaf
          [a]
            work
              leaf
            [b]
              leaf
          work
            leaf
          leaf
        """,
    ),
    "a span around a call": (
        """
        def main():
            with span("inner"):
                work()
        with span("outer"):
            main()
        work()
        """,
        """
        [outer]
          main
            [inner]
              work
                leaf
        work
          leaf
        """,
    ),
    "a span that stays attached is the parent of what follows, as without us": (
        """
        def careless():
            lost = tracer.start_span("left")
            context.attach(trace.set_span_in_context(lost))
            leaf()
            lost.end()
        def main():
            careless()
            leaf()
            with span("a"):
                leaf()
        main()
        """,
        """
        main
          careless
            [left]
              leaf
              leaf
              [a]
                leaf
        """,
    ),
    "tasks": (
        """
        async def fetch(name):
            await asyncio.sleep(0.01)
            with span(name):
                await asyncio.sleep(0.01)
                leaf()
        async def main():
            with span("before"):
                first = asyncio.create_task(fetch("a"))
                await asyncio.sleep(0)
            await asyncio.gather(first)
            await asyncio.gather(fetch("b"))
        asyncio.run(main())
        """,
        """
        main
          [before]
            fetch
              [a]
                leaf
          fetch
            [b]
              leaf
        """,
    ),
    "to_thread, an executor, and a context that is carried by hand": (
        """
        async def inner():
            with span("a"):
                await asyncio.to_thread(work)
                with ThreadPoolExecutor() as pool:
                    pool.submit(leaf).result()
                    pool.submit(copy_context().run, leaf).result()
                    pool.submit(copy_context().run, spanning, "b").result()
        def spanning(name):
            with span(name):
                leaf()
        async def main():
            await inner()
        asyncio.run(main())
        """,
        """
        main
          inner
            [a]
              work
                leaf
              leaf
              leaf
              spanning
                [b]
                  leaf
        """,
    ),
    "threads": (
        """
        def spanning():
            with span("b"):
                leaf()
        def start(target):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        def main():
            with span("a"):
                start(work)
                start(spanning)
            start(leaf)
        main()
        with span("c"):
            start(leaf)
        """,
        """
        main
          [a]
            start
              work
                leaf
            start
              spanning
                [b]
                  leaf
          start
            leaf
        [c]
          start
            leaf
        """,
    ),
    "a subprocess": (
        """
        CHILD = "with span('b'): work()\\nwork()\\n"
        HEAD = open(__file__).read().partition("CHILD")[0]
        def main():
            with span("a"):
                subprocess.run([sys.executable, "-c", HEAD + CHILD], check=True)
        main()
        """,
        """
        main
          [a]
            [b]
              work
                leaf
            work
              leaf
        """,
    ),
    "threads of a task that no call began, in a loop that tells nothing of its steps": (
        """
        import uvloop

        def send():
            with span("a"):
                leaf()

        async def go():
            await asyncio.gather(asyncio.to_thread(send), asyncio.to_thread(send))

        async def serve():
            with span("request", kind=SpanKind.SERVER):
                await go()

        def main():
            uvloop.run(serve())
        main()
        """,
        """
        main
          serve
        [request]
          go
            send
              [a]
                leaf
            send
              [a]
                leaf
        """,
    ),
    "requests and messages begin traces, whoever waits for them": (
        """
        def serve():
            with span("request", kind=SpanKind.SERVER):
                work()
            with span("message", kind=SpanKind.CONSUMER):
                work()
            leaf()
        serve()
        """,
        """
        serve
          leaf
        [request]
          work
            leaf
        [message]
          work
            leaf
        """,
    ),
    "a request inside a span stays inside": (
        """
        def serve():
            with span("a"), span("request", kind=SpanKind.SERVER):
                leaf()
        serve()
        """,
        """
        serve
          [a]
            [request]
              leaf
        """,
    ),
    "the current span can be asked and written to": (
        """
        def main():
            assert not trace.get_current_span().is_recording()
            assert trace.get_current_span().get_span_context().is_valid
            with span("a") as a:
                asyncio.run(other(a))
        async def other(a):
            return await asyncio.to_thread(same, a)
        def same(a):
            assert trace.get_current_span().get_span_context().trace_id == a.get_span_context().trace_id
        main()
        assert not trace.get_current_span().get_span_context().is_valid
        """,
        """
        main
          [a]
            other
              same
        """,
    ),
    "tasks that get a context hang under who made them": (
        """
        def main():
            with asyncio.Runner() as runner:
                runner.run(first(copy_context()))
                runner.run(second())
        async def first(context):
            await asyncio.create_task(third(), context=context)
            await again(context)
        async def again(context): await asyncio.create_task(third(), context=context)
        async def second(): pass
        async def third(): pass
        main()
        """,
        """
        main
          first
            third
            again
              third
          second
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nesting(name: str, project: Any) -> None:
    program, wanted = CASES[name]
    assert nest(project, program) == expected(wanted)


CLIENT = """
import http.server, requests
from opentelemetry.instrumentation.utils import suppress_instrumentation

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()

def fetch():
    requests.get(f"http://127.0.0.1:{server.server_port}/", timeout=10, hooks={"response": seen})

def seen(*args, **kwargs):
    leaf()

def main():
    fetch()
    with suppress_instrumentation():
        fetch()
main()
server.shutdown()
"""


def test_a_client_span_nests_in_a_call_and_calls_in_it(project: Any) -> None:
    del project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"]
    found = [line for line in nest(project, CLIENT) if "Handler" not in line]
    assert [line.rstrip() for line in found] == expected(
        """
        main
          fetch
            [GET]
              seen
                leaf
          fetch
            seen
              leaf
        """
    )


SAMPLED = """
def main():
    with span("a"):
        work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
for _ in range(20):
    main()
"""


@pytest.mark.parametrize("sampler", ["always_off", "traceidratio", "parentbased_always_off"])
def test_what_is_not_sampled_leaves_nothing(sampler: str, project: Any) -> None:
    found = nest(project, SAMPLED, OTEL_TRACES_SAMPLER=sampler, OTEL_TRACES_SAMPLER_ARG="0")
    assert found == []
    assert project.query("SELECT * FROM drops") == []


def test_a_trace_is_sampled_as_a_whole(project: Any) -> None:
    found = nest(
        project, SAMPLED, OTEL_TRACES_SAMPLER="parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG="0.5"
    )
    one = ["main", "  [a]", "    work", "      leaf", "  work", "    leaf"]
    assert found == one * (len(found) // len(one))
    assert 0 < len(found) < 20 * len(one)


def test_a_child_of_an_unsampled_parent_is_unsampled(project: Any) -> None:
    parent = f"00-{7:032x}-{7:016x}-00"
    assert nest(project, SAMPLED, TRACEPARENT=parent, OTEL_TRACES_SAMPLER="parentbased_always_on") == []
