"""Harmless texts that people debug with, near the words of the promise's rules or under such names."""

import re
from collections.abc import Iterator
from pathlib import Path

from made_up import HEX, Made, Maker
from secrets_fourteenth import unescaped

TEXTS = (Path(__file__).parent / "corpus" / "lookalikes_fourteenth.txt").read_text(encoding="utf-8")
MADE = re.compile(r"\{([A-Z]+\d*)\}")


def harmless(maker: Maker, key: str) -> str:
    """What the letters stand for."""
    match key[0]:
        case "U":
            return maker.uuid()
        case "V":
            return ".".join(maker.digits(1) for _ in range(3))
        case "N" | "D":
            return maker.digits(int(key[1:]))
    return maker.of(HEX, int(key[1:]))


def lookalikes(maker: Maker) -> Iterator[Made]:
    """One of each kind."""
    for line in TEXTS.strip("\n").split("\n"):
        text = MADE.sub(lambda hit: harmless(maker, hit[1]), unescaped(line))
        text = text if line == "password: ${DB_PASSWORD}" else text.replace("{{", "{").replace("}}", "}")
        yield Made(line, text)
