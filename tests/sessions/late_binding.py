"""A job scheduler for several tenants: jobs are planned, run by a pool of threads, and write reports."""

from __future__ import annotations

import collections
import dataclasses
import heapq
import itertools
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator


class NotAllowed(Exception):
    pass


class Exhausted(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Tenant:
    key: str
    plan: str
    region: str


@dataclasses.dataclass
class Document:
    tenant: str
    name: str
    size: int


@dataclasses.dataclass(order=True)
class Slot:
    at: float
    number: int
    job: "Job" = dataclasses.field(compare=False)


class Job:
    def __init__(self, name: str, action: Callable[[], object], tenant: Tenant, attempts: int = 1) -> None:
        self.name = name
        self.action = action
        self.tenant = tenant
        self.attempts = attempts
        self.state = "planned"
        self.result: object = None

    def run(self) -> object:
        self.state = "running"
        self.result = self.action()
        self.state = "done"
        return self.result


class Directory:
    """Tenants, with a session for each that is opened when it is first wanted."""

    def __init__(self, tenants: list[Tenant]) -> None:
        self.tenants = {each.key: each for each in tenants}
        self.sessions: dict[str, Session] = {}
        self.lock = threading.Lock()

    def tenant(self, key: str) -> Tenant:
        return self.tenants[key]

    def session(self, tenant: Tenant) -> "Session":
        with self.lock:
            if tenant.key not in self.sessions:
                self.sessions[tenant.key] = Session(tenant)
            return self.sessions[tenant.key]


class Session:
    numbers = itertools.count(1)

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.number = next(self.numbers)
        self.used = 0

    def use(self, amount: int) -> int:
        self.used += amount
        return self.used


class Storage:
    def __init__(self) -> None:
        self.documents: dict[str, list[Document]] = collections.defaultdict(list)
        self.lock = threading.Lock()

    def put(self, session: Session, document: Document) -> None:
        with self.lock:
            self.documents[session.tenant.key].append(document)

    def of(self, key: str) -> list[Document]:
        return list(self.documents[key])

    def size(self, key: str) -> int:
        return sum(each.size for each in self.of(key))


class Quotas:
    LIMITS = {"free": 9_000, "team": 60_000, "big": 900_000}

    def __init__(self) -> None:
        self.used: dict[str, int] = collections.defaultdict(int)

    def limit(self, tenant: Tenant) -> int:
        return self.LIMITS[tenant.plan]

    def take(self, tenant: Tenant, size: int) -> int:
        self.used[tenant.key] += size
        if self.used[tenant.key] > self.limit(tenant):
            raise Exhausted(f"{tenant.key}: {self.used[tenant.key]} of {self.limit(tenant)}")
        return self.limit(tenant) - self.used[tenant.key]


class Reports:
    """What jobs do: render a report, write it, take it from the quota."""

    def __init__(self, directory: Directory, storage: Storage, quotas: Quotas) -> None:
        self.directory = directory
        self.storage = storage
        self.quotas = quotas

    def write(self, tenant: Tenant, name: str, size: int) -> Document:
        session = self.directory.session(tenant)
        document = self.render(tenant, name, size)
        self.quotas.take(tenant, document.size)
        session.use(document.size)
        self.storage.put(session, document)
        return document

    def render(self, tenant: Tenant, name: str, size: int) -> Document:
        return Document(tenant.key, name, size + overhead(tenant.region, size))


def overhead(region: str, size: int) -> int:
    return {"eu": 120, "us": 90}.get(region, 60) + size // 50


class Plan:
    """When what is due."""

    def __init__(self) -> None:
        self._heap: list[Slot] = []
        self._numbers = itertools.count()

    def add(self, at: float, job: Job) -> Slot:
        slot = Slot(at, next(self._numbers), job)
        heapq.heappush(self._heap, slot)
        return slot

    def due(self, now: float) -> Iterator[Job]:
        while self._heap and self._heap[0].at <= now:
            yield heapq.heappop(self._heap).job

    def empty(self) -> bool:
        return not self._heap

    def __len__(self) -> int:
        return len(self._heap)


class Retrying:
    """Plans a job again that failed, a little later."""

    def __init__(self, plan: Plan, limit: int) -> None:
        self.plan = plan
        self.limit = limit
        self.retried: list[str] = []

    def failed(self, job: Job, now: float) -> bool:
        if job.attempts >= self.limit:
            job.state = "failed"
            return False
        self.retried.append(job.name)
        self.plan.add(now + 1, Job(job.name, job.action, job.tenant, job.attempts + 1))
        return True


class Planner:
    """Turns what tenants subscribed to into jobs."""

    def __init__(self, plan: Plan, reports: Reports, backend: "Backend") -> None:
        self.plan = plan
        self.reports = reports
        self.backend = backend

    def subscribe(self, tenants: list[Tenant], rng: random.Random) -> int:
        planned = 0
        for tenant in tenants:
            for name, size in self.subscriptions(tenant, rng):
                at = rng.randrange(6)
                if self.backend.ready(name):
                    action = self.direct(tenant, name, size)
                else:
                    action = lambda name=name, size=size: self.deferred(tenant, name, size)
                self.plan.add(at, Job(name, action, tenant))
                planned += 1
        return planned

    def direct(self, tenant: Tenant, name: str, size: int) -> Callable[[], Document]:
        return lambda: self.reports.write(tenant, name, size)

    def deferred(self, tenant: Tenant, name: str, size: int) -> Document:
        self.backend.wait(name)
        return self.reports.write(tenant, name, size)

    def subscriptions(self, tenant: Tenant, rng: random.Random) -> Iterator[tuple[str, int]]:
        for n in range({"free": 2, "team": 5, "big": 9}[tenant.plan]):
            yield f"{tenant.key}/report-{n}", rng.randint(500, 3_500)


class Backend:
    """Where figures come from; some are not there at once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def ready(self, name: str) -> bool:
        return self.rng.random() > 0.06

    def wait(self, name: str) -> None:
        time.sleep(0.001)


class Pool:
    def __init__(self, size: int) -> None:
        self.queue: queue.Queue = queue.Queue()
        self.done: list[Job] = []
        self.errors: list[tuple[Job, Exception]] = []
        self.threads = [threading.Thread(target=self.work, name=f"pool-{n}") for n in range(size)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def work(self) -> None:
        while True:
            job = self.queue.get()
            if job is None:
                return
            self.run_one(job)
            self.queue.task_done()

    def run_one(self, job: Job) -> None:
        try:
            job.run()
            self.done.append(job)
        except Exception as error:
            self.errors.append((job, error))

    def stop(self) -> None:
        for _ in self.threads:
            self.queue.put(None)
        for thread in self.threads:
            thread.join()


class Scheduler:
    def __init__(self, plan: Plan, pool: Pool, retrying: Retrying) -> None:
        self.plan = plan
        self.pool = pool
        self.retrying = retrying
        self.now = 0

    def run(self) -> int:
        self.pool.start()
        try:
            while not self.plan.empty():
                self.tick()
        finally:
            self.pool.stop()
        return len(self.pool.done)

    def tick(self) -> None:
        for job in self.plan.due(self.now):
            self.pool.queue.put(job)
        self.pool.queue.join()
        for job, _error in self.take_errors():
            self.retrying.failed(job, self.now)
        self.now += 1

    def take_errors(self) -> list[tuple[Job, Exception]]:
        taken, self.pool.errors = self.pool.errors, []
        return taken


class Billing:
    PRICE = {"free": 0, "team": 2, "big": 1}

    def __init__(self, storage: Storage, directory: Directory) -> None:
        self.storage = storage
        self.directory = directory

    def bill(self, tenant: Tenant) -> int:
        return self.storage.size(tenant.key) * self.PRICE[tenant.plan] // 100

    def bills(self) -> dict[str, int]:
        return {key: self.bill(tenant) for key, tenant in self.directory.tenants.items()}


class Delivery:
    """Sends each tenant the reports that it is owed."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def send(self, tenant: Tenant) -> list[str]:
        sent = []
        for document in self.storage.of(tenant.key):
            self.check(tenant, document)
            sent.append(document.name)
        return sent

    def check(self, tenant: Tenant, document: Document) -> None:
        owner, _, _ = document.name.partition("/")
        if owner != tenant.key:
            raise NotAllowed(f"{document.name} is not for {tenant.key}")


def make_tenants() -> list[Tenant]:
    plans = ["team", "free", "big", "team", "free", "big", "team", "big"]
    names = ["acme", "birch", "crane", "delta", "ember", "fjord", "grove", "heron"]
    regions = ["eu", "us", "ap", "eu", "us", "eu", "ap", "us"]
    return [Tenant(*each) for each in zip(names, plans, regions)]


def main() -> None:
    seed = 1  # one of the many days on which it happens
    rng = random.Random(seed)
    tenants = make_tenants()
    directory, storage, quotas = Directory(tenants), Storage(), Quotas()
    reports = Reports(directory, storage, quotas)
    plan, pool = Plan(), Pool(1)
    planner = Planner(plan, reports, Backend(rng))
    planned = planner.subscribe(tenants, rng)
    done = Scheduler(plan, pool, Retrying(plan, 3)).run()
    delivery = Delivery(storage)
    for tenant in tenants:
        delivery.send(tenant)
    print(f"{done} of {planned} jobs, bills {Billing(storage, directory).bills()}")


if __name__ == "__main__":
    main()
