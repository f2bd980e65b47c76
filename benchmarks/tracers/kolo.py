"""kolo with its defaults, which leave libraries out by themselves, and no process that renders the trace."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.job import Recording, Value
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.job import Job


class Kolo(Tracer):
    """Keeps the locals at each call and return, and writes them at the end."""

    title = "kolo"
    keeps = "locals and returns"
    package = "kolo"

    def environment(self, job: Job) -> dict[str, str]:
        """Where its `.kolo` goes."""
        return {"KOLO_PATH": str(job.kept)}

    def start(self, job: Job) -> Callable[[], None]:
        """As `with kolo.enable():`; `include_frames` is for programs that it would take for libraries."""
        config = {"auto_emit": False, "filters": {"include_frames": job.program.files()}}
        session = import_module("kolo").enable(config, _save_in_thread=False)
        session.__enter__()

        def stop() -> None:
            session.__exit__(None, None, None)

        return stop

    def read(self, job: Job) -> Recording:
        """A `call` frame per call, a `return` frame with the value."""
        load_trace = import_module("kolo.trace_container").load_trace
        modules = tuple(f"{name}." for name in job.program.modules)
        recording = Recording()
        values: list[Value] = []
        for path in job.kept.rglob("trc_*.kolo"):
            for thread in load_trace(path.read_bytes())["threads"].values():
                for frame in thread["frames"]:
                    name = _own(frame.get("qualname") or "", modules)
                    if name and frame["event"] == "call":
                        recording.calls[name] += 1
                    elif name == job.known.check.function and frame["event"] == "return":
                        args = {key: str(value) for key, value in frame["locals"].items()}
                        values.append((args, str(frame["arg"])))
        recording.values = values
        return recording


def _own(qualname: str, modules: tuple[str, ...]) -> str:
    """The name within the workload's own modules."""
    for module in modules:
        if qualname.startswith(module):
            return qualname.removeprefix(module)
    return ""


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return Kolo()
