"""cProfile: the profiler of the standard library, which keeps no values and cannot be scoped."""

from __future__ import annotations

import cProfile
import marshal
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.job import Recording
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

    from benchmarks.job import Job


class Profile(Tracer):
    """Keeps counts and times."""

    title = "cProfile"
    misses = "nothing, but each step of a generator or coroutine counts as a call"
    keeps = "counts and times, of everything"

    def start(self, job: Job) -> Callable[[], None]:
        """As `python -m cProfile -o FILE`."""
        profile = cProfile.Profile()

        def stop() -> None:
            profile.disable()
            profile.dump_stats(job.kept / "profile")

        profile.enable()
        return stop

    def read(self, job: Job) -> Recording:
        """Files and lines to counts; a generator counts each time that it runs."""
        names = {(file, line): name for file in job.program.files() for line, name in _functions(file)}
        recording = Recording(values=None)
        kept = marshal.loads((job.kept / "profile").read_bytes())  # noqa: S302 - we wrote it
        for (file, line, _), (_, calls, *_) in kept.items():
            recording.calls[names.get((file, line), "")] += calls
        return recording


def _functions(file: str) -> Iterator[tuple[int, str]]:
    """First lines and qualified names of the functions in a file."""
    codes: list[CodeType] = [compile(Path(file).read_text(encoding="utf-8"), file, "exec")]
    while codes:
        code = codes.pop()
        yield code.co_firstlineno, code.co_qualname
        codes.extend(each for each in code.co_consts if hasattr(each, "co_code"))


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return Profile()
