"""The program whose run agents ask about."""

from __future__ import annotations

PROGRAM = """
class Order:
    def __init__(self, total):
        self.total = total

def price(row):
    if row["qty"] < 0:
        raise ValueError(f"bad qty {row['qty']}")
    return Order(row["qty"] * row["price"])

def main():
    for qty in (1, 2, -1):
        try:
            price({"qty": qty, "price": 3})
        except ValueError:
            pass
    return round(1.5)

main()
"""
