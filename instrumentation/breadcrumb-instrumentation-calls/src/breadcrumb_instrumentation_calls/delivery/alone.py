"""Where finished calls go while the program does not use OpenTelemetry: to one keeper, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from breadcrumb_instrumentation_calls.delivery.batch import Portion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.recorders.outbox import Lend
    from breadcrumb_instrumentation_calls.recorders.rows import Rows


class Keeper(Protocol):
    """Keeps calls by their columns and facts alone."""

    def take(self, portion: Portion, /) -> bool:
        """Keep these; whether they are."""
        ...

    def lend(self, size: int, layout: str, /) -> tuple[int, int] | None:
        """Give memory in which calls survive the process."""
        ...


class Outlets:
    """Where finished calls go. What is written here is right where nobody forwards them: nothing waits."""

    farewell_s = 0.0
    """How long those that forward may take at the end, seconds."""

    def lenders(self) -> Iterable[Lend]:
        """Who gives memory in which calls survive the process."""
        return ()

    def keepers(self) -> Iterable[tuple[str, Callable[[Portion], bool]]]:
        """Who keeps batches now: a name, and what takes one."""
        return ()

    def batch(self, rows: Rows, facts: list[tuple[str, str]]) -> Portion:
        """What they are given."""
        return Portion(rows, facts)

    def put(self, rows: Rows) -> None:
        """Have calls forwarded."""

    def start(self) -> None:
        """Have the threads that forward."""

    def flush(self, deadline: float) -> bool:  # noqa: ARG002 - nothing waits
        """Whether everything is forwarded until `deadline` (`time.monotonic`)."""
        return True

    def give_up(self) -> None:
        """Count what waits as lost."""

    def end(self, deadline: float, *, for_good: bool) -> None:
        """Forward what is left, and nothing more."""

    def rest(self) -> None:
        """A fork comes: have no thread in an exporter."""

    def go_on(self) -> None:
        """It is over."""

    def forked(self) -> None:
        """This is the child."""

    def facts(self) -> Iterable[dict[str, object]]:
        """What became of what was forwarded."""
        return ()


class Alone(Outlets):
    """One keeper; nothing is forwarded."""

    def __init__(self, keeper: Keeper | None) -> None:
        self._keeper = keeper

    def lenders(self) -> Iterable[Lend]:
        """The keeper's."""
        return () if self._keeper is None else (self._keeper.lend,)

    def keepers(self) -> Iterable[tuple[str, Callable[[Portion], bool]]]:
        """The one."""
        return () if self._keeper is None else ((type(self._keeper).__name__, self._keeper.take),)
