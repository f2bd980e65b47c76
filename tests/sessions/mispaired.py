"""Rows are paired with their originals by position, after some of them were left out."""


def parse(row):
    return {"number": row["number"], "total": float(row["total"])}


def without_small(orders):
    return [order for order in orders if order["total"] >= 10]


def with_note(order, original):
    order["note"] = original["note"]
    return order


def apply(steps, orders, originals):
    for step, wants_original in steps:
        if wants_original:
            orders = [step(order, original) for order, original in zip(orders, originals)]
        else:
            orders = step(orders)
    return orders


def load(rows):
    return apply([(without_small, False), (with_note, True)], [parse(row) for row in rows], rows)


def main():
    rows = [{"number": n, "total": f"{n * 7 % 23}", "note": f"note {n}"} for n in range(1, 30)]
    for order in load(rows):
        assert order["note"] == f"note {order['number']}", order


main()
