"""`breadcrumb forward`: runs of the store to a backend, over OTLP, or to a team's store."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from breadcrumb.cli.housekeeping import Place, Told, command
from breadcrumb.cli.parser import Parser
from breadcrumb.cli.patience import PATIENCE_SECONDS, stopped
from breadcrumb.common import sending
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say
from breadcrumb.common.quantities import count, duration, seconds, share
from breadcrumb.questions.facts.ask import ALL_RUNS, Ask, NoAnswer, shell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.otlp.forwarding import Outcome

CALL_BYTES = 1_000
"""About what a call takes on its way, with its values."""
EXAMPLES = """examples:
  breadcrumb forward --endpoint http://localhost:4318                the last run
  breadcrumb forward all --follow --endpoint http://localhost:4317   every run, also while it goes on
  breadcrumb forward 3fa2 --errors --endpoint https://tempo.example  what failed
  breadcrumb forward all --to clickhouse://ci@db.example/traces      whole runs to a team's store

Headers (tokens), protocol and certificate come from OTEL_EXPORTER_OTLP_HEADERS, _PROTOCOL and _CERTIFICATE.
"""


def forward(argv: Sequence[str]) -> int:
    """Run `breadcrumb forward ARGV`."""
    return command(argv, forward_parser, {"forward": _forward})


def forward_parser() -> Parser:
    """Parse `breadcrumb forward`."""
    parser = Parser(
        prog="breadcrumb forward",
        description="Send calls and spans from the store to an OpenTelemetry backend. What it has "
        "taken is not sent again: the same command goes on where it stopped.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(action="forward")
    parser.add_argument(
        "run",
        metavar="RUN",
        nargs="?",
        default="last",
        help="a run's id, its beginning, `last` (default) or `all`",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--endpoint", metavar="URL", help="http://localhost:4318, say")
    where.add_argument("--to", metavar="URL", help="a team's store: clickhouse://USER@HOST:8123/DATABASE")
    parser.add_argument(
        "--create", action="store_true", help="with --to: make its tables, or bring them up to date, no more"
    )
    parser.add_argument(
        "--days", metavar="N", type=count, help="with --create: how long it keeps rows (default: 30)"
    )
    parser.add_argument(
        "--protocol", metavar="NAME", help="grpc (default on port 4317), http/protobuf (else) or http/json"
    )
    parser.add_argument("--follow", action="store_true", help="go on until the run is over, or Ctrl-C")
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=seconds,
        help=f"how long to try a backend that takes nothing (default: {PATIENCE_SECONDS:.0f}; "
        "with --follow for ever)",
    )
    parser.add_argument(
        "--openinference", action="store_true", help="with attributes of OpenInference too, for Phoenix"
    )
    parser.add_argument("--rate", metavar="N", type=count, help="at most N spans a second")
    _add_choice(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--store", metavar="DIR", help="the store, where it is not the project's")
    return parser


def _add_choice(parser: Parser) -> None:
    choice = parser.add_argument_group("which calls and spans; all, unless these leave some out")
    choice.add_argument("--errors", action="store_true", help="those that failed")
    choice.add_argument("--slower-than", metavar="TIME", type=duration, help="250us, 10ms, 1.5s")
    choice.add_argument(
        "--depth",
        metavar="N",
        type=count,
        help="the N outermost calls of each stack: 1 leaves what these call out",
    )
    choice.add_argument(
        "--function",
        metavar="PATTERN",
        action="append",
        help="of functions, or modules, or spans; repeat for more",
    )
    choice.add_argument("--test", metavar="NAME", help="while a test of pytest ran")
    choice.add_argument("--share", metavar="PART", type=share, help="so much of the traces: 0.1 is a tenth")


def _forward(place: Place, arguments: argparse.Namespace) -> Told:
    from breadcrumb.otlp.backends import Refused
    from breadcrumb.otlp.connections import connected
    from breadcrumb.otlp.endpoints import endpoint
    from breadcrumb.otlp.forwarding import Forwarder, Order
    from breadcrumb.otlp.patience import Pace, Patience

    if arguments.to is not None:
        from breadcrumb.cli.team_store import send

        return send(place, arguments, _chosen(arguments))
    if arguments.create or arguments.days:
        raise NoAnswer("--create and --days go with --to", "name a clickhouse:// address", ExitCode.USAGE)
    if arguments.test is not None and arguments.run == ALL_RUNS:
        raise NoAnswer("--test names a test of one run", "leave `all` out", ExitCode.USAGE)
    where = endpoint(arguments.endpoint, arguments.protocol)
    values = place.settings.otlp_values is not False
    ask = Ask(run=arguments.run, test=arguments.test, store=place.ask.store)
    to = shell(where.url, *_chosen(arguments))
    choice = _choice(arguments, place.settings.otlp_trace_bytes)
    order = Order(place.path, ask, to, choice, values, arguments.follow, arguments.openinference)
    patient = None if arguments.follow else PATIENCE_SECONDS
    backend = connected(where)
    patience = Patience(where.url, arguments.patience or patient)
    forwarder = Forwarder(order, backend, patience, Pace(arguments.rate))
    if values:
        say(sending.notice(where.url))
    try:
        forwarder.run()
    except KeyboardInterrupt:
        pass
    except Refused as refused:
        raise stopped(forwarder.outcome.sent, where.url, refused) from refused
    finally:
        backend.close()
    return _told(forwarder.outcome, where.url)


def _choice(arguments: argparse.Namespace, trace_bytes: int) -> Any:
    from breadcrumb_exporter_duckdb.exchange.outgoing import Choice

    return Choice(
        errors=arguments.errors,
        slower_ns=arguments.slower_than or 0,
        depth=arguments.depth or 0,
        functions=tuple(pattern.replace(":", ".") for pattern in arguments.function or ()),
        share=arguments.share or 1.0,
        most=max(trace_bytes // CALL_BYTES, 1) if trace_bytes else 0,
    )


def _chosen(arguments: argparse.Namespace) -> list[str]:
    """The words of the choice: who chooses otherwise begins anew."""
    words = ["--errors"] if arguments.errors else []
    for name in ("slower_than", "depth", "test", "share"):
        if (value := getattr(arguments, name)) is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return [*words, *(word for pattern in arguments.function or () for word in ("--function", pattern))]


def _told(outcome: Outcome, url: str) -> Told:
    rows = [
        {"run": run_id, "sent": each.sent, "refused": each.refused}
        for run_id, each in outcome.progress.items()
    ]
    runs = f"run {rows[0]['run']}" if len(rows) == 1 else f"{len(rows)} runs"
    had = sum(each.sent for each in outcome.progress.values()) - outcome.sent
    before = f"; {had:,} were sent before" if had else ""
    line = f"Sent {outcome.sent:,} spans of {runs} to {url}{before}."
    left_out = sum(outcome.left_out.values())
    about = {"endpoint": url, "sent": outcome.sent, "refused": outcome.refused, "left_out": left_out}
    lines = [line, *([_LEFT_OUT.format(left_out)] if left_out else [])]
    if not outcome.refused:
        return Told(lines, rows, about=about)
    reason = f" ({outcome.reason})" if outcome.reason else ""
    lost = f"{outcome.refused:,} of them it did not take{reason}: they are here, and are not sent again."
    return Told([*lines, lost], rows, about=about, code=ExitCode.FAILED)


_LEFT_OUT = (
    "{:,} calls of traces that are too large (otlp_trace_bytes) stay here, the innermost: "
    "`otlp_trace_bytes = 0` sends all."
)
