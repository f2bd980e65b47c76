"""What generators yield: how many values, the first and the last, and no more than that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Run

PROGRAM = """
    import asyncio, gc, weakref
    class Item:
        def __init__(self, n): self.n = n
    def items(n):
        for i in range(n): yield Item(i)
    def delegates():
        yield from (1, 2, 3)
        raise ValueError("at the end")
    def none():
        return
        yield
    def large(n):
        for i in range(n): yield f"{i}" + "x" * 400
    def fetch_token():
        yield "s3cr3t-of-the-day"
        yield "another-s3cr3t"
    def get_token(): return "s3cr3t-of-the-day"
    async def pages(n):
        for i in range(n):
            await asyncio.sleep(0)
            yield {"page": i}
    async def main():
        [page async for page in pages(3)]
        async for page in pages(5): break
    asyncio.run(main())
    held = []
    for item in items(2): held.append(weakref.ref(item))
    del item
    gc.collect()
    print([each() for each in held])
    try: list(delegates())
    except ValueError: pass
    list(none()), list(large(200)), list(fetch_token()), get_token()
"""


def test_count_first_and_last(run: Run) -> None:
    """Asynchronous ones too, whose waits do not count; no value is held, not all of many are written."""
    trace = run(PROGRAM)
    names = ("items", "delegates", "none", "pages", "fetch_token")
    told = {name: [row["extra"] and row["extra"].get("yielded") for row in trace.of(name)] for name in names}
    first, last = told["items"][0].pop("first"), told["items"][0].pop("last")
    assert (first["n"], last["n"]) == (0, 1)
    secret = {"@redacted": "token"}
    assert told == {
        "items": [{"count": 2}],
        "delegates": [{"count": 3, "first": 1, "last": 3}],
        "none": [None],
        "pages": [
            {"count": 3, "first": {"page": 0}, "last": {"page": 2}},
            {"count": 1, "first": {"page": 0}},
        ],
        "fetch_token": [{"count": 2, "first": secret, "last": secret}],
    }
    (large,) = trace.of("large")
    assert (large["extra"]["yielded"]["count"], sorted(large["extra"]["yielded"])) == (
        200,
        ["count", "first"],
    )
    assert trace.printed == "[None, None]"
    assert [row["result"] for row in trace.of("get_token")] == [secret]
