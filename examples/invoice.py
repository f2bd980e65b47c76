"""An invoice that fails far from where it went wrong: find out which call made the bad value.

breadcrumb run python examples/invoice.py
breadcrumb query --why line#3
"""

from typing import Any

RATES = {"EUR": 1.0, "USD": 0.92}


def rate_of(currency: str) -> float | None:
    return RATES.get(currency.upper())


def line(price: float, currency: str) -> dict[str, Any]:
    return {"price": price, "rate": rate_of(currency)}


def total(lines: list[dict[str, Any]]) -> float:
    amount = 0.0
    for each in lines:
        amount += each["price"] * each["rate"]
    return amount


def main() -> None:
    print(total([line(2.0, "eur"), line(180.0, "usd"), line(40.0, "gbp")]))


if __name__ == "__main__":
    main()
