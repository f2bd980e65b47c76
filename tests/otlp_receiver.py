"""Receives OTLP over gRPC and HTTP: `otlp_receiver.py FILE` prints both ports and keeps what arrives in FILE.

Each trace request is appended as a 4-byte little-endian length and the serialized protocol message, before
the sender has its answer. It ends when its standard input does.
"""

import gzip
import http.server
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # ships no types
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as messages
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as services


class Kept:
    """The file of requests; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, request: bytes) -> None:
        with self._lock, self._path.open("ab") as file:
            file.write(len(request).to_bytes(4, "little") + request)


class TraceService(services.TraceServiceServicer):
    """The gRPC side."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self._kept.add(request.SerializeToString())
        return messages.ExportTraceServiceResponse()


def http_server(kept: Kept) -> http.server.ThreadingHTTPServer:
    """The HTTP side, on a free port of the loopback interface."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces":
                kept.add(messages.ExportTraceServiceRequest.FromString(body).SerializeToString())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Stay quiet."""

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def main(path: Path) -> None:
    kept = Kept(path)
    over_grpc = grpc.server(ThreadPoolExecutor(2))
    services.add_TraceServiceServicer_to_server(TraceService(kept), over_grpc)  # type: ignore[no-untyped-call]
    grpc_port = over_grpc.add_insecure_port("127.0.0.1:0")
    over_grpc.start()
    over_http = http_server(kept)
    threading.Thread(target=over_http.serve_forever, daemon=True).start()
    print(grpc_port, over_http.server_address[1], flush=True)  # noqa: T201
    sys.stdin.read()
    over_grpc.stop(None)
    over_http.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
