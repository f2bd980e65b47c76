"""The C recorder under threads, deep stacks, generators in every state and code that comes and goes."""

from __future__ import annotations

from typing import Any


def test_threads_hammer_while_another_drains(alone: Any) -> None:
    alone("""
CALLS = 2_000 * SIZE

def leaf(value):
    return [value]

def waits(n):
    for i in range(n):
        yield leaf(i)

def work(n):
    for _ in range(n // 10):
        for _ in waits(5):
            leaf(n)

traced = tracer(thinning=Thinning(rate=1 << 40, overhead=None))
traced.start()
done = threading.Event()
def drain():
    while not done.is_set():
        traced.flush(5)
        traced._recorder.open_calls()
drainers = [threading.Thread(target=drain) for _ in range(2)]
sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=work, args=(CALLS,)) for _ in range(8)]
for thread in (*drainers, *threads):
    thread.start()
for thread in threads:
    thread.join()
done.set()
for thread in drainers:
    thread.join()
traced.stop()
seen = names(traced)
assert not traced._failures.counts and not traced._recorder.dropped
assert (seen.count("work"), seen.count("waits")) == (8, 8 * CALLS // 10)
assert seen.count("leaf") == 8 * CALLS
assert len({row.span_id for row in Sink.rows}) == len(Sink.rows)
""")


def test_generators_move_between_threads(alone: Any) -> None:
    alone("""
import queue
def waits():
    while True:
        yield 1

def step(generator):
    return next(generator)

traced = tracer()
traced.start()
waiting = queue.Queue()
made = [waits() for _ in range(50)]
for generator in made:
    waiting.put(generator)
def work():
    for _ in range(300):
        generator = waiting.get()
        step(generator)
        waiting.put(generator)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
closer = threading.Thread(target=lambda: [generator.close() for generator in made])
closer.start()
closer.join()
traced.stop()
assert not traced._failures.counts, traced._failures.counts
ended = [row for row in Sink.rows if traced._info(row.code).qualname == "waits"]
assert sum(row.suspensions for row in ended) == 1800 or sys.version_info[:2] == (3, 13)
""")


def test_recursion_goes_as_deep_as_untraced(alone: Any) -> None:
    alone("""
def depth():
    try:
        return 1 + depth()
    except RecursionError:
        return 0

def within(n):
    yield from (within(n - 1) if n else (1,))

def chained():
    best = 0
    for n in range(0, sys.getrecursionlimit() + 10, 31):
        try:
            best = max(best, n if list(within(n)) else 0)
        except RecursionError:
            break
    return best

for limit in (1000, 3000):
    sys.setrecursionlimit(limit)
    untraced = depth(), chained()
    traced = tracer()
    traced.start()
    assert (depth(), chained()) == untraced
    assert (depth(), chained()) == untraced
    traced.stop()
    assert (depth(), chained()) == untraced
    assert not traced._failures.counts, traced._failures.counts
    del traced
""")


def test_a_recursion_error_that_leaves_the_program_is_its_own(alone: Any) -> None:
    alone("""
def endless(n):
    return endless(n + 1)

traced = tracer()
traced.start()
for _ in range(3):
    try:
        endless(0)
        raise SystemExit("no error")
    except RecursionError:
        pass
traced.stop()
assert len(Sink.rows) > 2900 and {row.outcome for row in Sink.rows} == {1}, len(Sink.rows)
""")


def test_generators_end_in_every_state(alone: Any) -> None:
    alone("""
import asyncio, gc, logging, warnings
logging.getLogger("asyncio").setLevel(logging.ERROR)  # under -X dev it tells of what takes long
warnings.simplefilter("ignore")  # of coroutines that are never awaited

def waits(n=3):
    try:
        for i in range(n):
            yield i
    finally:
        after(n)

def after(n):
    return n

def closes_itself(box):
    try:
        box[0].close()
    except ValueError:  # already executing
        pass
    yield 1

async def awaited():
    await asyncio.sleep(0)
    return 1

async def feeds():
    for i in range(3):
        yield i

async def leaves():
    async for _ in feeds():
        break
    awaited()  # never awaited
    agen = feeds()
    await agen.asend(None)
    await agen.aclose()
    feeds()
    await asyncio.wait([asyncio.ensure_future(awaited())])
    waiting = asyncio.ensure_future(asyncio.sleep(9))
    await asyncio.sleep(0)
    waiting.cancel()

def states():
    waits()                                     # unstarted, dropped
    waits().close()                             # unstarted, closed
    next(waits())                               # suspended, dropped
    suspended = waits()
    next(suspended)
    suspended.close()
    list(waits())                               # exhausted
    for error in (ValueError, GeneratorExit, StopIteration):
        for started in (False, True):
            thrown = waits()
            if started:
                next(thrown)
            try:
                thrown.throw(error())
            except (ValueError, GeneratorExit, RuntimeError, StopIteration):
                pass
    box = []
    box.append(closes_itself(box))
    next(box[0])
    cycle = [waits()]
    next(cycle[0])
    cycle.append(cycle)                         # left to the collector
    del cycle
    gc.collect()
    other = waits()
    next(other)
    thread = threading.Thread(target=other.close)
    thread.start()
    thread.join()
    dropped = [waits()]
    next(dropped[0])
    thread = threading.Thread(target=dropped.clear)
    thread.start()
    thread.join()
    asyncio.run(leaves())

for gaps in (True, False):
    traced = tracer(gaps=gaps)
    traced.start()
    for _ in range(30 * SIZE):
        states()
    gc.collect()
    traced.stop()
    assert not traced._failures.counts, traced._failures.counts
    still = {call.info.qualname for call in traced._recorder.open_calls()}
    assert not still or sys.version_info[:2] == (3, 13), still
""")


def test_code_that_comes_and_goes_out_of_scope_leaves_nothing(alone: Any) -> None:
    alone("""
import gc
def made(number):
    scope = {"__name__": "elsewhere"}
    exec(f"def fresh(x):\\n return [x, {number}]", scope)
    return scope["fresh"](1)

traced = tracer()
traced.start()
for number in range(1_200):  # a call site remembers what it calls until it is busy
    made(number)
gc.collect()
before = len(gc.get_objects()), sys.getallocatedblocks()
for number in range(1_000 * SIZE):
    made(number)
traced.flush(30)
Sink.rows.clear()
gc.collect()
assert len(gc.get_objects()) - before[0] < 300
traced.stop()
""")


def test_a_signal_handler_that_is_traced_does_not_mix_into_a_value(alone: Any) -> None:
    alone("""
import json, signal
SECRET = ["a=b password=hunter2 " * 5, {"k": ["deep", "password=hunter3 x"]}]

def handled(number):
    return {"handler": number}

interrupted = []
def handler(signum, frame):
    handled(signum)
    interrupted[:] = [signum]

def work():
    return SECRET

signal.signal(signal.SIGALRM, handler)
traced = tracer(thinning=Thinning(rate=1 << 40, overhead=None))
traced.start()
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
end = time.monotonic() + 1.5 * SIZE
while time.monotonic() < end or not interrupted:
    work()
signal.setitimer(signal.ITIMER_REAL, 0)
traced.stop()
assert not traced._failures.counts, traced._failures.counts
kept = {name: {row.result for row in Sink.rows if traced._info(row.code).qualname == name}
        for name in ("work", "handled")}
assert len(kept["work"]) == len(kept["handled"]) == 1, kept
for result in (*kept["work"], *kept["handled"]):
    json.loads(result)
""")
