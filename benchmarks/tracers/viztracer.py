"""viztracer with arguments and returns, for the workload's files only and without C functions."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.job import Recording, Value
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.job import Job

ENTRIES = 2_000_000
"""Its buffer is a ring; none of the workloads fills this one."""


class VizTracerTool(Tracer):
    """Keeps full reprs, and writes one JSON file at the end."""

    title = "viztracer"
    keeps = "full repr of arguments and returns"
    misses = "with include_files, all that a library calls; each step of a generator counts as a call"
    package = "viztracer"

    def start(self, job: Job) -> Callable[[], None]:
        """As `viztracer --include_files ... --log_func_args --log_func_retval --ignore_c_function`."""
        tool = import_module("viztracer").VizTracer(
            tracer_entries=ENTRIES,
            verbose=0,
            include_files=job.program.files(),
            ignore_c_function=True,
            log_func_args=True,
            log_func_retval=True,
            output_file=str(job.kept / "trace.json"),
        )

        def stop() -> None:
            tool.stop()
            tool.save()

        tool.start()
        return stop

    def read(self, job: Job) -> Recording:
        """One complete event per call; a generator's call is one event for each time that it runs."""
        recording = Recording(values=[])
        values: list[Value] = []
        for event in json.loads((job.kept / "trace.json").read_bytes())["traceEvents"]:
            if event["ph"] == "X":
                name = event["name"].partition(" ")[0]
                recording.calls[name] += 1
                kept = event.get("args", {})
                if name == job.known.check.function and "return_value" in kept:
                    args = {key: value.strip("'") for key, value in kept["func_args"].items()}
                    values.append((args, kept["return_value"].strip("'")))
        recording.values = values
        return recording


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return VizTracerTool()
