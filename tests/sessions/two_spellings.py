"""Matches payments with invoices: an import from two systems, a directory of customers, dunning letters."""

import csv
import datetime
import io
import random
from dataclasses import dataclass, field

INVOICES = """number;customer;cents;due
R-101;Łukasz Nowak;12000;2026-03-01
R-102;Zoë Brandt;4550;2026-03-02
R-103;Ana Belén;9900;2026-03-02
R-104;Jürgen Groß;18000;2026-03-03
R-105;Chloé Martin;7200;2026-03-04
R-106;Søren Holm;3100;2026-03-05
R-107;Zoë Brandt;800;2026-03-06
R-108;André Léger;15000;2026-03-06
"""


@dataclass
class Invoice:
    number: str
    customer: str
    cents: int
    due: datetime.date
    paid: int = 0

    @property
    def open(self):
        return self.cents - self.paid


@dataclass
class Account:
    key: str
    name: str
    invoices: list = field(default_factory=list)
    credit: int = 0


@dataclass
class Payment:
    reference: str
    payer: str
    cents: int


def tidy(name):
    return " ".join(name.split())


def key_of(name):
    return tidy(name).casefold()


class Directory:
    def __init__(self):
        self.accounts = {}

    def account(self, name):
        key = key_of(name)
        if key not in self.accounts:
            self.accounts[key] = Account(key, tidy(name))
        return self.accounts[key]

    def all(self):
        return sorted(self.accounts.values(), key=lambda account: account.key)


def read_invoices(text):
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    return [
        Invoice(row["number"], row["customer"], int(row["cents"]), datetime.date.fromisoformat(row["due"]))
        for row in rows
    ]


def decomposed(text):
    """As one bank's terminals of one make send it."""
    import unicodedata

    return unicodedata.normalize("NFD", text)


def statement(seed, invoices):
    chosen = random.Random(seed)
    lines = []
    for invoice in invoices:
        payer = invoice.customer
        if chosen.random() < 0.3:
            payer = payer.upper()
        if chosen.random() < 0.15:
            payer = decomposed(payer)
        lines.append(f"{invoice.number[2:]}|{payer}|{invoice.cents}")
    chosen.shuffle(lines)
    return lines


def read_payment(line):
    reference, payer, cents = line.split("|")
    return Payment(reference, payer, int(cents))


class Ledger:
    def __init__(self, directory):
        self.directory = directory
        self.log = []

    def bill(self, invoice):
        self.directory.account(invoice.customer).invoices.append(invoice)

    def receive(self, payment):
        account = self.directory.account(payment.payer)
        rest = payment.cents
        for invoice in sorted(account.invoices, key=lambda each: each.due):
            rest = self.settle(invoice, rest)
        account.credit += rest
        self.log.append((account.key, payment.cents, rest))
        return rest

    def settle(self, invoice, cents):
        used = min(invoice.open, cents)
        invoice.paid += used
        return cents - used


def letters(directory, today):
    due = []
    for account in directory.all():
        late = [invoice for invoice in account.invoices if invoice.open and invoice.due < today]
        if late:
            due.append((account.name, [invoice.number for invoice in late], sum(each.open for each in late)))
    return due


def write_letter(name, numbers, cents):
    return f"Dear {name}, {', '.join(numbers)}: {cents / 100:.2f} are due."


def check(written, payments):
    paid = {payment.reference for payment in payments}
    for text in written:
        for number in paid:
            if f"R-{number}" in text:
                raise AssertionError(f"a reminder for an invoice that was paid: {text}")


def main(seed):
    directory = Directory()
    ledger = Ledger(directory)
    invoices = read_invoices(INVOICES)
    for invoice in invoices:
        ledger.bill(invoice)
    payments = [read_payment(line) for line in statement(seed, invoices)]
    for payment in payments:
        ledger.receive(payment)
    written = [write_letter(*each) for each in letters(directory, datetime.date(2026, 4, 1))]
    print(len(directory.accounts), "accounts", len(written), "letters")
    check(written, payments)


main(3)
