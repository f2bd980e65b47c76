"""Look-alikes near words for a secret, written with the thirteenth set, used once."""

from collections.abc import Iterator
from pathlib import Path

from made_up import Made, Maker
from secrets_eleventh import unescaped

TEXTS = (Path(__file__).parent / "corpus" / "lookalikes_thirteenth.txt").read_text(encoding="utf-8")


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    del maker
    for template in TEXTS.strip("\n").split("\n"):
        yield Made(f"text {template}", unescaped(template))
