"""Strings: long texts, headers and connection strings with secrets in them."""

from __future__ import annotations

PROSE = ("It was the best of times, it was the worst of times, it was the age of wisdom. " * 30)[:2000]


def headline(text: str, width: int) -> str:
    """The beginning of a text."""
    return text[:width].rstrip() + "..."


def count(text: str, word: str) -> int:
    """How often a word occurs."""
    return text.count(word)


def connect(url: str, timeout: float) -> dict[str, str]:
    """Take a connection string apart."""
    scheme, _, rest = url.partition("://")
    user, _, host = rest.rpartition("@")
    return {"scheme": scheme, "user": user.partition(":")[0], "host": host, "timeout": str(timeout)}


def login(name: str, password: str, headers: dict[str, str]) -> str:
    """Give a token for a name and a password."""
    return f"{name}:{len(password)}:{headers['Authorization'][-4:]}"


def visit(number: int) -> None:
    """All of it once."""
    text = PROSE + str(number)
    headline(text, 60)
    count(text, "times")
    connect(f"postgresql://app:s3cr3t-{number}@db{number % 4}.internal/orders", 2.5)
    login(
        f"user{number}", f"hunter{number}", {"Authorization": f"Bearer abcdefghijklmnopqrstuvwx{number:06}"}
    )


def main(size: int) -> None:
    """Visit `size` times."""
    for number in range(size):
        visit(number)
