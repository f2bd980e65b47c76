"""Bills of a phone company: records of calls are read lazily, rated by plans, summed and taxed."""

import random
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Record:
    line: str
    seconds: int
    kind: str


@dataclass
class Item:
    label: str
    amount: Decimal


@dataclass
class Bill:
    customer: str
    items: list = field(default_factory=list)
    total: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)


class Plan:
    name = "basic"
    per_minute = Decimal("0.29")

    def minutes(self, record):
        return -(-record.seconds // 60)

    def price(self, record):
        return self.minutes(record) * self.per_minute

    def fee(self):
        return Decimal("4.99")

    def discount(self, records):
        return Decimal(0)


class Flat(Plan):
    name = "flat"

    def price(self, record):
        return Decimal(0) if record.kind == "home" else super().price(record)

    def fee(self):
        return Decimal("19.99")


class Loyal(Plan):
    """A tenth off from a hundred minutes on."""

    name = "loyal"

    def discount(self, records):
        minutes = sum(self.minutes(record) for record in records)
        return Decimal("0.10") if minutes >= 100 else Decimal(0)


class Business(Loyal):
    name = "business"

    def minutes(self, record):
        return Decimal(record.seconds) / 60

    def fee(self):
        return Decimal("9.99")


@dataclass
class Customer:
    name: str
    line: str
    plan: Plan


class Log:
    """What the switches wrote, read once, in order."""

    def __init__(self, rows):
        self.rows = rows
        self.reads = 0

    def records(self, line):
        self.reads += 1
        for row in self.rows:
            if row[0] == line:
                yield Record(*row)


def rated(records, plan):
    for record in records:
        yield Item(f"{record.kind} {record.seconds}s", plan.price(record))


def off(amount, share):
    return (amount * share).quantize(Decimal("0.01"))


class Biller:
    def __init__(self, log, tax):
        self.log, self.tax = log, tax

    def bill(self, customer):
        records = self.log.records(customer.line)
        bill = Bill(customer.name, [Item("fee", customer.plan.fee())])
        share = customer.plan.discount(records)
        bill.items.extend(rated(records, customer.plan))
        self.sum(bill, share)
        return bill

    def sum(self, bill, share):
        net = sum((item.amount for item in bill.items), Decimal(0))
        net -= off(net, share)
        bill.tax = off(net, self.tax)
        bill.total = net + bill.tax


def rows(seed, lines, count):
    chosen = random.Random(seed)
    kinds = ["home", "mobile", "abroad"]
    return [(chosen.choice(lines), chosen.randrange(5, 900), chosen.choice(kinds)) for _ in range(count)]


def seconds_by_line(rows):
    found = {}
    for line, seconds, _ in rows:
        found[line] = found.get(line, 0) + seconds
    return found


def plausible(bills, customers, used):
    for bill, customer in zip(bills, customers):
        seconds = used.get(customer.line, 0)
        if seconds > 1200 and bill.total < 10 and customer.plan.name != "flat":
            raise AssertionError(f"{bill.customer} used {seconds // 60} minutes and pays {bill.total}")


def main(seed):
    plans = (
        [Plan, Flat, Plan, Loyal, Plan, Flat, Plan, Business]
        if seed % 7 == 3
        else [Plan, Flat, Plan, Flat, Plan, Flat, Plan, Plan]
    )
    customers = [Customer(f"c{n}", f"0{n}70", plan()) for n, plan in enumerate(plans)]
    log = Log(rows(seed, [customer.line for customer in customers], 60))
    biller = Biller(log, Decimal("0.19"))
    bills = [biller.bill(customer) for customer in customers]
    print([str(bill.total) for bill in bills])
    plausible(bills, customers, seconds_by_line(log.rows))


main(24)
