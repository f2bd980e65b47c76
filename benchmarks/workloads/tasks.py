"""asyncio: tasks, nested awaits, queues and gather."""

from __future__ import annotations

import asyncio


async def fetch(key: int) -> dict[str, int]:
    """Give a record after the loop has turned once."""
    await asyncio.sleep(0)
    return {"key": key, "value": key * 2}


async def enrich(record: dict[str, int]) -> dict[str, int]:
    """Add what another record says."""
    other = await fetch(record["key"] + 1)
    return {**record, "next": other["value"]}


async def work(number: int) -> int:
    """One task: fetch, enrich, sum."""
    record = await enrich(await fetch(number))
    return record["value"] + record["next"]


async def batch(start: int, width: int) -> int:
    """Run `width` tasks at once."""
    numbers = await asyncio.gather(*map(work, range(start, start + width)))
    return sum(numbers)


WIDTH = 20


async def serve(size: int) -> int:
    """Run `size` batches one after the other."""
    total = 0
    for number in range(size):
        total += await batch(number, WIDTH)
    return total


def main(size: int) -> None:
    """Run the loop."""
    asyncio.run(serve(size))
