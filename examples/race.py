"""Two tasks that lose an update: both read the counter before either writes it.

breadcrumb run python examples/race.py
breadcrumb query --flow
breadcrumb query --sql "SELECT start, task, function, args, \"return\" FROM calls ORDER BY start_ns"
"""

import asyncio


class Counter:
    def __init__(self) -> None:
        self.value = 5

    def read(self) -> int:
        return self.value

    def write(self, value: int) -> None:
        self.value = value


async def increment(counter: Counter) -> int:
    value = counter.read()
    await asyncio.sleep(0.001)
    counter.write(value + 1)
    return value + 1


async def main() -> int:
    counter = Counter()
    await asyncio.gather(increment(counter), increment(counter))
    return counter.value


if __name__ == "__main__":
    print("expected 7, got", asyncio.run(main()))
