"""Tasks whose outermost coroutine is a library's: it calls the program's coroutines one after another."""

import asyncio

LIBRARY = """
import asyncio, threading
async def serve(handle, items):
    for item in items:
        try:
            await handle(item)
        except ValueError:
            pass
    thread = threading.Thread(target=lambda: asyncio.run(handle(9)))
    thread.start()
    thread.join()
"""
library = {"__name__": "library"}
exec(LIBRARY, library)


async def handle(item):
    await asyncio.sleep(0)
    if item == 2:
        raise ValueError(item)
    await part(item)


async def part(item):
    await asyncio.sleep(0)


async def main():
    await asyncio.create_task(library["serve"](handle, [1, 2, 3]))


asyncio.run(main())
asyncio.run(library["serve"](handle, [4, 5]))

# tree
# main {} ~1 -> null
#   handle {"item": 1} ~2 -> null
#     part {"item": 1} ~1 -> null
#   handle {"item": 2} ~1 !! ValueError
#   handle {"item": 3} ~2 -> null
#     part {"item": 3} ~1 -> null
#   handle {"item": 9} ~2 -> null
#     part {"item": 9} ~1 -> null
# handle {"item": 4} ~2 -> null
#   part {"item": 4} ~1 -> null
# handle {"item": 5} ~2 -> null
#   part {"item": 5} ~1 -> null
# handle {"item": 9} ~2 -> null
#   part {"item": 9} ~1 -> null
