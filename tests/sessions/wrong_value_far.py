"""A price list has a discount in percent where a fraction belongs; the bill fails much later."""


class Line:
    def __init__(self, sku, qty, price):
        self.sku, self.qty, self.price = sku, qty, price


class Order:
    def __init__(self, number, lines):
        self.number, self.lines, self.discount = number, lines, 0.0


def read_discount(customer):
    return {"ada": 0.1, "bob": 15.5}[customer]


def grant(order, customer):
    order.discount = read_discount(customer)
    return order


def total(order):
    whole = sum(line.qty * line.price for line in order.lines)
    return whole - whole * order.discount


def bill(order):
    amount = total(order)
    if amount < 0:
        raise ValueError(f"negative bill for {order.number}")
    return amount


def main():
    for number, customer in (("A-17", "ada"), ("B-42", "bob")):
        order = Order(number, [Line("tea", 2, 4.5), Line("mug", 1, 7.25)])
        grant(order, customer)
        bill(order)


main()
