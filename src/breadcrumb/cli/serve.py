"""`breadcrumb serve`: spans of other programs into the store, over OTLP."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.location import StoreError

from breadcrumb.cli.housekeeping import Place, Told, command
from breadcrumb.cli.parser import Parser
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say, with_extra
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from breadcrumb.otlp.receiving import Receiver

HTTP_PORT, GRPC_PORT = 4318, 4317
EXAMPLES = """example:
  breadcrumb serve
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node app.js
  breadcrumb query --flow
"""


def serve(argv: Sequence[str]) -> int:
    """Run `breadcrumb serve ARGV`."""
    return command(argv, serve_parser, {"serve": _serve})


def serve_parser() -> Parser:
    """Parse `breadcrumb serve`."""
    parser = Parser(
        prog="breadcrumb serve",
        description="Take spans of other programs, in any language, into the store until Ctrl-C: OTLP over "
        "HTTP and gRPC, on this machine's loopback address alone, redacted as our own are.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(action="serve")
    for name, default in (("http", HTTP_PORT), ("grpc", GRPC_PORT)):
        parser.add_argument(
            f"--{name}-port",
            metavar="N",
            type=port,
            default=default,
            help=f"default: {default}; 0: a free one",
        )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--store", metavar="DIR", help="the store, where it is not the project's")
    return parser


def port(text: str) -> int:
    """Read the number of a port; 0 is any that is free."""
    if not text.isdecimal() or not 0 <= int(text) < 1 << 16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _serve(place: Place, arguments: argparse.Namespace) -> Told:
    try:
        from breadcrumb.otlp import grpc_server, http_server
        from breadcrumb.otlp.receiving import Receiver
    except ModuleNotFoundError as error:
        raise NoAnswer(f"{error.name} is not installed here", with_extra("otlp")) from error
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    receiver = Receiver(place.path, place.settings, ["breadcrumb", *sys.argv[1:]])
    try:
        over_grpc = _listening(grpc_server.Server, arguments.grpc_port, "grpc", receiver)
        over_http = _listening(http_server.Server, arguments.http_port, "http", receiver)
        threading.Thread(target=over_http.serve_forever, daemon=True).start()
        where = f"http://127.0.0.1:{over_http.server_address[1]} and, over gRPC, 127.0.0.1:{over_grpc.port}"
        say(f"taking OTLP at {where} into {place.path} (run {receiver.run_id}); Ctrl-C ends it")
        ended.wait()
        over_http.shutdown()
        over_grpc.close()
    finally:
        _close(receiver)
    line = f"Took {receiver.spans:,} spans: run {receiver.run_id}."
    steps = [place.ask.query("--flow", "--run", receiver.run_id)] if receiver.spans else []
    return Told([line], [{"run": receiver.run_id, "spans": receiver.spans}], steps)


def _listening(server: Callable[[int, Receiver], Any], number: int, name: str, receiver: Receiver) -> Any:
    try:
        return server(number, receiver)
    except OSError as error:
        hint = f"end what listens there, or choose another with --{name}-port"
        raise NoAnswer(f"cannot listen on port {number}: {error.strerror}", hint, ExitCode.FAILED) from error


def _close(receiver: Receiver) -> None:
    try:
        receiver.close()
    except (OSError, StoreError) as error:
        say(f"the end of run {receiver.run_id} could not be written: {error}")
