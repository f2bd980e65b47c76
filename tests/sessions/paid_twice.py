"""Nightly payouts: reads balances of tenants, pays through a gateway that is sometimes slow, reconciles."""

import random
import time
from dataclasses import dataclass, field


class GatewayTimeout(Exception):
    pass


class GatewayRefused(Exception):
    pass


@dataclass
class Payout:
    number: str
    tenant: str
    cents: int
    state: str = "new"
    attempts: int = 0
    reference: str = ""


@dataclass
class Transfer:
    reference: str
    payout: str
    cents: int


class Bank:
    """The other side: what it books is booked, also where the answer comes too late."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.booked = []
        self.seen = {}

    def book(self, key, payout, cents):
        if key in self.seen:
            return self.seen[key]
        transfer = Transfer(f"T{len(self.booked) + 1:04}", payout, cents)
        self.booked.append(transfer)
        self.seen[key] = transfer
        return transfer

    def latency(self):
        return self.random.random()


class Gateway:
    def __init__(self, bank, limit=0.96):
        self.bank = bank
        self.limit = limit

    def send(self, payout, key):
        if payout.cents <= 0:
            raise GatewayRefused(f"amount {payout.cents}")
        before = self.bank.latency()
        if before > 0.98:
            raise GatewayTimeout("no connection")
        transfer = self.bank.book(key, payout.number, payout.cents)
        after = self.bank.latency()
        if after > self.limit:
            raise GatewayTimeout("no answer")
        return transfer.reference


class Keys:
    """Idempotency keys."""

    def __init__(self, run):
        self.run = run

    def key(self, payout):
        return f"{self.run}/{payout.tenant}/{payout.number}/{payout.attempts}"


def with_retry(work, attempts=4, errors=(GatewayTimeout,)):
    for attempt in range(attempts):
        try:
            return work()
        except errors:
            if attempt == attempts - 1:
                raise
            time.sleep(0)


class Payer:
    def __init__(self, gateway, keys):
        self.gateway = gateway
        self.keys = keys

    def pay(self, payout):
        payout.state = "sending"
        payout.reference = with_retry(lambda: self.attempt(payout))
        payout.state = "paid"
        return payout.reference

    def attempt(self, payout):
        payout.attempts += 1
        return self.gateway.send(payout, self.keys.key(payout))


class Ledger:
    def __init__(self):
        self.balance = {}

    def credit(self, tenant, cents):
        self.balance[tenant] = self.balance.get(tenant, 0) + cents

    def debit(self, tenant, cents):
        self.credit(tenant, -cents)


@dataclass
class Night:
    ledger: Ledger
    payer: Payer
    paid: list = field(default_factory=list)

    def run(self, payouts):
        for payout in payouts:
            reference = self.payer.pay(payout)
            self.ledger.debit(payout.tenant, payout.cents)
            self.paid.append(reference)
        return len(self.paid)


def reconcile(bank, payouts):
    paid = sum(payout.cents for payout in payouts if payout.state == "paid")
    booked = sum(transfer.cents for transfer in bank.booked)
    if paid != booked:
        raise AssertionError(f"bank booked {booked}, we paid {paid}")
    return booked


def make_payouts(seed, count):
    rng = random.Random(seed)
    tenants = ["acorn", "birch", "cedar", "dogwood", "elm", "fir"]
    return [Payout(f"P-{n:03}", rng.choice(tenants), rng.randrange(1000, 90000)) for n in range(count)]


def main():
    seed = 2
    bank = Bank(seed)
    ledger = Ledger()
    payouts = make_payouts(seed + 1, 60)
    for payout in payouts:
        ledger.credit(payout.tenant, payout.cents)
    night = Night(ledger, Payer(Gateway(bank, 0.985), Keys("night-7")))
    night.run(payouts)
    print("reconciled", reconcile(bank, payouts))


main()
