"""`breadcrumb forward --to clickhouse://...`: runs to a team's store, or the tables for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.cli.housekeeping import Place, Told
from breadcrumb.cli.patience import PATIENCE_SECONDS, stopped
from breadcrumb.clickhouse.server import require_client
from breadcrumb.common import sending
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from breadcrumb.clickhouse.addresses import Address
    from breadcrumb.clickhouse.sending import Sender


def send(place: Place, arguments: argparse.Namespace, chosen: Sequence[str]) -> Told:
    """Carry the command out."""
    from breadcrumb.clickhouse.addresses import address

    where = address(arguments.to)
    require_client()
    if arguments.create:
        return _create(where, arguments.days)
    if chosen or arguments.protocol or arguments.days:
        words = chosen or ["--protocol"] if not arguments.days else ["--days"]
        raise NoAnswer(f"a team's store takes whole runs, without {words[0]}", "leave it out", ExitCode.USAGE)
    if place.settings.otlp_values is False:
        raise NoAnswer("otlp_values = false keeps values here, which a team's store holds", "change it")
    return _send(place, where, arguments)


def _create(where: Address, days: int | None) -> Told:
    from breadcrumb.clickhouse.server import connected
    from breadcrumb.clickhouse.tables import DAYS, create

    with connected(where, in_database=False) as server:
        create(server, days or DAYS)
    return Told([f"The tables are in {where}; rows go {days or DAYS} days after they came."])


def _send(place: Place, where: Address, arguments: argparse.Namespace) -> Told:
    from breadcrumb.clickhouse.sending import Sender
    from breadcrumb.clickhouse.server import Server
    from breadcrumb.otlp.backends import Refused
    from breadcrumb.otlp.patience import Pace, Patience

    patient = arguments.patience or (None if arguments.follow else PATIENCE_SECONDS)
    sender = Sender(place.path, lambda: Server(where), Patience(str(where), patient), Pace(arguments.rate))
    say(sending.notice(str(where)))
    try:
        sender.run(Ask(run=arguments.run, store=place.ask.store), follow=arguments.follow)
    except KeyboardInterrupt:
        pass
    except Refused as refused:
        raise stopped(sum(sender.sent.values()), str(where), refused) from refused
    return _told(sender, where)


def _told(sender: Sender, where: Address) -> Told:
    sent, had = sum(sender.sent.values()), sum(sender.had.values())
    rows = [{"run": run_id, "sent": each, "had": sender.had[run_id]} for run_id, each in sender.sent.items()]
    runs = f"run {rows[0]['run']}" if len(rows) == 1 else f"{len(rows)} runs"
    before = f"; {had:,} were there before" if had else ""
    line = f"Sent {sent:,} calls and spans of {runs} to {where}{before}."
    lines = [line, *(f"Run {run_id} came there from another store: left out." for run_id in sender.left_out)]
    about = {"to": str(where), "sent": sent, "left_out": sender.left_out}
    code = ExitCode.FAILED if sender.left_out and not rows else ExitCode.OK
    return Told(lines, rows, [f"breadcrumb runs --store {where}"], about=about, code=code)
