"""An asyncio scanner: requests go into a queue, workers measure, results are put to the requests."""

import asyncio
import random
from dataclasses import dataclass, field


@dataclass
class Request:
    number: int
    host: str
    probes: int
    result: object = None


@dataclass
class Result:
    host: str
    best: float
    lost: int
    samples: list = field(default_factory=list)


class Network:
    def __init__(self, rng):
        self.rng = rng

    async def probe(self, host):
        delay = self.rng.random() / 500
        await asyncio.sleep(delay)
        return None if self.rng.random() < 0.05 else round(delay * 1000, 3)


class Worker:
    def __init__(self, name, network, results):
        self.name = name
        self.network = network
        self.results = results

    async def run(self, queue):
        while True:
            request = await queue.get()
            try:
                await self.results.put(await self.measure(request))
            finally:
                queue.task_done()

    async def measure(self, request):
        samples = []
        for _ in range(request.probes):
            samples.append(await self.network.probe(request.host))
        return summarize(request.host, samples)


def summarize(host, samples):
    known = [each for each in samples if each is not None]
    return Result(host, min(known, default=-1.0), len(samples) - len(known), known)


class Collector:
    """Gives each request its result; workers finish in the order in which they began, as all probe as often."""

    def __init__(self, requests):
        self.waiting = list(requests)
        self.done = {}

    def take(self, result):
        request = self.waiting.pop(0)
        request.result = result
        self.done[request.number] = request
        return request


class Report:
    def __init__(self, done):
        self.done = done

    def line(self, request):
        return f"{request.number:3} {request.host:12} {request.result.best:7.3f} lost {request.result.lost}"

    def text(self):
        return "\n".join(self.line(self.done[number]) for number in sorted(self.done))


def check(requests, owners):
    for request in requests:
        if request.result.lost > request.probes // 2:
            raise AssertionError(
                f"request {request.number} of {owners[request.host]} lost {request.result.lost}"
            )
        if request.result.host != request.host:
            raise AssertionError(
                f"request {request.number} of {owners[request.host]} was answered for {owners[request.result.host]}"
            )


async def scan(requests, rng):
    queue, results = asyncio.Queue(), asyncio.Queue()
    network = Network(rng)
    workers = [asyncio.create_task(Worker(f"w{n}", network, results).run(queue)) for n in range(3)]
    for request in requests:
        queue.put_nowait(request)
    collector = Collector(requests)
    for _ in requests:
        collector.take(await results.get())
    for worker in workers:
        worker.cancel()
    return collector


def main():
    rng = random.Random(1)
    owners = {f"10.0.{n}.1": f"tenant-{chr(97 + n)}" for n in range(8)}
    requests = [Request(n, rng.choice(sorted(owners)), 3) for n in range(24)]
    done = asyncio.run(scan(requests, rng)).done
    print(Report(done).text())
    check(requests, owners)


main()
