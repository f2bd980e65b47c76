"""Synchronises customers of several shops with a partner's API: tokens that run out, retries, a pool of tasks."""

import asyncio
import itertools
import random
from dataclasses import dataclass, field


class Unauthorized(Exception):
    pass


class Throttled(Exception):
    pass


@dataclass
class Token:
    shop: str
    secret_part: int
    serial: int
    uses: int = 0


@dataclass
class Customer:
    number: int
    shop: str
    name: str
    city: str


@dataclass
class Stored:
    shop: str
    number: int
    name: str
    by_serial: int


class Partner:
    """The other side: gives out tokens, takes customers."""

    def __init__(self, seed, lifetime=4):
        self.random = random.Random(seed)
        self.lifetime = lifetime
        self.serials = itertools.count(1)
        self.shop_of = {}
        self.left = {}
        self.stored = []

    async def turns(self, most):
        """Take as long as the network does, in turns of the loop."""
        for _ in range(self.random.randrange(1, most)):
            await asyncio.sleep(0)

    async def issue(self, shop):
        await self.turns(9)
        serial = next(self.serials)
        self.shop_of[serial] = shop
        self.left[serial] = self.lifetime
        return serial

    async def put(self, serial, number, name):
        await self.turns(7)
        if self.random.random() < 0.05:
            raise Throttled("slow down")
        if self.left.get(serial, 0) <= 0:
            raise Unauthorized("token is used up")
        self.left[serial] -= 1
        stored = Stored(self.shop_of[serial], number, name, serial)
        self.stored.append(stored)
        return stored


class Sessions:
    """The token of each shop, renewed when it is used up."""

    def __init__(self, partner):
        self.partner = partner
        self.tokens = {}
        self.refreshing = None

    async def token(self, shop):
        if shop not in self.tokens:
            await self.refresh(shop)
        return self.tokens[shop]

    async def refresh(self, shop):
        if self.refreshing is None:
            self.refreshing = asyncio.ensure_future(self.partner.issue(shop))
        waited = self.refreshing
        serial = await waited
        self.refreshing = None
        self.tokens[shop] = Token(shop, serial * 7919 % 1000, serial)

    def forget(self, shop):
        self.tokens.pop(shop, None)


@dataclass
class Outcome:
    sent: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    retries: int = 0


class Client:
    def __init__(self, partner, sessions, outcome, limit=6):
        self.partner, self.sessions, self.outcome = partner, sessions, outcome
        self.gate = asyncio.Semaphore(limit)

    async def send(self, customer):
        async with self.gate:
            for attempt in range(5):
                token = await self.sessions.token(customer.shop)
                token.uses += 1
                try:
                    stored = await self.partner.put(token.serial, customer.number, customer.name)
                except Unauthorized:
                    self.outcome.retries += 1
                    self.sessions.forget(customer.shop)
                except Throttled:
                    self.outcome.retries += 1
                    await asyncio.sleep(0)
                else:
                    self.outcome.sent.append((customer, stored))
                    return stored
            self.outcome.failed.append(customer)
            return None


NAMES = "Abel Bera Cato Dara Ebba Finn Gwen Hugo Ines Jost Kaja Lars Mina Nele Otto Pia".split()
CITIES = "Oslo Bergen Tromso Bodo Alta".split()


def customers(seed, shops, each):
    chosen = random.Random(seed)
    made = []
    for number in range(each * len(shops)):
        shop = shops[number % len(shops)]
        made.append(Customer(1000 + number, shop, chosen.choice(NAMES), chosen.choice(CITIES)))
    chosen.shuffle(made)
    return made


def by_shop(stored):
    found = {}
    for each in stored:
        found.setdefault(each.shop, []).append(each.number)
    return found


def summary(outcome):
    return {"sent": len(outcome.sent), "failed": len(outcome.failed), "retries": outcome.retries}


def check(outcome):
    for customer, stored in outcome.sent:
        if customer.shop != stored.shop:
            raise AssertionError(f"customer {customer.number} of {customer.shop} was stored at {stored.shop}")


async def synchronise(seed):
    partner = Partner(seed)
    outcome = Outcome()
    client = Client(partner, Sessions(partner), outcome)
    work = customers(seed, ["fjord-books", "alpine-tea", "harbour-toys"], 8)
    await asyncio.gather(*(client.send(customer) for customer in work))
    print(summary(outcome), by_shop(partner.stored))
    check(outcome)


asyncio.run(synchronise(3))
