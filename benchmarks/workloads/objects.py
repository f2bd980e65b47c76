"""Objects and containers: a shop whose methods pass items, carts, lists and dicts to each other."""

from __future__ import annotations


class Item:
    """Something for sale."""

    def __init__(self, name: str, price: float, tags: list[str]) -> None:
        self.name = name
        self.price = price
        self.tags = tags


class Cart:
    """What a customer has chosen."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.lines: dict[str, int] = {}
        self.items: list[Item] = []

    def add(self, item: Item, quantity: int) -> int:
        """Put so many of an item in; returns how many there are now."""
        if item.name not in self.lines:
            self.items.append(item)
        self.lines[item.name] = self.lines.get(item.name, 0) + quantity
        return self.lines[item.name]

    def weights(self) -> list[tuple[str, int]]:
        """Names with quantities, the most first."""
        return sorted(self.lines.items(), key=str, reverse=True)


class Shop:
    """Knows prices and discounts."""

    def __init__(self, items: list[Item], discounts: dict[str, float]) -> None:
        self.items = items
        self.discounts = discounts
        self.sold: dict[str, float] = {}

    def discount(self, item: Item) -> float:
        """The best discount among the item's tags."""
        best = 0.0
        for tag in item.tags:
            best = max(best, self.discounts.get(tag, 0.0))
        return best

    def price(self, item: Item, quantity: int) -> float:
        """What so many of an item cost."""
        return round(item.price * quantity * (1.0 - self.discount(item)), 2)

    def total(self, cart: Cart) -> float:
        """What a cart costs."""
        total = 0.0
        for item in cart.items:
            total += self.price(item, cart.lines[item.name])
        return round(total, 2)

    def receipt(self, cart: Cart, total: float) -> dict[str, object]:
        """The receipt, as a record."""
        return {"owner": cart.owner, "lines": cart.weights(), "total": total}

    def sell(self, cart: Cart) -> dict[str, object]:
        """Sell a cart."""
        total = self.total(cart)
        self.sold[cart.owner] = self.sold.get(cart.owner, 0.0) + total
        return self.receipt(cart, total)


ITEMS = 4
"""In each cart."""


def serve(shop: Shop, number: int) -> dict[str, object]:
    """Fill and sell one cart."""
    cart = Cart(f"customer {number % 8}")
    for place in range(ITEMS):
        cart.add(shop.items[(number + place) % len(shop.items)], place + 1)
    return shop.sell(cart)


def main(size: int) -> None:
    """Serve `size` customers."""
    items: list[Item] = []
    for number in range(6):
        items += [Item(f"item {number}", 1.5 * (number + 1), ["all", f"kind {number % 2}"])]
    shop = Shop(items, {"all": 0.05, "kind 1": 0.1})
    for number in range(size):
        serve(shop, number)
