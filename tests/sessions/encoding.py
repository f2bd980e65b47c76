"""A name is read as latin-1 though it was written as UTF-8."""

STORED = "Zoë Müller".encode()
KNOWN = {"Zoë Müller": 4711}


def read_name(data):
    return data.decode("latin-1")


def tidy(name):
    return " ".join(name.split())


def find_customer(name):
    return KNOWN[name]


def main():
    find_customer(tidy(read_name(STORED)))


main()
