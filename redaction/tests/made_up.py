"""Makes secrets and look-alikes up when a test runs, so that none stands in a file."""

import base64
import random
import string
import uuid
from collections.abc import Callable, Iterator
from typing import NamedTuple

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"
WORDS = ("harbour", "lantern", "meadow", "copper", "thistle", "walnut", "river", "saddle", "anchor", "pepper")


class Made(NamedTuple):
    """A text, the secret in it (empty: a look-alike), and the name that holds it, if any."""

    kind: str
    text: str
    secret: str = ""
    name: str | None = None
    returned: str | None = None
    argv: tuple[str, ...] = ()


class Maker:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, length: int) -> str:
        """So many characters, with a digit and letters of each case where the alphabet has them."""
        needed = [
            set(alphabet) & set(each)
            for each in (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        ]
        while True:
            drawn = "".join(self.random.choices(alphabet, k=length))
            if length < 8 or all(not each or each & set(drawn) for each in needed):
                return drawn

    def password(self) -> str:
        """What people take for a password: a word, digits, a sign."""
        word = self.random.choice(WORDS)
        return f"{word.title()}{self.random.choice('!+*^')}{self.random.randrange(10, 9999)}"

    def token(self) -> str:
        """An opaque token of some length."""
        return self.of(ALNUM, self.random.randrange(22, 44))

    def digits(self, length: int) -> str:
        """So many digits, the first not 0."""
        return str(self.random.randrange(10 ** (length - 1), 10**length))

    def words(self, count: int) -> str:
        """Words with blanks between them."""
        return " ".join(self.random.choices(WORDS, k=count))

    def uuid(self) -> str:
        """A UUID of version 4."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def base64(self, size: int) -> str:
        """Base64 of random bytes."""
        return base64.b64encode(self.random.randbytes(size)).decode()


def rows(half: Callable[[Maker], Iterator[Made]], seed: int, times: int) -> list[Made]:
    """Every kind of a half, so many times."""
    maker = Maker(seed)
    return [made for _ in range(times) for made in half(maker)]
