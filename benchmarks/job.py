"""One run to do: which tracer, which workload, how much of it, and where its files go."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.catalog import WORKLOADS
from benchmarks.real.catalog import REAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.catalog import Workload
    from benchmarks.program import Program

Value = tuple["Mapping[str, str]", str]
"""Arguments and return of a call, as text."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Job:
    """One run."""

    tracer: str
    workload: str
    size: int
    out: Path
    """A directory of its own."""

    @property
    def program(self) -> Program:
        """What runs."""
        return REAL.get(self.workload) or WORKLOADS[self.workload]

    @property
    def known(self) -> Workload:
        """What runs, where it is a program of our own."""
        return WORKLOADS[self.workload]

    @property
    def kept(self) -> Path:
        """The directory of what the tracer keeps."""
        return self.out / "kept"

    @property
    def result(self) -> Path:
        """The file of what the run measured itself."""
        return self.out / "result.json"

    def words(self) -> list[str]:
        """The arguments of `benchmarks.measured` and `benchmarks.verify`."""
        return [self.tracer, self.workload, str(self.size), str(self.out)]

    @classmethod
    def from_words(cls, words: Iterable[str]) -> Job:
        """What `words` gave."""
        tracer, workload, size, out = words
        return cls(tracer, workload, int(size), Path(out))


@dataclass
class Recording:
    """What a tracer kept, read from its own output."""

    calls: Counter[str] = field(default_factory=Counter)
    """Qualified names to the number of calls that it knows of."""
    unkept: int = 0
    """Calls that it counted, but whose arguments it gave up."""
    values: list[Value] | None = field(default_factory=list)
    """Arguments and return, as text, of the calls of the checked function; None: it keeps no values."""
    notes: list[str] = field(default_factory=list)
