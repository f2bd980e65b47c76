"""Meter readings of several countries, put into local days, billed by day tariff."""

import random
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo


@dataclass
class Meter:
    number: str
    zone: str
    tenant: str


@dataclass
class Reading:
    meter: Meter
    at: datetime
    kwh: float


class Tariffs:
    def __init__(self):
        self.by_day = {}

    def set(self, tenant, day, price):
        self.by_day[tenant, day] = price

    def price(self, tenant, day):
        return self.by_day[tenant, day]


class Clock:
    """Local days of meters; remembers the offset of a zone, as asking for it is slow."""

    def __init__(self):
        self.offsets = {}

    def offset(self, zone, at):
        if zone not in self.offsets:
            self.offsets[zone] = at.astimezone(ZoneInfo(zone)).utcoffset()
        return self.offsets[zone]

    def local_day(self, zone, at):
        return (at + self.offset(zone, at)).date()


class Importer:
    def __init__(self, meters):
        self.meters = {meter.number: meter for meter in meters}
        self.rejected = []

    def parse(self, line):
        number, at, kwh = line.split(";")
        meter = self.meters.get(number)
        if meter is None:
            self.rejected.append(line)
            return None
        return Reading(meter, datetime.fromisoformat(at).replace(tzinfo=timezone.utc), float(kwh))

    def load(self, lines):
        readings = [self.parse(line) for line in lines]
        return [reading for reading in readings if reading is not None]


class Days:
    def __init__(self, clock):
        self.clock = clock
        self.kwh = defaultdict(float)
        self.count = defaultdict(int)

    def add(self, reading):
        day = self.clock.local_day(reading.meter.zone, reading.at)
        self.kwh[reading.meter.number, day] += reading.kwh
        self.count[reading.meter.number, day] += 1
        return day


class Billing:
    def __init__(self, tariffs):
        self.tariffs = tariffs

    def line(self, meter, day, kwh):
        return round(kwh * self.tariffs.price(meter.tenant, day), 2)

    def bill(self, days, meters):
        by_tenant = defaultdict(float)
        known = {meter.number: meter for meter in meters}
        for (number, day), kwh in sorted(days.kwh.items()):
            meter = known[number]
            by_tenant[meter.tenant] += self.line(meter, day, kwh)
        return dict(by_tenant)


def verify(days):
    for (number, day), count in sorted(days.count.items()):
        if count not in (23, 24, 25):
            raise AssertionError(f"meter {number} has {count} readings on {day}")


def make_lines(meters, rng, start, end):
    lines = []
    for meter in meters:
        zone = ZoneInfo(meter.zone)
        at = datetime(start.year, start.month, start.day, tzinfo=zone).astimezone(timezone.utc)
        last = datetime(end.year, end.month, end.day, tzinfo=zone).astimezone(timezone.utc)
        while at < last:
            lines.append((at, f"{meter.number};{at:%Y-%m-%dT%H:%M:%S};{rng.uniform(0.1, 2.5):.3f}"))
            at += timedelta(hours=1)
    lines.sort()
    return [line for _, line in lines]


def main():
    rng = random.Random(1)
    meters = [
        Meter("M-101", "Europe/Berlin", "north"),
        Meter("M-102", "Europe/London", "north"),
        Meter("M-103", "Asia/Kolkata", "south"),
    ]
    start = date(2025, 10, 24)
    end = date(2025, 10, 29)
    tariffs = Tariffs()
    day = start - timedelta(days=1)
    while day <= end:
        for tenant in ("north", "south"):
            tariffs.set(tenant, day, round(rng.uniform(0.2, 0.4), 3))
        day += timedelta(days=1)
    importer = Importer(meters)
    days = Days(Clock())
    for reading in importer.load(make_lines(meters, rng, start, end)):
        days.add(reading)
    print(Billing(tariffs).bill(days, meters))
    verify(days)


main()
