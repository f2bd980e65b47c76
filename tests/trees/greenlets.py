"""Greenlets: each has calls of its own; its first ones hang under the innermost call of its parent greenlet."""

import contextvars
import threading

import greenlet

NUMBER = contextvars.ContextVar("NUMBER", default=0)


def leaf(x):
    return x


# two that take turns; an exception goes to the parent greenlet
def step(n):
    return n + 1


def producer(n, consumer):
    step(n)
    for i in range(n):
        consumer.switch(i)
    return "produced"


def take_turns():
    def consume():
        total = 0
        try:
            while True:
                total += step(main.switch())
                if total > 5:
                    raise OverflowError(total)
        finally:
            step(100)

    main = greenlet.getcurrent()
    consumer = greenlet.greenlet(consume)
    consumer.switch()
    try:
        return producer(5, consumer)
    except OverflowError as error:
        return f"overflow {error}"


# greenlets in greenlets
def inner(parent):
    leaf("in")
    back = parent.switch("from inner")
    leaf(back)
    return "inner done"


def outer():
    child = greenlet.greenlet(inner)
    leaf(child.switch(greenlet.getcurrent()))
    return leaf(child.switch("go on"))


def nested():
    return greenlet.greenlet(outer).switch()


# what ends a greenlet from outside, across `finally`
def cleans(main):
    try:
        main.switch("waiting")
    finally:
        leaf("cleaned")


def suspended():
    found = greenlet.greenlet(cleans)
    found.switch(greenlet.getcurrent())
    return found


def thrown():
    try:
        suspended().throw(ValueError("thrown"))
    except ValueError:
        return leaf("caught")


def ended():
    suspended().throw()
    return leaf("after")


def collected():
    found = suspended()
    del found
    return leaf("after")


def never_started():
    return greenlet.greenlet(leaf).throw(greenlet.GreenletExit) is not None


# a generator that two greenlets drive, and one that switches while it runs
def numbers(n, *switch):
    for i in range(n):
        if switch:
            switch[0](i)
        yield leaf(i)


def driven_by_two():
    def take():
        main.switch(next(items))
        return next(items, "end")

    main = greenlet.getcurrent()
    items = numbers(3)
    other = greenlet.greenlet(take)
    return [next(items), other.switch(), next(items), other.switch()]


def switches_inside():
    def total(switch):
        return sum(numbers(2, switch))

    main = greenlet.getcurrent()
    other = greenlet.greenlet(total)
    found = [other.switch(main.switch)]
    leaf("between")
    return [*found, other.switch(), other.switch()]


# contexts and threads
def own_context():
    def change():
        NUMBER.set(leaf(2))
        return NUMBER.get()

    NUMBER.set(1)
    return greenlet.greenlet(change).switch(), NUMBER.get()


def in_thread():
    thread = threading.Thread(target=nested)
    thread.start()
    thread.join()


def left_in_dead_thread():
    kept = []
    thread = threading.Thread(target=lambda: kept.append(suspended()))
    thread.start()
    thread.join()
    return len(kept)


def main():
    take_turns()
    nested()
    thrown()
    ended()
    collected()
    never_started()
    driven_by_two()
    switches_inside()
    own_context()
    in_thread()
    left_in_dead_thread()


main()

# tree
# main {} ~14 -> null
#   take_turns {} ~2 -> "overflow 6"
#     take_turns.<locals>.consume {} ~1 !! OverflowError
#       step {"n": 0} -> 1
#       step {"n": 1} -> 2
#       step {"n": 2} -> 3
#       step {"n": 100} -> 101
#     producer {"n": 5, "consumer": {"@": "greenlet.greenlet", "@id": "~"}} ~1 !! OverflowError
#       step {"n": 5} -> 6
#   nested {} ~1 -> "inner done"
#     outer {} ~2 -> "inner done"
#       inner {"parent": {"@": "greenlet.greenlet", "@id": "~"}} ~1 -> "inner done"
#         leaf {"x": "in"} -> "in"
#         leaf {"x": "go on"} -> "go on"
#       leaf {"x": "from inner"} -> "from inner"
#       leaf {"x": "inner done"} -> "inner done"
#   thrown {} ~2 -> "caught"
#     suspended {} ~1 -> {"@": "greenlet.greenlet", "@id": "~"}
#       cleans {"main": {"@": "greenlet.greenlet", "@id": "~"}} ~1 !! ValueError
#         leaf {"x": "cleaned"} -> "cleaned"
#     leaf {"x": "caught"} -> "caught"
#   ended {} ~2 -> "after"
#     suspended {} ~1 -> {"@": "greenlet.greenlet", "@id": "~"}
#       cleans {"main": {"@": "greenlet.greenlet", "@id": "~"}} ~1 ! greenlet.GreenletExit
#         leaf {"x": "cleaned"} -> "cleaned"
#     leaf {"x": "after"} -> "after"
#   collected {} ~2 -> "after"
#     suspended {} ~1 -> {"@": "greenlet.greenlet", "@id": "~"}
#       cleans {"main": {"@": "greenlet.greenlet", "@id": "~"}} ~1 ! greenlet.GreenletExit
#         leaf {"x": "cleaned"} -> "cleaned"
#     leaf {"x": "after"} -> "after"
#   never_started {} -> true
#   driven_by_two {} ~2 -> [0, 1, 2, "end"]
#     numbers {"n": 3, "switch": []} ~3 -> null
#       leaf {"x": 0} -> 0
#       leaf {"x": 1} -> 1
#       leaf {"x": 2} -> 2
#     driven_by_two.<locals>.take {} ~1 -> "end"
#   switches_inside {} ~2 -> [0, 1, 1]
#     switches_inside.<locals>.total {"switch": {"@": "builtin_function_or_method", "@name": "greenlet.greenlet.switch"}} ~1 -> 1
#       numbers {"n": 2, "switch": [{"@": "builtin_function_or_method", "@name": "greenlet.greenlet.switch"}]} ~2 -> null
#         leaf {"x": 0} -> 0
#         leaf {"x": 1} -> 1
#     leaf {"x": "between"} -> "between"
#   own_context {} ~1 -> {"@": "tuple", "@items": [2, 1]}
#     own_context.<locals>.change {} -> 2
#       leaf {"x": 2} -> 2
#   in_thread {} -> null
#     nested {} ~1 -> "inner done"
#       outer {} ~2 -> "inner done"
#         inner {"parent": {"@": "greenlet.greenlet", "@id": "~"}} ~1 -> "inner done"
#           leaf {"x": "in"} -> "in"
#           leaf {"x": "go on"} -> "go on"
#         leaf {"x": "from inner"} -> "from inner"
#         leaf {"x": "inner done"} -> "inner done"
#   left_in_dead_thread {} -> 1
#     left_in_dead_thread.<locals>.<lambda> {} ~1 -> null
#       suspended {} ~1 -> {"@": "greenlet.greenlet", "@id": "~"}
#         cleans {"main": {"@": "greenlet.greenlet", "@id": "~"}} ?
