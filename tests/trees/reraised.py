"""What leaves a call is what was raised, whatever else was met and handled, or waited for, on the way out."""

import asyncio


def fails():
    raise ValueError("fails")


def after_another():
    try:
        fails()
    finally:
        try:
            int("x")
        except ValueError:
            pass


async def pause():
    await asyncio.sleep(0)


async def after_waiting():
    try:
        fails()
    finally:
        await pause()


class Guard:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        await pause()


async def guarded():
    async with Guard():
        raise KeyError("guarded")


async def main():
    for function in (after_waiting, guarded):
        try:
            await function()
        except (ValueError, KeyError):
            pass


asyncio.run(main())
try:
    after_another()
except ValueError:
    pass
iterator = iter(x for x in iter((1, 2)))
next(iterator)

# tree
# main {} ~2 -> null
#   after_waiting {} ~1 !! ValueError
#     fails {} !! ValueError
#     pause {} ~1 -> null
#   guarded {} ~1 !! KeyError
#     Guard.__aenter__ {"self": {"@": "__main__.Guard", "@id": "~"}} -> {"@": "__main__.Guard", "@id": "~"}
#     Guard.__aexit__ {"self": {"@": "__main__.Guard", "@id": "~"}, "details": [{"@": "type", "@name": "KeyError"}, {"@": "KeyError", "@id": "~", "@args": ["guarded"]}, {"@": "traceback", "@id": "~"}]} ~1 -> null
#       pause {} ~1 -> null
# after_another {} !! ValueError
#   fails {} !! ValueError
# <genexpr> {".0": {"@": "tuple_iterator", "@id": "~"}} ?
