"""Callbacks of an event loop hang under whoever scheduled them; those of a future under their task's outermost call."""

import asyncio


def note(x):
    return x


async def soon():
    loop = asyncio.get_running_loop()
    loop.call_soon(note, "soon")
    loop.call_later(0.005, note, "later")
    await asyncio.sleep(0)


async def other():
    await asyncio.sleep(0.001)
    return 1


async def with_done():
    task = asyncio.create_task(other())
    task.add_done_callback(lambda *_: note("done"))
    await task


async def main():
    await soon()
    await with_done()
    await asyncio.sleep(0.02)


asyncio.run(main())

# tree
# main {} ~3 -> null
#   soon {} ~1 -> null
#     note {"x": "soon"} -> "soon"
#     note {"x": "later"} -> "later"
#   with_done {} ~1 -> null
#     other {} ~1 -> 1
#   with_done.<locals>.<lambda> {"_": [{"@": "_asyncio.Task", "@id": "~", "name": "Task-2", "state": "FINISHED", "coroutine": "other"}]} -> "done"
#     note {"x": "done"} -> "done"
