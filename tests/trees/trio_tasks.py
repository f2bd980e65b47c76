"""Tasks of trio hang under whoever started them in a nursery."""

import trio


async def leaf(x):
    await trio.sleep(0)
    return x


async def inner():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(leaf, "inner")


async def main():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(leaf, "outer")
        await inner()


def run():
    trio.run(main)


run()

# tree
# run {} -> null
#   main {} ~2 -> null
#     inner {} ~1 -> null
#       leaf {"x": "inner"} ~1 -> "inner"
#     leaf {"x": "outer"} ~1 -> "outer"
