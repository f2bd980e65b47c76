"""A real Celery worker: each task is a trace, or goes on in its sender's; a warm shutdown loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from patience import HANGS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

POOLS = ("solo", "prefork")
COUNT = 12
SHOP = """
import pathlib, sys
from celery import Celery

app = Celery("shop", broker="filesystem://")
app.conf.update(
    broker_transport_options={
        "data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control",
        "polling_interval": 0.02,
    },
    task_ignore_result=True,
)

def price(n):
    return n * 2

@app.task
def order(pool, n):
    try:
        return price(n)
    finally:
        pathlib.Path("done", f"{pool}-{n}").touch(exist_ok=False)

def main(first, last):
    for pool in ("solo", "prefork"):
        for n in range(first, last):
            order.apply_async((pool, n), queue=pool)

if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
"""
WORKER = "celery -A shop worker --pool {pool} -Q {pool} -n {pool}@here -c 2 -l warning"
QUIETLY = "--without-gossip --without-mingle --without-heartbeat"


@contextmanager
def working(project: Any) -> Iterator[None]:
    """A worker of each pool under `breadcrumb run`; all are told to finish when the block is left."""
    with ExitStack() as opened:
        workers = [opened.enter_context(worker(project, pool)) for pool in POOLS]
        yield
        for each in workers:
            each.send_signal(signal.SIGTERM)
        for each in workers:
            assert each.wait(timeout=HANGS) == 0


@contextmanager
def worker(project: Any, pool: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in the background, killed if it does not end by itself."""
    words = ["breadcrumb", "run", "--no-report", *WORKER.format(pool=pool).split(), *QUIETLY.split()]
    with (project.path / f"{pool}.log").open("w") as log:
        process = subprocess.Popen(
            words,
            cwd=project.path,
            env=project.environ,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=HANGS)


def wait_for_tasks(project: Any, count: int) -> None:
    """Return as soon as the last task has run; what it was is still on its way then."""
    done = project.path / "done"
    until(lambda: len(list(done.iterdir())) >= count)
    assert len(list(done.iterdir())) == count


def test_each_task_is_a_trace_with_its_calls(project: Any) -> None:
    project.environ["OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"] = "django,fastapi,flask,requests"
    project.write("shop.py", SHOP)
    for folder in ("queue", "control", "done"):
        (project.path / folder).mkdir()
    assert project.call("python", "shop.py", 0, COUNT).returncode == 0
    assert project.run("--no-report", "python", "shop.py", COUNT, 2 * COUNT).returncode == 0
    with working(project):
        wait_for_tasks(project, len(POOLS) * 2 * COUNT)
    tasks = project.query(
        """
        SELECT task.args->>'$.pool', CAST(task.args->'$.n' AS INT), span.trace_id, span.parent_span_id
        FROM spans span JOIN calls task ON task.parent_span_id = span.span_id
            JOIN calls price ON price.parent_span_id = task.span_id
        WHERE span.kind = 'CONSUMER' AND task.qualname = 'order' AND price.qualname = 'price'
            AND task.trace_id = span.trace_id AND price.trace_id = span.trace_id
            AND CAST(task."return" AS INT) = 2 * CAST(price.args->'$.n' AS INT)
        """
    )
    assert sorted((pool, n) for pool, n, _, _ in tasks) == sorted(
        (pool, n) for pool in POOLS for n in range(2 * COUNT)
    )
    assert_traces(project, tasks)
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'price'") == [(len(tasks),)]
    assert project.query("SELECT * FROM drops") == []


def assert_traces(project: Any, tasks: list[Any]) -> None:
    """A task whose sender is not traced is a trace of its own, any other hangs under who sent it."""
    alone = [(trace, parent) for _, n, trace, parent in tasks if n < COUNT]
    assert len({trace for trace, _ in alone}) == len(alone) == len(POOLS) * COUNT
    assert {parent for _, parent in alone} == {None}
    sent = sorted((trace, parent) for _, n, trace, parent in tasks if n >= COUNT)
    senders = project.query("SELECT trace_id, span_id FROM spans WHERE kind = 'PRODUCER' ORDER BY ALL")
    assert sent == senders
