"""Sends a bounded number of requests to 127.0.0.1 and says how many were answered with 200.

    load_generator.py PORT PATH COUNT      (PATH with {n} for the number of the request)

Every second request is part of a trace already: its trace id and its span id are n + 1.
"""

from __future__ import annotations

import http.client
import sys
from concurrent.futures import ThreadPoolExecutor

from patience import HANGS

CONCURRENCY = 8


def status(port: int, path: str, n: int) -> int:
    """The status of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANGS)
    headers = {"traceparent": f"00-{n + 1:032x}-{n + 1:016x}-01"} if n % 2 else {}
    connection.request("GET", path.format(n=n), headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def main(port: str, path: str, count: str) -> None:
    """Print the number of good answers."""
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        found = list(pool.map(lambda n: status(int(port), path, n), range(int(count))))
    sys.stdout.write(f"{found.count(200)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
