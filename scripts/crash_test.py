"""Kills writers, folders and readers of a store at random; compares what was acknowledged with what it keeps.

    python scripts/crash_test.py [--rounds N] [--seconds S] [--seed N]

Each round has a store of its own: four traced programs that acknowledge every call, two folders and two
readers, each killed at random and started again, for S seconds; then every acknowledged call must be there
once, with its arguments, its return and an id of its own, and the call in which each program was killed as
open. Besides, once: the disk fills up, files may not grow, and a large fold is killed in the middle. `make
test-crash` runs it; the ordinary tests do not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.reading.store import open_store
from crash_writers import BIN, Process, Writer, environment, expected, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WRITERS, FORKED, FOLDERS, READERS = 4, 3, 2, 2
START_SECONDS = 60.0
DEADLY = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT)
STEPS = """SELECT (args->>'$.writer')::INTEGER, (args->>'$.number')::BIGINT, args, "return", span_id
    FROM calls WHERE qualname = 'step' AND status <> 'open'"""
OPEN = """SELECT (args->>'$.writer')::INTEGER, count(*) FROM calls
    WHERE qualname = 'main' AND status = 'open' GROUP BY ALL"""
TWICE = f"SELECT count(*) AS n FROM ({STEPS}) GROUP BY ALL HAVING n > 1"
NO_STORE, BUSY = 3, 4
"""The exit codes of a question before anything was written, and of one that did not get the store in time."""


class Broken(Exception):  # noqa: N818 - it says what the store is
    """What should hold does not."""


class Slot:
    """Something that runs again and again, and is killed at random, some time after it got going."""

    def __init__(
        self,
        start: Callable[[], tuple[Process, Callable[[], bool]]],
        chance: random.Random,
        longest: float,
    ) -> None:
        self._start = start
        self._chance = chance
        self._longest = longest
        self._until: float | None = None
        self.kills = 0
        self.endings: Counter[int] = Counter()
        self.process: Process | None = None

    def step(self) -> None:
        """Start it, kill it if its time is up, or see that it ended."""
        if self.process is None:
            self.process, self._is_going = self._start()
            self._until = None
        elif self.process.poll() is not None:
            self.endings[self.process.returncode or 0] += 1
            self.process = None
        elif self._until is None and self._is_going():
            self._until = time.monotonic() + self._chance.uniform(0.0, self._longest)
        elif self._until is not None and time.monotonic() >= self._until:
            self.kill()

    def kill(self) -> None:
        """Kill it now."""
        if self.process is not None:
            self.process.send_signal(self._chance.choice(DEADLY))
            self.process.wait()
            self.process = None
            self.kills += 1


def kill_at_random(folder: Path, chance: random.Random, seconds: float) -> str:
    """One round; gives what was done. Raises Broken."""
    writers: list[Writer] = []

    nursery = start(folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def write(nursery: subprocess.Popen[str] | None = None) -> tuple[Process, Callable[[], bool]]:
        writer = Writer(folder, len(writers), chance.choice((1, 10, 100, 1000)), nursery=nursery)
        writers.append(writer)
        return writer.process, lambda: writer.acknowledged > 0

    def run(*words: str) -> Callable[[], tuple[Process, Callable[[], bool]]]:
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return lambda: (
            subprocess.Popen(words, cwd=folder, env=environment(folder), **quiet),
            lambda: any(writer.acknowledged for writer in writers),
        )

    fold = run(sys.executable, "-m", "breadcrumb_exporter_duckdb", "fold", "--store", str(folder / "store"))
    ask = run(str(BIN / "breadcrumb"), "query", "--sql", TWICE, "--run", "all")
    slots = [Slot(write, chance, 0.8) for _ in range(WRITERS - FORKED)]
    slots += [Slot(lambda: write(nursery), chance, 0.8) for _ in range(FORKED)]
    slots += [Slot(fold, chance, 3.0) for _ in range(FOLDERS)]
    slots += (readers := [Slot(ask, chance, 15.0) for _ in range(READERS)])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for slot in slots:
            slot.step()
        time.sleep(0.005)
    for slot in slots:
        slot.kill()
    nursery.kill()
    nursery.communicate()
    answers = sum((slot.endings for slot in readers), Counter[int]())
    if set(answers) - {0, BUSY, NO_STORE}:
        raise Broken(f"questions ended with {dict(answers)}")
    calls = compare(folder / "store", writers)
    compare_open(folder / "store", writers)
    kills = sum(slot.kills for slot in slots)
    return (
        f"{kills} kills, {len(writers)} writers, {calls:,} calls, {answers[0]} answers, {answers[BUSY]} busy"
    )


def compare(store: Path, writers: Iterable[Writer], dropped: int = 0) -> int:
    """How many calls there are; Broken unless each acknowledged one is there once and whole."""
    found: dict[int, set[int]] = {writer.number: set() for writer in writers}
    ids = set()
    with open_store(store, wait=START_SECONDS) as reader:  # a killed question's child may hold it still
        rows = reader.connection.execute(STEPS).fetchall()
        notes = [note for note in reader.notes if "torn" not in note]
    for writer, number, args, returned, span_id in rows:
        if (json.loads(args), json.loads(returned or "null")) != expected(writer, number):
            raise Broken(f"call {number} of writer {writer} is kept as {args} -> {returned}")
        if number in found[writer] or span_id in ids:
            raise Broken(f"call {number} of writer {writer}, span {span_id}, is kept twice")
        found[writer].add(number)
        ids.add(span_id)
    for each in writers:
        missing = set(range(each.acknowledged)) - found[each.number]
        if len(missing) > dropped or len(found[each.number]) + len(missing) - each.acknowledged not in (0, 1):
            raise Broken(
                f"writer {each.number} acknowledged {each.acknowledged} calls, {len(found[each.number])} are "
                f"kept, missing {sorted(missing)[:5]}; {dropped} told as dropped"
            )
    if notes:
        raise Broken(f"the store says: {notes}")
    return len(rows)


def compare_open(store: Path, writers: Iterable[Writer]) -> None:
    """Broken unless of each writer, all were killed, the call in which it stood is known."""
    with open_store(store, wait=START_SECONDS) as reader:
        found = dict(reader.connection.execute(OPEN).fetchall())
    for each in writers:
        if each.acknowledged and found.get(each.number) != 1:
            raise Broken(f"of main of writer {each.number} {found.get(each.number, 0)} are kept as open")


def kill_a_large_fold(folder: Path, chance: random.Random, calls: int = 400_000, kills: int = 12) -> str:
    """Fold many calls, killed in the middle time and again."""
    writer = Writer(folder, 0, 1 << 40, calls)
    writer.process.wait()
    command = [sys.executable, "-m", "breadcrumb_exporter_duckdb", "fold", "--store", str(folder / "store")]
    database = folder / "store" / "traces.duckdb"
    done = 0
    for _ in range(kills):
        with subprocess.Popen([*command, "--seconds", "60"], stdout=subprocess.DEVNULL) as process:
            size = database.stat().st_size if database.exists() else 0
            until = time.monotonic() + START_SECONDS
            while process.poll() is None and time.monotonic() < until:
                if (database.stat().st_size if database.exists() else 0) != size:
                    break
                time.sleep(0.002)
            time.sleep(chance.uniform(0.0, 0.5))
            done += process.poll() is None
            process.kill()
    kept = compare(folder / "store", [writer])
    return f"{done} folds killed, {kept:,} calls"


def limit_file_sizes(folder: Path, limit: int) -> str:
    """A program whose files may not grow runs to its end, and what it lost is told."""
    writer = Writer(folder, 0, 1000, 20_000, limit=limit)
    if writer.process.wait() or writer.acknowledged != 20_000:
        raise Broken(f"the program ended with {writer.process.returncode} after {writer.acknowledged} calls")
    dropped = told_as_dropped(folder / "store")
    kept = compare(folder / "store", [writer], dropped)
    return f"{kept:,} of 20,000 calls kept, {dropped:,} told as dropped"


def fill_the_disk(folder: Path) -> str:
    """On a full disk programs run on, a fold fails in one line, and with room again all is there."""
    command = ["unshare", "-r", "-m", sys.executable, __file__, "--on-a-small-disk", str(folder)]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*command[:3], "true"], capture_output=True).returncode
    ):
        return "left out: this machine lets us mount nothing"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(done.stderr)
    return done.stdout.strip()


def on_a_small_disk(folder: Path) -> str:
    """The part of `fill_the_disk` that runs where it may mount."""
    store = folder / "store"
    store.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "none", str(store)], check=True)
    writer = Writer(folder, 0, 1000, 150_000)
    if writer.process.wait() or writer.acknowledged != 150_000:
        raise Broken(f"the program ended with {writer.process.returncode} after {writer.acknowledged} calls")
    command = [sys.executable, "-m", "breadcrumb_exporter_duckdb", "fold", "--store", str(store)]
    failed = subprocess.run(command, capture_output=True, text=True, check=False)
    if failed.stderr.count("\n") > 1:
        raise Broken(f"a fold on a full disk said: {failed.stderr}")
    subprocess.run(["mount", "-o", "remount,size=400m", str(store)], check=True)
    with open_store(store) as reader:
        [(status,)] = reader.connection.execute("SELECT status FROM runs").fetchall()
    dropped = told_as_dropped(store)
    kept = compare(store, [writer], 150_000)
    if kept + dropped < 150_000 and status != "ended without goodbye":
        raise Broken(f"{kept} calls are kept, {dropped} told as dropped, and the run {status}")
    said = failed.stderr.strip().rpartition(": ")[2]
    return (
        f"{kept:,} of 150,000 calls kept, {dropped:,} told as dropped, run {status}; the fold said {said!r}"
    )


def told_as_dropped(store: Path) -> int:
    """How many calls the store says are missing."""
    with open_store(store) as reader:
        [(count,)] = reader.connection.execute("SELECT coalesce(sum(count), 0)::BIGINT FROM drops").fetchall()
    return int(count)


def main() -> int:
    """Run all of it; the first thing that does not hold ends it, and leaves its store behind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each round")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--on-a-small-disk", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.on_a_small_disk:
        print(on_a_small_disk(asked.on_a_small_disk))
        return 0
    os.nice(10)
    print(f"seed {asked.seed}", flush=True)
    chance = random.Random(asked.seed)
    parts: list[tuple[str, Callable[[Path], str]]] = [
        ("disk full", fill_the_disk),
        ("files of 20 kB", lambda folder: limit_file_sizes(folder, 20_000)),
        ("files of 1 MB", lambda folder: limit_file_sizes(folder, 1_000_000)),
        ("large fold", lambda folder: kill_a_large_fold(folder, chance)),
    ]
    parts += [
        (f"round {n + 1}", lambda folder: kill_at_random(folder, chance, asked.seconds))
        for n in range(asked.rounds)
    ]
    for name, part in parts:
        folder = Path(tempfile.mkdtemp(prefix="breadcrumb-crash-"))
        try:
            print(f"{name}: {part(folder)}", flush=True)
        except Broken as error:
            print(f"{name}: BROKEN (seed {asked.seed}, store {folder / 'store'}): {error}", flush=True)
            return 1
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
