"""Coroutines: awaited, gathered, in tasks and task groups, interleaved, cancelled, timed out, in threads."""

import asyncio
import threading

AWAITED = threading.Event()


def step(x):
    return x


def step_once_awaited(x):
    AWAITED.wait()  # else it may have ended already, and from 3.14 on nothing is suspended then
    return step(x)


async def leaf(x, delay):
    await asyncio.sleep(delay)
    step(x)
    return x


async def middle(x, delay):
    value = await leaf(x, delay)
    return value + 1


async def forever():
    try:
        await asyncio.sleep(60)
    finally:
        step("cleaned")


async def numbers():
    for i in range(2):
        await asyncio.sleep(0)
        yield i


class Resource:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return 1

    async def __aexit__(self, *details):
        await asyncio.sleep(0)


async def grouped():
    async with asyncio.TaskGroup() as group:
        group.create_task(middle(10, 0.02))
        group.create_task(middle(20, 0.01))


async def cancelled():
    task = asyncio.create_task(forever())
    await asyncio.sleep(0.01)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return "cancelled"


async def timed_out():
    try:
        async with asyncio.timeout(0.01):
            await forever()
    except TimeoutError:
        return "late"


async def main():
    await middle(1, 0)
    await asyncio.gather(middle(2, 0.02), middle(3, 0.01))
    await grouped()
    await cancelled()
    await timed_out()
    async with Resource() as one:
        step(one)
    async for i in numbers():
        step(i)
    asyncio.get_running_loop().call_soon(AWAITED.set)
    await asyncio.to_thread(step_once_awaited, "thread")
    AWAITED.clear()
    asyncio.get_running_loop().call_soon(AWAITED.set)
    await asyncio.get_running_loop().run_in_executor(None, step_once_awaited, "executor")
    return [x async for x in numbers()]


def run():
    return asyncio.run(main())


run()

# tree
# run {} -> [0, 1]
#   main {} ~14 -> [0, 1]
#     middle {"x": 1, "delay": 0} ~1 -> 2
#       leaf {"x": 1, "delay": 0} ~1 -> 1
#         step {"x": 1} -> 1
#     middle {"x": 2, "delay": 0.02} ~1 -> 3
#       leaf {"x": 2, "delay": 0.02} ~1 -> 2
#         step {"x": 2} -> 2
#     middle {"x": 3, "delay": 0.01} ~1 -> 4
#       leaf {"x": 3, "delay": 0.01} ~1 -> 3
#         step {"x": 3} -> 3
#     grouped {} ~1 -> null
#       middle {"x": 10, "delay": 0.02} ~1 -> 11
#         leaf {"x": 10, "delay": 0.02} ~1 -> 10
#           step {"x": 10} -> 10
#       middle {"x": 20, "delay": 0.01} ~1 -> 21
#         leaf {"x": 20, "delay": 0.01} ~1 -> 20
#           step {"x": 20} -> 20
#     cancelled {} ~2 -> "cancelled"
#       forever {} ~1 ! asyncio.exceptions.CancelledError
#         step {"x": "cleaned"} -> "cleaned"
#     timed_out {} ~1 -> "late"
#       forever {} ~1 ! asyncio.exceptions.CancelledError
#         step {"x": "cleaned"} -> "cleaned"
#     Resource.__aenter__ {"self": {"@": "__main__.Resource", "@id": "~"}} ~1 -> 1
#     step {"x": 1} -> 1
#     Resource.__aexit__ {"self": {"@": "__main__.Resource", "@id": "~"}, "details": [null, null, null]} ~1 -> null
#     numbers {} ~4 -> null
#     step {"x": 0} -> 0
#     step {"x": 1} -> 1
#     step_once_awaited {"x": "thread"} -> "thread"
#       step {"x": "thread"} -> "thread"
#     step_once_awaited {"x": "executor"} -> "executor"
#       step {"x": "executor"} -> "executor"
#     numbers {} ~4 -> null
