"""Look-alikes of many languages, trades and tools, written after the eleventh set, used once."""

from collections.abc import Iterator
from pathlib import Path

from made_up import Made, Maker
from secrets_eleventh import unescaped

TEXTS = (Path(__file__).parent / "corpus" / "lookalikes_twelfth.txt").read_text(encoding="utf-8")


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    del maker
    for template in dict.fromkeys(TEXTS.strip("\n").split("\n")):
        yield Made(f"text {template}", unescaped(template))
