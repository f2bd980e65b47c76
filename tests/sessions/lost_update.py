"""Two tasks read a balance, wait, and write it: the later one writes over the other's deposit."""

import asyncio


class Account:
    def __init__(self, owner, balance):
        self.owner, self.balance = owner, balance


def current(account):
    return account.balance


def store(account, balance):
    account.balance = balance


async def deposit(account, amount):
    balance = current(account)
    await asyncio.sleep(0.01)
    store(account, balance + amount)


def audit(account, expected):
    assert account.balance == expected, (account.balance, expected)


async def main():
    account = Account("ada", 1000)
    await asyncio.gather(deposit(account, 250), deposit(account, 70))
    audit(account, 1320)


asyncio.run(main())
