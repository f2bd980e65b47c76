"""Tasks of uvloop's event loop hang under whoever made them."""

import asyncio

import uvloop


async def leaf(x):
    await asyncio.sleep(0)
    return x


async def grouped():
    async with asyncio.TaskGroup() as group:
        group.create_task(leaf("grouped"))


async def gathered():
    await asyncio.gather(leaf("gathered"))


async def main():
    await grouped()
    await gathered()


uvloop.run(main())

# tree
# main {} ~2 -> null
#   grouped {} ~1 -> null
#     leaf {"x": "grouped"} ~1 -> "grouped"
#   gathered {} ~1 -> null
#     leaf {"x": "gathered"} ~1 -> "gathered"
