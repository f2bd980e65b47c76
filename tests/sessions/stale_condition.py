"""Orders go through states; a condition that was asked once is remembered for all orders."""

from __future__ import annotations


class Order:
    def __init__(self, number: str, total: int) -> None:
        self.number = number
        self.total = total
        self.paid = 0
        self.state = "open"

    def is_paid(self) -> bool:
        return self.paid >= self.total

    def is_blocked(self) -> bool:
        return self.number.endswith("7")


class Condition:
    def __init__(self, name: str, *, wanted: bool) -> None:
        self.name = name
        self.wanted = wanted

    def check(self, order: Order, known: dict[str, bool]) -> bool:
        if self.name not in known:
            known[self.name] = getattr(order, self.name)() == self.wanted
        return known[self.name]


class Transition:
    def __init__(self, source: str, dest: str, conditions: list[Condition]) -> None:
        self.source = source
        self.dest = dest
        self.conditions = conditions

    def execute(self, order: Order, known: dict[str, bool]) -> bool:
        if order.state != self.source or not all(each.check(order, known) for each in self.conditions):
            return False
        order.state = self.dest
        return True


class Desk:
    def __init__(self) -> None:
        self.known: dict[str, bool] = {}
        free = Condition("is_blocked", wanted=False)
        self.transitions = [
            Transition("open", "packed", [Condition("is_paid", wanted=True), free]),
            Transition("packed", "shipped", [free]),
        ]

    def move(self, order: Order) -> None:
        for each in self.transitions:
            if each.execute(order, self.known):
                return


def main() -> None:
    desk = Desk()
    orders = [Order(f"B-{number}", 100 + number) for number in range(1, 10)]
    for order in orders:
        order.paid = 150
        desk.move(order)
        desk.move(order)
    for order in orders:
        if order.state == "shipped" and order.is_blocked():
            raise RuntimeError(f"order {order.number} is blocked and went through ['packed', 'shipped']")


main()
