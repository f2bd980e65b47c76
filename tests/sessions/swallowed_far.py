"""Imports bank statements in batches, matches them with invoices, closes the month."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import logging
import random
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

log = logging.getLogger("importer")


class ImportFailed(Exception):
    pass


class Mismatch(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Row:
    number: int
    fields: dict


@dataclasses.dataclass
class Entry:
    reference: str
    payer: str
    amount: Decimal
    currency: str
    booked: datetime.date
    invoice: str | None = None


@dataclasses.dataclass
class Invoice:
    number: str
    customer: str
    amount: Decimal
    open: Decimal
    payments: list[str] = dataclasses.field(default_factory=list)


class Rates:
    """Exchange rates by day; a missing day takes the last one known."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._rates: dict[tuple[str, datetime.date], Decimal] = {}
        self._last: dict[str, Decimal] = {}

    def put(self, currency: str, day: datetime.date, rate: Decimal) -> None:
        self._rates[currency, day] = rate
        self._last[currency] = rate

    def rate(self, currency: str, day: datetime.date) -> Decimal:
        if currency == self.base:
            return Decimal(1)
        found = self._rates.get((currency, day))
        return found if found is not None else self._last[currency]


class RateFeed:
    def __init__(self, text: str) -> None:
        self.text = text

    def load(self, rates: Rates) -> int:
        count = 0
        for line in self.text.splitlines():
            try:
                self.load_line(rates, line)
                count += 1
            except Exception:
                continue
        return count

    def load_line(self, rates: Rates, line: str) -> None:
        day, currency, rate = line.split(";")
        rates.put(currency, parse_day(day), parse_decimal(rate))


def parse_day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text.strip())


def parse_decimal(text: str) -> Decimal:
    text = text.strip().replace("'", "")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text!r}") from None


class Reader:
    """Rows of a statement, batch by batch."""

    def __init__(self, text: str, size: int) -> None:
        self.text = text
        self.size = size

    def rows(self) -> Iterator[Row]:
        for number, fields in enumerate(csv.DictReader(io.StringIO(self.text)), 1):
            yield Row(number, fields)

    def batches(self) -> Iterator[list[Row]]:
        batch: list[Row] = []
        for row in self.rows():
            batch.append(row)
            if len(batch) == self.size:
                yield batch
                batch = []
        if batch:
            yield batch


class Normaliser:
    def __init__(self, rates: Rates) -> None:
        self.rates = rates

    def entry(self, row: Row) -> Entry:
        fields = row.fields
        day = parse_day(fields["date"])
        amount = parse_decimal(fields["amount"])
        currency = fields["currency"].strip()
        return Entry(
            reference=fields["reference"].strip(),
            payer=self.payer(fields["payer"]),
            amount=self.convert(amount, currency, day),
            currency=currency,
            booked=day,
        )

    def payer(self, text: str) -> str:
        return " ".join(text.split()).title()

    def convert(self, amount: Decimal, currency: str, day: datetime.date) -> Decimal:
        return (amount * self.rates.rate(currency, day)).quantize(Decimal("0.01"))


class Book:
    """Invoices, and what is still open of them."""

    def __init__(self, invoices: Iterable[Invoice]) -> None:
        self.invoices = {each.number: each for each in invoices}

    def find(self, entry: Entry) -> Invoice | None:
        for word in entry.reference.split():
            if word in self.invoices:
                return self.invoices[word]
        return self.by_amount(entry)

    def by_amount(self, entry: Entry) -> Invoice | None:
        fitting = [i for i in self.invoices.values() if i.customer == entry.payer and i.open == entry.amount]
        return fitting[0] if len(fitting) == 1 else None

    def pay(self, invoice: Invoice, entry: Entry) -> Decimal:
        invoice.open -= entry.amount
        invoice.payments.append(entry.reference)
        entry.invoice = invoice.number
        return invoice.open

    def open_total(self) -> Decimal:
        return sum((i.open for i in self.invoices.values()), Decimal(0))


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unmatched: list[Entry] = []

    def post(self, entry: Entry) -> None:
        self.entries.append(entry)

    def park(self, entry: Entry) -> None:
        self.unmatched.append(entry)

    def total(self) -> Decimal:
        return sum((e.amount for e in self.entries), Decimal(0))

    def by_currency(self) -> dict[str, Decimal]:
        totals: dict[str, Decimal] = {}
        for entry in self.entries:
            totals[entry.currency] = totals.get(entry.currency, Decimal(0)) + entry.amount
        return totals


class BatchResult:
    def __init__(self, number: int) -> None:
        self.number = number
        self.posted = 0
        self.parked = 0
        self.bad = 0

    def __str__(self) -> str:
        return f"batch {self.number}: {self.posted} posted, {self.parked} parked, {self.bad} bad"


