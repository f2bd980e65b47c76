"""Nightly import of meter data: files are fetched, parsed in batches, stored with a checkpoint."""

import json
import pathlib
import random
import tempfile
from dataclasses import dataclass, field


class BadRow(Exception):
    pass


@dataclass
class Statistics:
    rows: int = 0
    bytes: int = 0
    bad: int = 0


@dataclass
class Batch:
    name: str
    rows: list = field(default_factory=list)


@dataclass
class Reading:
    meter: str
    day: int
    kwh: float


class Store:
    def __init__(self):
        self.readings = {}
        self.days = set()

    def put(self, reading):
        self.readings[reading.meter, reading.day] = reading.kwh

    def day_total(self, day):
        return sum(kwh for (_, at), kwh in self.readings.items() if at == day)


class Checkpoint:
    def __init__(self, path):
        self.path = path

    def done(self):
        return set(json.loads(self.path.read_text())) if self.path.exists() else set()

    def mark(self, name):
        self.path.write_text(json.dumps(sorted(self.done() | {name})))


def write_files(folder, seed, days, meters):
    chosen = random.Random(seed)
    expected = {}
    for day in range(1, days + 1):
        rows = []
        for meter in range(meters):
            kwh = round(chosen.uniform(1, 30), 1)
            expected[day] = expected.get(day, 0) + kwh
            rows.append(f"M{meter:03};{day};{kwh}")
        if chosen.random() < 0.12:
            spoiled = chosen.randrange(meters // 2, meters)
            rows[spoiled] = rows[spoiled].replace(";", ",", 1)
        (folder / f"day-{day:02}.txt").write_text("\n".join(rows) + "\n")
    return expected


def parse(line):
    parts = line.split(";")
    if len(parts) != 3:
        raise BadRow(f"{len(parts)} fields")
    return Reading(parts[0], int(parts[1]), float(parts[2]))


def read_batch(path):
    with path.open() as file:
        return Batch(path.stem, [line.rstrip("\n") for line in file])


class Importer:
    def __init__(self, store, checkpoint, statistics):
        self.store, self.checkpoint, self.statistics = store, checkpoint, statistics
        self.locked = False

    def lock(self):
        self.locked = True

    def unlock(self):
        self.locked = False

    def load(self, batch):
        count = 0
        self.lock()
        try:
            for line in batch.rows:
                self.store.put(parse(line))
                count += 1
        finally:
            self.unlock()
            self.statistics.rows += count
            return count

    def import_file(self, path):
        batch = read_batch(path)
        self.load(batch)
        self.checkpoint.mark(batch.name)
        return batch.name

    def run(self, folder):
        done = self.checkpoint.done()
        imported = []
        for path in sorted(folder.glob("day-*.txt")):
            if path.stem not in done:
                imported.append(self.import_file(path))
        return imported


def report(store, days):
    return {day: round(store.day_total(day), 1) for day in range(1, days + 1)}


def compare(totals, expected):
    for day, total in totals.items():
        wanted = round(expected[day], 1)
        if abs(total - wanted) > 40:
            raise AssertionError(f"day {day}: {total} kWh stored, {wanted} delivered")


def main(seed, days=14, meters=12):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expected = write_files(folder, seed, days, meters)
        store, statistics = Store(), Statistics()
        importer = Importer(store, Checkpoint(folder / "done.json"), statistics)
        importer.run(folder)
        importer.run(folder)
        totals = report(store, days)
        print(statistics, importer.locked)
        compare(totals, expected)


main(3)
