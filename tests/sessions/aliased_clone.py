"""A copied order shares its list of lines with the one that it was copied from."""

import copy


class Order:
    def __init__(self, number):
        self.number = number
        self.lines = []

    def add(self, product, price):
        self.lines.append((product, price))

    def total(self):
        return sum(price for _, price in self.lines)


def renewed(order, number):
    again = copy.copy(order)
    again.number = number
    return again


def close(order, expected):
    total = order.total()
    if total != expected:
        raise ValueError(f"order {order.number}: {total} instead of {expected}")


def main():
    first = Order("A-1")
    first.add("desk", 300)
    first.add("lamp", 45)
    second = renewed(first, "A-2")
    second.add("chair", 120)
    second.add("shelf", 80)
    close(second, 545)
    close(first, 345)


main()
