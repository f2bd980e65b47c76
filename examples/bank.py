"""An account that ends below zero: find out which call did it.

breadcrumb run python examples/bank.py
breadcrumb query --flow
"""

from dataclasses import dataclass


@dataclass
class Account:
    owner: str
    balance: float


def withdraw(acc: Account, amount: float) -> float:
    acc.balance -= round(amount, 2)
    return acc.balance


def fee(acc: Account) -> float:
    return withdraw(acc, amount=5.0)


def parse(row: dict[str, int]) -> int:
    if row["qty"] < 0:
        raise ValueError(f"bad qty {row['qty']}")
    return row["qty"] * row["price"]


def main() -> float:
    acc = Account("ada", 100.0)
    withdraw(acc, 0)
    for amount in (10, 20, 30, 40, 50):
        withdraw(acc, amount)
    try:
        parse({"qty": -1, "price": 3})
    except ValueError:
        pass
    return fee(acc)


if __name__ == "__main__":
    print(main())
