"""Weighs parcels in worker processes: a feeder, workers that stop when there is nothing left, a collector."""

import multiprocessing
import queue
import random
import time
from dataclasses import dataclass

TARIFF = [(500, 390), (1000, 550), (5000, 790), (31500, 1690)]


@dataclass
class Parcel:
    number: int
    grams: int
    zone: str


@dataclass
class Priced:
    number: int
    cents: int
    worker: str


def parcels(seed, count):
    chosen = random.Random(seed)
    return [Parcel(7000 + i, chosen.randrange(50, 20000), chosen.choice("ABC")) for i in range(count)]


def surcharge(zone):
    return {"A": 0, "B": 150, "C": 400}[zone]


def price(parcel):
    for limit, cents in TARIFF:
        if parcel.grams <= limit:
            return cents + surcharge(parcel.zone)
    raise ValueError(f"too heavy: {parcel.number}")


def take(inbox):
    """The next parcel, None where there is none."""
    try:
        return inbox.get(timeout=0.6)
    except queue.Empty:
        return None


def weigh(parcel):
    time.sleep(0.002 * (parcel.grams % 7))
    return price(parcel)


def work(name, inbox, outbox):
    done = 0
    while True:
        parcel = take(inbox)
        if parcel is None:
            break
        outbox.put(Priced(parcel.number, weigh(parcel), name))
        done += 1
    outbox.put((name, done))


def pause(position, slow_at):
    """The disk from which manifests are read is slow at times."""
    if position == slow_at:
        time.sleep(3)


def feed(inbox, manifest, slow_at):
    for position, parcel in enumerate(manifest):
        pause(position, slow_at)
        inbox.put(parcel)
    return len(manifest)


def collect(outbox, workers):
    priced, finished = [], {}
    while len(finished) < workers:
        message = outbox.get(timeout=10)
        if isinstance(message, tuple):
            finished[message[0]] = message[1]
        else:
            priced.append(message)
    return priced, finished


class Books:
    def __init__(self):
        self.cents = {}

    def book(self, priced):
        self.cents[priced.number] = priced.cents

    def total(self):
        return sum(self.cents.values())


def reconcile(manifest, books):
    missing = [parcel.number for parcel in manifest if parcel.number not in books.cents]
    if missing:
        raise AssertionError(
            f"{len(missing)} of {len(manifest)} parcels have no price, the first is {missing[0]}"
        )


def main(seed, slow_at):
    context = multiprocessing.get_context("fork")
    inbox, outbox = context.Queue(), context.Queue()
    manifest = parcels(seed, 30)
    names = ["scale-1", "scale-2", "scale-3"]
    running = [context.Process(target=work, args=(name, inbox, outbox), name=name) for name in names]
    for process in running:
        process.start()
    feed(inbox, manifest, slow_at)
    priced, finished = collect(outbox, len(names))
    books = Books()
    for each in priced:
        books.book(each)
    inbox.cancel_join_thread()
    for process in running:
        process.join()
    print(finished, books.total())
    reconcile(manifest, books)


main(3, 12)
