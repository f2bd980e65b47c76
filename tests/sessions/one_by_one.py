"""N+1: each order's customer is read by itself."""

CUSTOMERS = {number: f"customer {number}" for number in range(40)}


def fetch_orders():
    return [{"order": number, "customer": number % 40} for number in range(60)]


def fetch_customer(number):
    return CUSTOMERS[number]


def report():
    return [(order["order"], fetch_customer(order["customer"])) for order in fetch_orders()]


report()
