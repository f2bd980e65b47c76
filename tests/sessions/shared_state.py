"""One test leaves its user in a registry that the next one takes to be empty."""

REGISTRY = {}


def register(registry, name):
    registry[name] = len(registry) + 1
    return registry[name]


def count(registry):
    return len(registry)


def test_register():
    assert register(REGISTRY, "leftover-ada") == 1


def test_is_empty():
    found = dict(REGISTRY)
    assert count(found) == 0, found


def main():
    test_register()
    test_is_empty()


main()
