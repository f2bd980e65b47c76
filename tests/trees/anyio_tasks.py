"""anyio on asyncio: task groups, threads, cancel scopes."""

import anyio
import anyio.to_thread


def step(x):
    return x


async def leaf(x, delay):
    await anyio.sleep(delay)
    return step(x)


async def grouped():
    async with anyio.create_task_group() as group:
        group.start_soon(leaf, 1, 0.05)
        group.start_soon(leaf, 2, 0.01)


async def cancelled():
    with anyio.move_on_after(0.01):
        await leaf(3, 60)
    return "moved on"


async def main():
    await grouped()
    await cancelled()
    return await anyio.to_thread.run_sync(step, "thread")


anyio.run(main)

# tree
# main {} ~5 -> "thread"
#   grouped {} ~1 -> null
#     leaf {"x": 1, "delay": 0.05} ~1 -> 1
#       step {"x": 1} -> 1
#     leaf {"x": 2, "delay": 0.01} ~1 -> 2
#       step {"x": 2} -> 2
#   cancelled {} ~1 -> "moved on"
#     leaf {"x": 3, "delay": 60} ~1 ! asyncio.exceptions.CancelledError
#   step {"x": "thread"} -> "thread"
