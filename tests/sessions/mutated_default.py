"""A default argument is one list for all calls: the second basket holds what the first one holds."""


def add(item, basket=[]):  # noqa: B006
    basket.append(item)
    return basket


def first_customer():
    return add("teapot-9")


def second_customer():
    return add("saucer-4")


def main():
    first_customer()
    basket = second_customer()
    assert basket == ["saucer-4"], basket


main()
