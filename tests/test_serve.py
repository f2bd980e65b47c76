"""`breadcrumb serve`: spans of any sender come into the store, whole, redacted and bounded."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc  # type: ignore[import-untyped]  # ships no types
import pytest
from breadcrumb_exporter_duckdb.exchange.otlp_json import requests
from breadcrumb_exporter_duckdb.reading.store import open_store
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]  # no stubs here
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SpanExportResult
from otlp_files import as_protobuf_json
from patience import HANGS
from test_foreign_spans import emit
from test_foreign_spans import told as whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Project

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECRET = "hunter2-hunter2"
MEMORY_KB = 256 * 1024
EXPORT = "/opentelemetry.proto.collector.{}.v1.{}Service/Export"
HEADER = re.compile(r"http://127.0.0.1:(\d+) and, over gRPC, 127.0.0.1:(\d+) into .* \(run (\w+)\)")


class Serving:
    """A running `breadcrumb serve`, and how to speak with it."""

    def __init__(self, project: Project, *words: str) -> None:
        self.project = project
        command = ["breadcrumb", "serve", "--http-port", "0", "--grpc-port", "0", *words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=project.path, env=project.environ, stdout=pipe, stderr=pipe, text=True
        )
        assert self.process.stderr is not None
        found = HEADER.search(self.process.stderr.readline())
        assert found
        self.http, self.grpc, self.run = int(found[1]), int(found[2]), found[3]

    def connected(self) -> http.client.HTTPConnection:
        """Somebody who speaks HTTP with it."""
        return http.client.HTTPConnection("127.0.0.1", self.http, timeout=HANGS)

    def socket(self) -> socket.socket:
        """A connection for what no client would send."""
        return socket.create_connection(("127.0.0.1", self.http), timeout=HANGS)

    def first_line(self, sent: bytes) -> bytes:
        """Send these bytes: the first line of the answer."""
        with self.socket() as connection, connection.makefile("rb") as answer:
            connection.sendall(sent)
            return answer.readline().strip()

    def post(
        self, body: bytes, kind: str = "application/json", path: str = "/v1/traces", **headers: str
    ) -> tuple[int, bytes]:
        """POST a body: the status, and what is answered."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(self.connected()) as connection:
            connection.request("POST", path, body, {"Content-Type": kind, **more})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def export(self, body: bytes, signal: str = "trace", **options: Any) -> str:
        """Send a body over gRPC: the status's name."""
        sending = [("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(f"127.0.0.1:{self.grpc}", sending) as channel:
            try:
                channel.unary_unary(EXPORT.format(signal, signal.capitalize()))(
                    body, timeout=HANGS, **options
                )
            except grpc.RpcError as error:
                return str(error.code().name)
            return "OK"

    def peak_kb(self) -> int:
        """The most memory that it had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])

    def end(self) -> tuple[str, str]:
        """Ctrl-C; what it said."""
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=HANGS)
        assert self.process.returncode == 0, said
        return said


@pytest.fixture(scope="module")
def serving(
    tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]
) -> Iterator[Serving]:
    """One server for all tests."""
    started = Serving(new_project(tmp_path_factory.mktemp("serving")))
    yield started
    started.process.kill()
    started.process.communicate()


def request(*spans: dict[str, Any], service: str = "node") -> bytes:
    """A request as a Node or Go SDK writes it."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}
    parts = [{"resource": resource, "scopeSpans": [{"scope": {"name": "http"}, "spans": list(spans)}]}]
    return json.dumps({"resourceSpans": parts}).encode()


def span(number: int, **more: Any) -> dict[str, Any]:
    now = time.time_ns()
    times = {"startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1000)}
    return {"traceId": TRACE, "spanId": f"{number:016x}", "name": "GET", "kind": 3, **times, **more}


def test_what_is_sent_comes_out_as_it_went_in(serving: Serving, tmp_path: Path) -> None:
    spans = emit(tmp_path / "elsewhere")
    url = f"http://127.0.0.1:{serving.http}/v1/traces"
    for exporter in (
        GrpcExporter(f"http://127.0.0.1:{serving.grpc}", compression=grpc.Compression.Gzip),
        HttpExporter(url, compression=Compression.Gzip),
        HttpExporter(url),
    ):
        assert exporter.export(spans) == SpanExportResult.SUCCESS
        exporter.shutdown()
    with open_store(serving.project.store) as reader:
        lines = [json.loads(line) for line, _ in requests(reader.connection, serving.run)]
    kept = [ParseDict(as_protobuf_json(line), ExportTraceServiceRequest()) for line in lines]
    assert whole(kept) == whole([encode_spans(spans)])
    assert serving.project.query("SELECT count(*) FROM spans WHERE name = 'whole'") == [(1,)]


def test_secrets_are_redacted_by_our_rules(serving: Serving) -> None:
    value = {"stringValue": SECRET}
    attributes = [
        {"key": "db.password", "value": value},
        {"key": "body", "value": {"kvlistValue": {"values": [{"key": "token", "value": value}]}}},
        {"key": "url", "value": {"stringValue": f"https://me:{SECRET}@host/"}},
    ]
    event = {"name": "log", "timeUnixNano": "5", "attributes": attributes}
    status = {"code": 2, "message": f"password={SECRET}"}
    body = request(span(20, attributes=attributes, events=[event], status=status))
    assert serving.post(body)[0] == 200
    [(told, failed)] = serving.project.query(
        f"SELECT attributes, status FROM spans WHERE span_id = '{20:016x}'"
    )
    assert json.loads(told)["db.password"] == "[redacted:password]" and failed == "ERROR"
    written = b"".join(path.read_bytes() for path in serving.project.store.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


def test_each_trouble_has_its_status_and_memory_is_bounded(serving: Serving) -> None:
    bomb = gzip.compress(b"\0" * (1 << 26), 1)
    attribute = b'{"key": "k", "value": {"intValue": 1}}'
    many = request(span(30, attributes=["?"])).replace(b'"?"', b",".join([attribute] * 1_000_000))
    deep = b'{"resourceSpans":' + b"[" * 100_000
    protobuf = "application/x-protobuf"
    troubles = [
        ((b"{", "application/json"), 400, "makes no sense"),
        ((b"[]", "application/json"), 400, "no JSON object"),
        ((b'{"resourceSpans": 7}', "application/json"), 400, "is no list"),
        ((deep, "application/json"), 400, "nested too deep"),
        ((b"\xff\xff", protobuf), 400, "no protobuf message"),
        ((b"\0" * (64 << 20), protobuf), 413, "more than 4 MB"),
        ((many, "application/json"), 413, "more than 4 MB"),
        ((b"\x12\0" * 5 + b"\x0a\x00" * 2_000_000, protobuf), 413, "more than 100,000"),
        ((b"[" + b"{}," * 1_000_000 + b"{}]", "application/json"), 400, "no JSON object"),
        ((b"x=1", "application/x-www-form-urlencoded"), 415, "the content type"),
    ]
    for (body, kind), status, reason in troubles:
        answered, said = serving.post(body, kind)
        assert (answered, reason in said.decode(errors="replace")) == (status, True), (reason, answered, said)
    assert serving.post(bomb, protobuf, Content_Encoding="gzip")[0] == 413
    assert serving.post(b"no", protobuf, Content_Encoding="gzip")[0] == 400
    assert serving.post(b"{}", path="/v1/metrics")[0] == 404
    assert serving.post(b"{}", path="/")[0] == 404
    assert serving.export(b"\xff\xff") == "INVALID_ARGUMENT"
    assert serving.export(b"\0" * (8 << 20)) == "RESOURCE_EXHAUSTED"
    assert serving.export(b"\0" * (1 << 26), compression=grpc.Compression.Gzip) == "RESOURCE_EXHAUSTED"
    assert serving.export(b"", "metrics") == "UNIMPLEMENTED"
    assert serving.export(b"\xff\xff", "logs") == "INVALID_ARGUMENT"
    assert serving.post(b'{"resourceLogs": [{"scopeLogs": 7}]}', path="/v1/logs")[0] == 400
    assert serving.post(bomb, protobuf, "/v1/logs", Content_Encoding="gzip")[0] == 413
    assert serving.post(request(span(31)))[0] == 200, "it still answers"
    assert serving.peak_kb() < MEMORY_KB


def log(number: int, text: Any, **more: Any) -> dict[str, Any]:
    """A record of the span with that number."""
    body = {"stringValue": text} if isinstance(text, str) else text
    ids = {"traceId": TRACE, "spanId": f"{number:016x}"}
    return {**ids, "timeUnixNano": str(time.time_ns()), "severityNumber": 17, "body": body, **more}


def test_logs_stand_below_their_span(serving: Serving) -> None:
    said = {"key": "content", "value": {"stringValue": "how warm?"}}
    asked = {"kvlistValue": {"values": [said, {"key": "role", "value": {"stringValue": "user"}}]}}
    records = [
        log(70, f"paid with password={SECRET}"),
        log(70, "x" * 990 + f" password={SECRET} " + "y" * 5_000),
        log(70, asked, eventName="gen_ai.user.message", severityNumber=0),
        log(70, "nowhere", traceId=""),
        log(70, "when?", timeUnixNano="soon"),
    ]
    body = {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "shop"}, "logRecords": records}]}]}
    model = [
        {"key": "gen_ai.request.model", "value": {"stringValue": "small"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1200"}},
        {"key": "llm.input_messages.0.message.role", "value": {"stringValue": "user"}},
        {"key": "llm.input_messages.0.message.content", "value": {"stringValue": "how warm?"}},
    ]
    assert serving.post(request(span(70, name="pay", attributes=model)))[0] == 200
    for _ in range(2):  # sent again, a record is kept once
        status, answer = serving.post(json.dumps(body).encode(), path="/v1/logs")
        assert (status, json.loads(answer)["partialSuccess"]["rejectedLogRecords"]) == (200, 2)
    del records[3:]  # ... also over the other transport, with numbers as numbers
    whole = ParseDict(as_protobuf_json(body), ExportLogsServiceRequest())
    assert serving.export(whole.SerializeToString(), "logs") == "OK"
    body["resourceLogs"][0]["scopeLogs"][0]["logRecords"] = [log(70, "packed", severityText="Info")]
    whole = ParseDict(as_protobuf_json(body), ExportLogsServiceRequest())
    assert serving.export(whole.SerializeToString(), "logs") == "OK"
    shown = serving.project.call("breadcrumb", "show", f"{70:016x}").stdout
    first, second, third, fourth, fifth = shown.splitlines()[:5]
    assert fifth == "  [LOG Info packed]", shown
    assert "pay]  small, 1,200 tokens in  user: how warm?" in first, shown
    assert second == "  [LOG ERROR paid with password=[redacted:password]]", shown
    assert third.startswith("  [LOG ERROR xxx") and fourth == "  [LOG gen_ai.user.message]  user: how warm?"
    [(name, held)] = serving.project.query(
        "SELECT name, attributes->>'$.\"log.body\"' FROM spans WHERE kind = 'LOG' AND name LIKE '% xx%'"
    )
    assert len(name) < 1_100 and len(held) > 6_000 and SECRET not in held
    assert serving.project.query(f"SELECT count(*) FROM spans WHERE parent_span_id = '{70:016x}'") == [(4,)]


def test_what_is_no_span_is_told_and_the_others_are_kept(serving: Serving) -> None:
    ahead = {
        "startTimeUnixNano": str(time.time_ns() + 10**15),
        "endTimeUnixNano": str(time.time_ns() + 10**15),
    }
    body = request(span(0), span(40, traceId="zz"), span(41, endTimeUnixNano="x"), span(42, **ahead))
    status, said = serving.post(body)
    assert status == 200
    assert json.loads(said)["partialSuccess"]["rejectedSpans"] == 3
    assert serving.project.query(f"SELECT count(*) FROM spans WHERE span_id = '{42:016x}'") == [(1,)]
    assert serving.post(request(span(43), span(43)))[0] == 200
    assert serving.project.query(f"SELECT count(*) FROM spans WHERE span_id = '{43:016x}'") == [(1,)]


def test_pages_of_the_web_two_lengths_and_slow_bodies_are_refused(serving: Serving) -> None:
    for origin in ("https://evil.example", "http://localhost.evil.example:1", "null", "http://["):
        assert serving.post(request(span(60)), Origin=origin)[0] == 403, origin
    assert serving.post(request(span(61)), Origin="http://localhost:3000")[0] == 200
    head = b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for more in (b"Content-Length: 9", b"Transfer-Encoding: chunked"):
        lengths = b"Content-Length: 2\r\n" + more + b"\r\n"
        assert serving.first_line(head + lengths + b"\r\n{}") == b"HTTP/1.1 400 Bad Request"
    with contextlib.ExitStack() as open_ones:
        slow = [open_ones.enter_context(serving.socket()) for _ in range(16)]  # four are read at once
        for each in slow:
            each.sendall(head + b"Content-Length: 9\r\n\r\n{")
        assert serving.post(request(span(62)))[0] == 200, "it waits until the slow ones are given up"
        assert [each.recv(24) for each in slow] == [b"HTTP/1.1 408 Request Tim"] * 16
    several = ", ".join(f"'{number:016x}'" for number in (60, 61, 62))
    kept = serving.project.query(f"SELECT span_id FROM spans WHERE span_id IN ({several}) ORDER BY 1")
    assert kept == [(f"{61:016x}",), (f"{62:016x}",)]


def test_connections_that_stay_silent_keep_nobody_out(serving: Serving) -> None:
    with contextlib.ExitStack() as open_ones:
        for _ in range(70):
            open_ones.enter_context(serving.socket()).sendall(b"POST /v1/traces HTTP/1.1\r\nX: a")
        for number in (63, 64):
            assert serving.post(request(span(number)))[0] == 200


def test_a_body_in_chunks_is_read(serving: Serving) -> None:
    body = gzip.compress(request(span(50)))
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    large = iter([b"\0" * (1 << 20)] * 8)
    with contextlib.closing(serving.connected()) as connection:
        for pieces, status in ((iter([body[:10], body[10:]]), 200), (iter([body]), 200), (large, 413)):
            connection.request("POST", "/v1/traces", pieces, headers, encode_chunked=True)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
    assert serving.project.query(f"SELECT count(*) FROM spans WHERE span_id = '{50:016x}'") == [(1,)]


CALLED = """
from opentelemetry import context, trace
from opentelemetry.propagate import extract

def handle(x):
    return x

if __name__ == "__main__":
    context.attach(extract({"traceparent": "00-TRACE-000000000000003c-01"}))
    handle(1)
"""


def test_a_caller_in_another_service_stands_above_our_calls(serving: Serving) -> None:
    project = serving.project
    project.write("app.py", CALLED.replace("TRACE", TRACE))
    ran = project.run("--no-report", "python", "app.py")
    assert ran.returncode == 0, ran.stderr
    assert serving.post(request(span(60, name="GET /cart")))[0] == 200
    shown = project.call("breadcrumb", "query", "--trace", TRACE).stdout
    lines = [line.split("  ")[0] or line for line in shown.splitlines()]
    at = {
        name: number
        for number, line in enumerate(shown.splitlines())
        for name in ("GET /cart", "handle(")
        if name in line
    }
    assert at["GET /cart"] < at["handle("], lines
    indent = [len(line) - len(line.lstrip()) for line in shown.splitlines()]
    assert indent[at["GET /cart"]] < indent[at["handle("]]


def test_ports_that_are_taken_and_the_end_are_one_line_each(serving: Serving) -> None:
    for name, number in (("http", serving.http), ("grpc", serving.grpc)):
        ports = {"http": 0, "grpc": 0, name: number}
        words = [word for each, n in ports.items() for word in (f"--{each}-port", n)]
        ended = serving.project.call("breadcrumb", "serve", *words)
        assert ended.returncode == 1
        assert f"cannot listen on port {number}: Address already in use" in ended.stderr
        assert "Traceback" not in ended.stderr
    out, told = serving.end()
    assert re.search(rf"Took \d+ spans: run {serving.run}\.", out)
    lines = told.splitlines()
    assert len(lines) == len(set(lines)), "the same line twice"
    for said in ("more than 4 MB", "metrics are not kept here", "is no id of 8 bytes", "begin in the future"):
        assert any(said in line for line in lines), lines
    assert serving.project.query(f"SELECT status FROM runs WHERE run_id = '{serving.run}'") == [("exited",)]
