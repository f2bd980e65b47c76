"""A cache goes on giving the rate from before the update."""

RATES = {"EUR": 1.25}
_cache = {}


def load_rate(currency):
    return RATES[currency]


def rate(currency):
    if currency not in _cache:
        _cache[currency] = load_rate(currency)
    return _cache[currency]


def update(currency, value):
    RATES[currency] = value


def convert(amount, currency):
    return amount * rate(currency)


def main():
    convert(100, "EUR")
    update("EUR", 1.75)
    now = convert(100, "EUR")
    assert now == 175.0, now


main()
