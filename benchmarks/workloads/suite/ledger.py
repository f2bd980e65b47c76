"""What the suite tests."""


class Ledger:
    """Entries and their balance."""

    def __init__(self, entries: list[tuple[str, int]]) -> None:
        self.entries = entries

    def post(self, text: str, amount: int) -> int:
        """Add an entry; returns the balance."""
        if amount == 0:
            raise ValueError("an entry of nothing")
        self.entries.append((text, amount))
        return self.balance()

    def balance(self) -> int:
        """The sum of all entries."""
        return sum(map(amount_of, self.entries))


def amount_of(entry: tuple[str, int]) -> int:
    """An entry's amount."""
    return entry[1]
