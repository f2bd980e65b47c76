"""The suite."""

import os

import pytest
from ledger import Ledger

CASES = range(1, int(os.environ["BENCHMARK_CASES"]) + 1)


@pytest.fixture(name="ledger")
def one_entry() -> Ledger:
    """A ledger with one entry."""
    return Ledger([("opening", 100)])


@pytest.mark.parametrize("amount", CASES)
def test_posting_moves_the_balance(ledger: Ledger, amount: int) -> None:
    """One entry, one balance."""
    for _ in range(5):
        before = ledger.balance()
        assert ledger.post("sale", amount) == before + amount


@pytest.mark.parametrize("amount", CASES)
def test_nothing_is_refused(ledger: Ledger, amount: int) -> None:
    """An entry of nothing is an error."""
    with pytest.raises(ValueError, match="nothing"):
        ledger.post("nothing", amount - amount)
    assert ledger.balance() == 100
