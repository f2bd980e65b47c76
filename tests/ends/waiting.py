"""Tasks, coroutines and asynchronous generators that nobody waits for."""
import asyncio
import gc

gc.disable()  # a collection between two tasks decides which of them is destroyed first at the end


async def job(n):
    await asyncio.sleep(0)
    return n


async def long():
    try:
        await asyncio.sleep(1000)
    finally:
        print("long ends")


async def items():
    try:
        yield 1
        yield 2
    finally:
        print("items end")


async def main():
    running = loop.create_task(long())
    await job(1)
    async for item in generator:
        break
    return running


loop = asyncio.new_event_loop()
loop.slow_callback_duration = 1000
generator = items()
task = loop.run_until_complete(main())
forgotten = loop.create_task(job(2))
never = job(3)
failed = loop.create_future()
failed.set_exception(ValueError("never retrieved"))
loop.close()
