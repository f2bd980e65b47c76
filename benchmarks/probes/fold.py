"""How quickly spans move from the spool into the database, and how small they are there.

`python -m benchmarks.probes.fold STORE` folds and prints what it took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import child
from benchmarks.measured import peak_rss


def measure(store: Path, spans: int) -> dict[str, Any]:
    """Write a store of so many spans and fold it; the store stays."""
    environ = child.environment(store.parent)
    for module, more in (("synthetic", [str(spans)]), ("fold", [])):
        words = [sys.executable, "-m", f"benchmarks.probes.{module}", str(store), *more]
        said = child.run(words, cwd=store.parent, environ=environ, seconds=1200).said
    took = json.loads(said)
    return {
        "command": f"breadcrumb_exporter_duckdb.database.fold.fold() of {spans:,} spans",
        "spans": spans,
        "spans_per_second": spans / took["wall_ns"] * 1e9,
        "bytes_per_span": took["bytes"] / spans,
        **took,
    }


def main(store: Path) -> None:
    """Fold all of it."""
    from breadcrumb_exporter_duckdb.database.fold import fold

    spooled = sum(path.stat().st_size for path in (store / "spool").iterdir())
    began, cpu = time.perf_counter_ns(), time.process_time_ns()
    fold(store, seconds=3600.0)
    took = {"wall_ns": time.perf_counter_ns() - began, "cpu_ns": time.process_time_ns() - cpu}
    size = (store / "traces.duckdb").stat().st_size
    sizes = {"bytes": size, "spool_bytes": spooled, "peak_rss": peak_rss()}
    sys.stdout.write(json.dumps({**took, **sizes}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
