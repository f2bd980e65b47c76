"""Receives OTLP over gRPC and HTTP: `otlp_receiver.py FILE [GRPC HTTP [BYTES]]` keeps what arrives in FILE.

It prints both ports, free ones unless it was told which. Once FILE has so many bytes it dies instead of
answering.

Each trace request is appended as a 4-byte little-endian length and the serialized protocol message, before
the sender has its answer. It ends when its standard input does. A sender chooses with the header `backend`
how it is answered (`OTEL_EXPORTER_OTLP_HEADERS=backend=absent`): one process is every kind of backend.
"""

import gzip
import http.server
import json
import math
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no types
from google.protobuf.json_format import MessageToJson, ParseDict  # type: ignore[import-untyped]  # no stubs here
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as messages
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as services
from otlp_files import as_protobuf_json

REFUSALS = {
    "absent": (404, grpc.StatusCode.UNIMPLEMENTED),
    "forbidden": (401, grpc.StatusCode.UNAUTHENTICATED),
    "moved": (302, grpc.StatusCode.NOT_FOUND),
}
"""How backends say no to everything, by HTTP and by gRPC."""
AGAIN_S = 0.05
"""When a busy backend wants to be asked again, seconds."""
ended = threading.Event()


class Kept:
    """The file of requests; one writer at a time."""

    def __init__(self, path: Path, most: float) -> None:
        self._path = path
        self._most = most
        self._lock = threading.Lock()
        self._busy: dict[str, int] = {}

    def add(self, request: Any, backend: str) -> Any:
        """Keep a request as this backend does; the response."""
        response = messages.ExportTraceServiceResponse()
        if backend == "hanging":
            ended.wait()
            return response
        if backend == "partial":
            response.partial_success.rejected_spans = reject_half(request)
            response.partial_success.error_message = "TRACE_TOO_LARGE"
        message = request.SerializeToString()
        with self._lock, self._path.open("ab") as file:
            file.write(len(message).to_bytes(4, "little") + message)
            if file.tell() >= self._most:
                file.flush()
                os._exit(1)
        return response

    def is_busy(self, backend: str, sender: str) -> bool:
        """Whether a backend that recovers refuses: the first request of each sender."""
        with self._lock:
            self._busy[sender] = self._busy.get(sender, 0) + 1
            return backend == "recovering" and self._busy[sender] == 1


def reject_half(request: Any) -> int:
    """Take every other span out of a request; how many."""
    rejected = 0
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            kept = list(scope.spans)[::2]
            rejected += len(scope.spans) - len(kept)
            scope.spans.clear()
            scope.spans.extend(kept)
    return rejected


class TraceService(services.TraceServiceServicer):
    """The gRPC side."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        backend = dict(context.invocation_metadata()).get("backend", "")
        if backend in REFUSALS:
            context.abort(REFUSALS[backend][1], "no")
        if self._kept.is_busy(backend, context.peer()):
            again = RetryInfo()
            again.retry_delay.FromMilliseconds(int(AGAIN_S * 1000))
            context.set_trailing_metadata([("google.rpc.retryinfo-bin", again.SerializeToString())])
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "later")
        return self._kept.add(request, backend)


def exported(kept: Kept, body: bytes, kind: str, backend: str) -> bytes:
    """Keep a request in protobuf or JSON; the response."""
    request = messages.ExportTraceServiceRequest()
    if kind == "application/json":
        ParseDict(as_protobuf_json(json.loads(body)), request)
        return str.encode(MessageToJson(kept.add(request, backend)))
    request.ParseFromString(body)
    return bytes(kept.add(request, backend).SerializeToString())


def http_server(kept: Kept, port: int) -> http.server.ThreadingHTTPServer:
    """The HTTP side, on a free port of the loopback interface."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            backend = self.headers.get("backend", "")
            if backend in REFUSALS:
                self.answer(REFUSALS[backend][0])
            elif kept.is_busy(backend, str(self.client_address)):
                self.answer(503)
            elif self.path == "/v1/traces":
                self.answer(200, exported(kept, body, self.headers["Content-Type"], backend))
            else:
                self.answer(200)

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(body)))
            if status == 503:
                self.send_header("Retry-After", str(AGAIN_S))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay quiet."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Stay quiet where a sender is gone."""

    return Server(("127.0.0.1", port), Handler)


def main(path: Path, grpc_port: int = 0, http_port: int = 0, dies_at: float = math.inf) -> None:
    kept = Kept(path, dies_at)
    over_grpc = grpc.server(ThreadPoolExecutor(32))
    services.add_TraceServiceServicer_to_server(TraceService(kept), over_grpc)  # type: ignore[no-untyped-call]
    grpc_port = over_grpc.add_insecure_port(f"127.0.0.1:{grpc_port}")
    over_grpc.start()
    over_http = http_server(kept, http_port)
    threading.Thread(target=over_http.serve_forever, daemon=True).start()
    print(grpc_port, over_http.server_address[1], flush=True)  # noqa: T201
    sys.stdin.read()
    ended.set()
    over_grpc.stop(None)
    over_http.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
