"""Pages of a feed are fetched with some tries each; what counts the tries outlives a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Page = dict[str, object]


class Busy(Exception):
    pass


class Server:
    def __init__(self) -> None:
        self.asked: dict[int, int] = {}

    def page(self, number: int) -> Page:
        self.asked[number] = self.asked.get(number, 0) + 1
        if number % 3 == 1 and self.asked[number] < 3:
            raise Busy(f"page {number}")
        return {"number": number, "rows": [number * 10 + each for each in range(5)], "last": number == 5}


class Retrying:
    def __init__(self, most: int) -> None:
        self.most = most
        self.tries = 0

    def __call__(self, fetch: Callable[[int], Page], number: int) -> Page | None:
        while True:
            self.tries += 1
            try:
                return fetch(number)
            except Busy:
                if self.tries >= self.most:
                    return None


class Feed:
    def __init__(self, server: Server) -> None:
        self.server = server

    def pages(self) -> Iterator[Page]:
        fetch = Retrying(8)
        for number in range(6):
            page = fetch(self.server.page, number)
            if page is not None:
                yield page

    def read(self) -> int:
        return sum(5 for _ in self.pages())


def main() -> None:
    count = Feed(Server()).read()
    if count != 30:
        raise ValueError(f"{count} rows came, the seal says 30")


main()
