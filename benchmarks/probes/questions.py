"""How long every built-in question takes over a large store, warm.

A question is asked, and its answer written as text, over an open store; opening it is a figure of its own.
`python -m benchmarks.probes.questions STORE` asks and prints what it took.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import child
from benchmarks.probes.synthetic import CODES, RUN

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = 5
MODULE, NAME = CODES[7]
FUNCTION = f"{MODULE}.{NAME}"
QUESTIONS: dict[str, tuple[str, ...]] = {
    "--flow": ("flow",),
    "--gaps": ("gaps",),
    "--expensive": ("expensive",),
    "--errors": ("errors",),
    f"--call {FUNCTION}": ("call", FUNCTION),
    f"--call {FUNCTION}#400": ("call", f"{FUNCTION}#400"),
    f"--trace {FUNCTION}": ("trace", FUNCTION),
    "--data Account": ("data", "Account"),
    "runs": ("runs",),
    f"show {RUN}": ("show", RUN),
    "top": ("top",),
}


def measure(store: Path) -> dict[str, Any]:
    """Milliseconds of each question over `store`."""
    words = [sys.executable, "-m", "benchmarks.probes.questions", str(store)]
    said = child.run(words, cwd=store.parent, environ=child.environment(store.parent), seconds=1200).said
    told: dict[str, Any] = json.loads(said)
    return {"command": "each question and its text, in one process over an open store", **told}


def timed(work: Callable[[], object]) -> float:
    """The median of some turns after a first one, ms."""
    work()
    took = []
    for _ in range(TURNS):
        began = time.perf_counter_ns()
        work()
        took.append((time.perf_counter_ns() - began) / 1e6)
    return statistics.median(took)


def main(store: Path) -> None:
    """Ask all of them."""
    from breadcrumb_exporter_duckdb.reading.store import open_store

    from breadcrumb import questions
    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.render.text import text

    def opened() -> None:
        with open_store(store) as reader:
            reader.connection.execute("SELECT 1")

    ask = Ask(store=str(store), calls_made=False)
    took = {}
    with open_store(store) as reader:
        for title, (name, *words) in QUESTIONS.items():
            question = questions.find(name)
            took[title] = timed(lambda question=question, words=words: text(question(reader, ask, *words)))  # type: ignore[misc] # bound now
    sys.stdout.write(json.dumps({"ms": took, "open_ms": timed(opened)}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
