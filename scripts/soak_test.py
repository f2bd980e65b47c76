"""Asks the store of a real web server every second while a second process sends it requests.

    python scripts/soak_test.py [--seconds S] [--questions-every S]

No request may fail, no span may be lost, the server's memory must stay flat, and every question must be
answered soon; then a program is stopped (SIGSTOP) in the middle of writing, time and again, and asked about.
`make test-soak` runs it for two minutes, the ordinary tests for some seconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.account import ENV_ACCOUNT_KEY
from breadcrumb_exporter_duckdb.reading.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = Path(sys.executable).parent
CONNECTIONS = 4
WAIT_SECONDS = 90.0
"""For a server to start or end on a busy machine."""
ANSWER_SECONDS = 30.0
"""What a question may take on a busy machine, its interpreter's start included."""
GROWTH_KB = 24_000
"""What the server's memory may grow by after a third of the time: caches that fill late."""
STOPS = 5
SERVER = """
import asyncio, os, sys
import uvicorn
from fastapi import FastAPI

app = FastAPI()

def price(n):
    return {"n": n, "price": n * 2.5, "parts": [n] * (n % 7)}

@app.get("/async/{n}")
async def read(n: int):
    await asyncio.sleep(0.001)
    return price(n)

@app.get("/sync/{n}")
def read_in_thread(n: int):
    return price(n)

print(os.getpid(), flush=True)
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""
WRITER = """
def step(number):
    return number
number = 0
while True:
    step(number)
    number += 1
    if number == 1000:
        print("ready", flush=True)
"""


class Broken(Exception):  # noqa: N818 - it says what is
    """What should hold does not."""


def environment(store: Path) -> dict[str, str]:
    """Programs and questions find the store, and every call is kept."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == ENV_ACCOUNT_KEY or not name.startswith(("BREADCRUMB_", "OTEL_"))
    }
    own = {"BREADCRUMB_STORE": str(store), "BREADCRUMB_THINNING_RATE": "0", "BREADCRUMB_OVERHEAD": "none"}
    return kept | own | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def load(port: int, seconds: float) -> dict[str, int]:
    """Send requests on some connections for a while; how many were answered, and how many failed."""
    end = time.monotonic() + seconds

    def send(offset: int) -> tuple[int, int]:
        answered = failed = 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        while time.monotonic() < end:
            path = "async" if answered % 2 else "sync"
            try:
                connection.request("GET", f"/{path}/{offset + answered}")
                answer = connection.getresponse()
                answer.read()
                failed += answer.status != http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                failed += 1
                connection.close()
            answered += 1
            time.sleep(0.005)
        connection.close()
        return answered, failed

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        counts = list(pool.map(send, range(CONNECTIONS)))
    return {"requests": sum(count for count, _ in counts), "failed": sum(count for _, count in counts)}


def ask(environ: Mapping[str, str], *words: str) -> tuple[float, dict[str, Any]]:
    """Ask a question as a user does; how long it took in seconds, and the answer."""
    began = time.monotonic()
    command = [str(BIN / "breadcrumb"), "query", *words, "--format", "json"]
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=WAIT_SECONDS, check=False
    )
    took = time.monotonic() - began
    if done.returncode:
        raise Broken(f"a question ended with {done.returncode}: {done.stdout}{done.stderr}")
    if took > ANSWER_SECONDS:
        raise Broken(f"a question took {took:.1f} s")
    return took, json.loads(done.stdout)


def serve_and_ask(folder: Path, seconds: float, every: float) -> str:
    """The server under load, asked all the time; gives what was seen. Raises Broken."""
    environ, port = environment(folder / "store"), free_port()
    (folder / "api.py").write_text(SERVER)
    command = [str(BIN / "breadcrumb"), "run", "--no-report", sys.executable, "api.py", str(port)]
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            pid = int(server.stdout.readline())
            wait_for(port)
            words = [sys.executable, __file__, "--load", str(port), "--seconds", str(seconds)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as loading:
                times, sizes = [], []
                while loading.poll() is None:
                    sizes.append(resident_kb(pid))
                    took, _ = ask(environ, "--flow", "--limit", "50")
                    times.append(took)
                    time.sleep(max(every - took, 0.0))
                assert loading.stdout is not None
                sent = json.loads(loading.stdout.read())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(WAIT_SECONDS)
    if sent["failed"]:
        raise Broken(f"{sent['failed']} of {sent['requests']} requests failed")
    check_spans(folder / "store", sent["requests"])
    grown = sizes[-1] - sizes[len(sizes) // 3]
    if grown > GROWTH_KB:
        raise Broken(f"the server's memory grew by {grown} kB: {sizes}")
    return (
        f"{sent['requests']:,} requests, none failed, no span lost; memory {sizes[len(sizes) // 3]:,} kB, "
        f"{grown:+,} kB at the end; {len(times)} questions, half of them answered in "
        f"{sorted(times)[len(times) // 2]:.2f} s, the slowest in {max(times):.2f} s"
    )


def check_spans(store: Path, requests: int) -> None:
    """Each request is one span of the server's, with the calls below it."""
    sql = """SELECT (SELECT count(*) FROM spans WHERE kind = 'SERVER'),
        (SELECT count(*) FROM calls WHERE qualname LIKE 'read%' AND status = 'ok'),
        (SELECT count(DISTINCT span_id) FROM calls WHERE qualname = 'price' AND status = 'ok'),
        (SELECT coalesce(sum(count), 0) FROM drops)"""
    with open_store(store) as reader:
        [found] = reader.connection.execute(sql).fetchall()
        notes = reader.notes
    if found != (requests, requests, requests, 0) or notes:
        raise Broken(f"of {requests} requests, (spans, handlers, calls, dropped) are kept: {found} {notes}")


def stop_and_ask(folder: Path) -> str:
    """A writer that stands still in the middle of whatever it does keeps nobody waiting."""
    environ = environment(folder / "store")
    (folder / "app.py").write_text(WRITER)
    command = [str(BIN / "breadcrumb-instrument"), sys.executable, "app.py"]
    times, counts = [], [0]
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            for _ in range(STOPS):
                time.sleep(random.uniform(0.1, 0.4))
                writer.send_signal(signal.SIGSTOP)
                took, answer = ask(
                    environ, "--sql", "SELECT count(*) AS n, max((args->>'$.number')::INT) FROM calls"
                )
                row = answer["rows"][0]
                times.append(took)
                counts.append(row["n"])
                writer.send_signal(signal.SIGCONT)
        finally:
            writer.kill()
    if sorted(set(counts)) != counts:
        raise Broken(f"a stopped program's calls were counted as {counts[1:]}, which do not rise")
    return (
        f"stopped {STOPS} times, with {counts[-1]:,} calls at last; the slowest answer in {max(times):.2f} s"
    )


def resident_kb(pid: int) -> int:
    """The memory of a process, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(port: int) -> None:
    """Return when somebody listens."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Broken("the server did not start")


def main() -> int:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--questions-every", type=float, default=1.0, metavar="S")
    parser.add_argument("--load", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.load:
        print(json.dumps(load(asked.load, asked.seconds)))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="breadcrumb-soak-"))
    try:
        for name in ("server", "stopped"):
            (folder / name).mkdir()
        print(f"server: {serve_and_ask(folder / 'server', asked.seconds, asked.questions_every)}", flush=True)
        print(f"stopped: {stop_and_ask(folder / 'stopped')}", flush=True)
    except Broken as error:
        print(f"BROKEN (in {folder}): {error}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
