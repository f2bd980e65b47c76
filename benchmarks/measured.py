"""The process that is measured: `python -m benchmarks.measured TRACER WORKLOAD SIZE OUT`.

Takes the clocks around the program's main() and writes them down. A tracer that is started from inside starts
before, and saves after the clocks were taken again.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib import import_module

from benchmarks import tracers
from benchmarks.job import Job

CLOCKS = {
    "thread": time.thread_time_ns,
    "process": time.process_time_ns,
    "wall": time.perf_counter_ns,
}


def peak_rss() -> int:
    """The most memory that was resident, in bytes; on Linux what ran before exec does not count."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(words: list[str]) -> None:
    """Run one job."""
    job = Job.from_words(words)
    job.kept.mkdir(parents=True, exist_ok=True)
    tracer = tracers.find(job.tracer)
    tracer.prepare(job)
    program = import_module(job.program.module)
    stop = tracer.start(job)
    began = {name: clock() for name, clock in CLOCKS.items()}
    program.main(job.size)
    ended = {name: clock() for name, clock in CLOCKS.items()}
    stop()
    took = {name: ended[name] - began[name] for name in CLOCKS}
    result = {**took, "process_began": began["process"], "peak_rss": peak_rss()}
    job.result.write_text(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
