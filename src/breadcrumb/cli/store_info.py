"""`breadcrumb store info`: where the store is and why there, what it holds and what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import is_encrypted
from breadcrumb_exporter_duckdb.base.records import asdict, replace

from breadcrumb.cli.housekeeping import Place, Told, count, iso_time, limits, size, some

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.inventory import Inventory, StoredRun


def info(place: Place, _: argparse.Namespace) -> Told:
    from breadcrumb_exporter_duckdb.reading.inventory import inventory

    found = inventory(place.path)
    encrypted = is_encrypted(place.path)
    retention = place.settings.retention
    if encrypted:  # only folding removes runs for their age or number
        retention = replace(retention, days=0, runs=0)
    owner_only = place.path.stat().st_mode & 0o077 == 0
    readable = "readable by you alone" if owner_only else "READABLE BY OTHERS: chmod 700"
    lines = [
        f"{place.path} ({place.why}), {readable}, {'' if encrypted else 'not '}encrypted.",
        _sizes(found, encrypted=encrypted),
        f"Keeps {limits(retention)}.",
        *([] if encrypted else [f"{count(len(found.runs), 'run')} folded{_span(found.runs)}."]),
        *some([_run_line(run) for run in reversed(found.runs)], place.ask.command("runs")),
    ]
    about = {
        "store": str(place.path),
        "why": place.why,
        "owner_only": owner_only,
        "encrypted": encrypted,
        "database_bytes": found.database,
        "free_bytes": found.free,
        "spool_bytes": found.spool,
        "unfolded_bytes": found.unfolded,
        "writing": [{"run": each.run_id, "pid": each.pid} for each in found.writers],
        "retention": asdict(retention),
    }
    rows = [
        {
            "run": run.run_id,
            "start": iso_time(run.start_ns),
            "last": iso_time(run.last_ns),
            "calls": run.calls,
            "pinned": run.pinned,
            "pruned": run.pruned,
        }
        for run in reversed(found.runs)
    ]
    return Told(lines, rows, _after_info(place, found), about)


def _sizes(found: Inventory, *, encrypted: bool) -> str:
    writing = _writing(found)
    if encrypted:
        return f"No database: questions read the spool ({size(found.spool)}{writing})."
    return (
        f"Database {size(found.database)} ({size(found.free)} of it free), spool {size(found.spool)}"
        f" ({size(found.unfolded)} not folded yet{writing})."
    )


def _after_info(place: Place, found: Inventory) -> list[str]:
    if found.free > found.database / 2 and found.free > 10_000_000:
        return [place.ask.command("store", "compact")]
    if not found.runs and not found.unfolded:
        return [place.ask.command("run", "python", "app.py")]
    return [place.ask.query("--flow"), place.ask.command("store", "verify")]


def _writing(found: Inventory) -> str:
    pids = sorted({each.pid for each in found.writers})
    return (
        f"; written to by {', '.join(map(str, pids[:5]))}{', ...' if len(pids) > 5 else ''}" if pids else ""
    )


def _run_line(run: StoredRun) -> str:
    marks = [*(["pinned"] if run.pinned else []), *(["its beginning was pruned"] if run.pruned else [])]
    what = f"  ({', '.join(marks)})" if marks else ""
    return f"  {run.run_id}  {iso_time(run.start_ns)[:19]}  {count(run.calls, 'call')}{what}"


def _span(runs: Sequence[StoredRun]) -> str:
    if not runs:
        return ""
    first, last = min(run.start_ns for run in runs), max(run.last_ns for run in runs)
    return f", from {iso_time(first)[:19]} to {iso_time(last)[:19]} (UTC)"
