"""Seats of a theatre, sold by threads: holds that expire, a waiting list, a box office."""

import random
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Seat:
    label: str
    holder: str = ""
    sold_to: str = ""
    price: int = 0


@dataclass
class Ticket:
    seat: str
    customer: str
    price: int


class Row:
    def __init__(self, letter, count):
        self.letter = letter
        self.seats = [Seat(f"{letter}{n}", price=20 + 5 * (letter == "A")) for n in range(1, count + 1)]

    def free(self):
        return [seat for seat in self.seats if not seat.holder and not seat.sold_to]


class Hall:
    def __init__(self, rows, count):
        self.rows = [Row(chr(65 + n), count) for n in range(rows)]

    def pick(self, wanted):
        for row in self.rows:
            free = row.free()
            if len(free) >= wanted:
                return free[:wanted]
        return []

    def seat(self, label):
        for row in self.rows:
            for seat in row.seats:
                if seat.label == label:
                    return seat
        raise KeyError(label)


class Holds:
    def __init__(self):
        self.lock = threading.Lock()
        self.by_customer = {}

    def put(self, customer, seats):
        with self.lock:
            for seat in seats:
                seat.holder = customer
            self.by_customer[customer] = [seat.label for seat in seats]

    def drop(self, customer):
        with self.lock:
            return self.by_customer.pop(customer, [])


class Payments:
    def __init__(self, rng):
        self.rng = rng
        self.taken = {}

    def charge(self, customer, amount):
        time.sleep(self.rng.random() / 300)
        self.taken[customer] = self.taken.get(customer, 0) + amount
        return self.rng.random() > 0.1


class Office:
    def __init__(self, hall, payments):
        self.hall = hall
        self.holds = Holds()
        self.payments = payments
        self.tickets = []
        self.refused = []
        self.open = threading.Barrier(3)

    def choose(self, customer, wanted):
        seats = self.hall.pick(wanted)
        if not seats:
            self.refused.append(customer)
            return []
        self.check_limit(customer, seats)
        self.holds.put(customer, seats)
        return seats

    def check_limit(self, customer, seats):
        time.sleep(0.05)
        if len(seats) > 4:
            raise ValueError(f"{customer} wants {len(seats)} seats")

    def confirm(self, customer, seats):
        amount = sum(seat.price for seat in seats)
        if not self.payments.charge(customer, amount):
            self.release(customer, seats)
            return []
        tickets = []
        for seat in seats:
            seat.sold_to = customer
            tickets.append(Ticket(seat.label, customer, seat.price))
        self.holds.drop(customer)
        self.tickets.extend(tickets)
        return tickets

    def release(self, customer, seats):
        for seat in seats:
            seat.holder = ""
        self.holds.drop(customer)

    def buy(self, customer, wanted):
        seats = self.choose(customer, wanted)
        if not seats:
            return []
        return self.confirm(customer, seats)


class Till(threading.Thread):
    def __init__(self, office, orders, name):
        super().__init__(name=name)
        self.office = office
        self.orders = orders

    def run(self):
        self.office.open.wait()
        for customer, wanted in self.orders:
            self.office.buy(customer, wanted)


def check(office):
    seen = {}
    for ticket in office.tickets:
        if ticket.seat in seen:
            raise AssertionError(f"seat {ticket.seat} sold twice")
        seen[ticket.seat] = ticket.customer
    return len(seen)


def main():
    rng = random.Random(1)
    office = Office(Hall(6, 12), Payments(rng))
    orders = [(f"customer-{n:02}", rng.randrange(1, 5)) for n in range(9)]
    tills = [Till(office, orders[n::3], f"till-{n}") for n in range(3)]
    for till in tills:
        till.start()
    for till in tills:
        till.join()
    print("sold", check(office))


main()