class Importer:
    def __init__(self, normaliser: Normaliser, book: Book, journal: Journal) -> None:
        self.normaliser = normaliser
        self.book = book
        self.journal = journal
        self.results: list[BatchResult] = []

    def run(self, reader: Reader) -> list[BatchResult]:
        for number, batch in enumerate(reader.batches(), 1):
            self.results.append(self.run_batch(number, batch))
        return self.results

    def run_batch(self, number: int, batch: list[Row]) -> BatchResult:
        result = BatchResult(number)
        for row in batch:
            self.run_row(row, result)
        return result

    def run_row(self, row: Row, result: BatchResult) -> None:
        try:
            entry = self.normaliser.entry(row)
        except ValueError as error:
            log.debug("row %s: %s", row.number, error)
            result.bad += 1
            return
        invoice = self.book.find(entry)
        if invoice is None:
            self.journal.park(entry)
            result.parked += 1
            return
        self.book.pay(invoice, entry)
        self.journal.post(entry)
        result.posted += 1


class Summary:
    def __init__(self, month: str, journal: Journal, book: Book) -> None:
        self.month = month
        self.journal = journal
        self.book = book

    def lines(self) -> Iterator[str]:
        for currency, total in sorted(self.journal.by_currency().items()):
            yield f"{self.month} {currency} {total}"

    def received(self) -> Decimal:
        return self.journal.total()


class Closing:
    """Closes a month: what was billed is what was received and what is open."""

    def __init__(self, billed: Decimal, summary: Summary, book: Book) -> None:
        self.billed = billed
        self.summary = summary
        self.book = book

    def overpaid(self) -> list[Invoice]:
        return [i for i in self.book.invoices.values() if i.open < 0]

    def tolerance(self) -> Decimal:
        return Decimal("0.05") * len(self.book.invoices)

    def close(self) -> Decimal:
        excess = sum((-i.open for i in self.overpaid()), Decimal(0))
        if excess > self.tolerance():
            raise Mismatch(f"{self.summary.month}: {excess} received beyond what was billed")
        return self.summary.received()


# -- a month's data --------------------------------------------------------------------------------

CURRENCIES = {"EUR": Decimal("1"), "USD": Decimal("0.92"), "CHF": Decimal("1.05"), "GBP": Decimal("1.17")}
FIRST = datetime.date(2024, 3, 1)


def make_rates(rng: random.Random, days: int) -> str:
    lines = []
    for currency, rate in CURRENCIES.items():
        if currency == "EUR":
            continue
        lines.append(f"2023-12-29;{currency};{rate * Decimal('1.12'):.4f}")
        for n in range(days):
            text = f"{rate + Decimal(rng.randint(-9, 9)) / 1000:.4f}"
            if rng.random() < 0.008:
                text = text.replace(".", ",")
            lines.append(f"{FIRST + datetime.timedelta(n)};{currency};{text}")
    return "\n".join(sorted(lines, reverse=True))


def make_invoices(rng: random.Random, count: int) -> list[tuple[str, str, Decimal, str]]:
    customers = ["Ada Ltd", "Bob Sons", "Cyd Works", "Dan Inc", "Eve Co"]
    made = []
    for n in range(count):
        amount = Decimal(rng.randint(2_000, 90_000)) / 100
        made.append((f"R-{1000 + n}", rng.choice(customers), amount, rng.choice(list(CURRENCIES))))
    return made


def make_statement(rng: random.Random, invoices, days: int) -> str:
    lines = ["date,reference,payer,amount,currency"]
    for number, customer, amount, currency in invoices:
        if rng.random() < 0.15:
            continue
        day = FIRST + datetime.timedelta(rng.randrange(days))
        reference = f"invoice {number}" if rng.random() < 0.9 else "thanks"
        shown = "n/a" if rng.random() < 0.02 else f"{amount}"
        lines.append(f"{day},{reference},{customer.lower()},{shown},{currency}")
    return "\n".join(lines)


def month_rate(text: str) -> Rates:
    """The rates that invoices were booked with: all of the month, read leniently."""
    rates = Rates("EUR")
    RateFeed(text.replace(",", ".")).load(rates)
    return rates


def main() -> None:
    seed = 5  # on one day of twenty a rate is not a number
    rng = random.Random(seed)
    days, feed = 20, None
    feed = make_rates(rng, days)
    made = make_invoices(rng, 120)
    statement = make_statement(rng, made, days)
    booked = month_rate(feed)
    invoices = []
    for number, customer, amount, currency in made:
        local = max((amount * booked.rate(currency, FIRST + datetime.timedelta(n)) for n in range(days)))
        local = local.quantize(Decimal("0.01"))
        invoices.append(Invoice(number, customer, local, local))
    rates = Rates("EUR")
    RateFeed(feed).load(rates)
    book, journal = Book(invoices), Journal()
    importer = Importer(Normaliser(rates), book, journal)
    for result in importer.run(Reader(statement, 25)):
        print(result)
    summary = Summary("2024-03", journal, book)
    billed = sum((i.amount for i in invoices), Decimal(0))
    print(Closing(billed, summary, book).close())


if __name__ == "__main__":
    main()
