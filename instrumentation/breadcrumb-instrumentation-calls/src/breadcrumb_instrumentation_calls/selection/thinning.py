"""Decides which calls of a hot, sampled or dear function are kept; every call is counted, kept or not.

A `Tally` per traced function, plain integers, is asked once for each call that begins and once where it
ended, in the process that it began in, and only for calls of sampled traces. The rule, which every recorder
follows to the letter:

1. A call is counted: calls, total, minimum and maximum of its duration (wall time, as in its row).
2. A window lasts one second and begins with a call: the first one a second or more after the beginning of the
   window before. There it is reconsidered whether the function is hot: it is where the last window had more
   than `rate` calls and ended less than a second ago.
3. Within a window it becomes hot with call number `rate` + 1.
4. Where it becomes or stays hot, what is slow is set: `slow` times the mean of the window that decided it.
5. A share of the calls stays: all, or the sampled part, or one in `every` while the function is hot (of the
   last two, the smaller). Without floats: with each call `credit` grows by `share`; where it reaches `of`, it
   shrinks by `of` and the call stays. With a new share it begins at `of` - 1: the first call stays.
6. These stay besides: calls left by an exception, or whose end is not known; calls that somebody may hang
   below (`Call.holds`); slow ones while the function is hot; and, where it is not sampled, the `first` ones
   and the first of each kind of return value (`kind_of`), of the first `KINDS` kinds that there are.
7. Of a call that does not stay, duration and self time are added up besides, and it lets go of its caller.
8. What it takes to record a function's calls is added up: its cost. Where that is more than a cap that the
   process's overhead sets (`overhead.py`), calls that begin are bare: neither arguments nor return are
   written, except of the first `FEW` calls, of one in `every`, and the return that is the first of its kind.
9. Where the cost is more than twice the cap, and the function is not sampled, the share of 5 is those that
   are not bare, the first are `FEW` at most, and slow is `slow` times the mean of all calls so far.

What was told of as `open` stays, since readers wait for its end. Hence of a sampled function a running call
is told of only where something hangs below it, or the process ends.
"""

from __future__ import annotations

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.selection.scope import matches

WINDOW_NS = 1_000_000_000
"""How long a function's calls are counted before it is decided anew whether it is hot, nanoseconds."""
KINDS = 8
"""How many kinds of return values are told apart."""
PARTS = 1_000_000
"""The precision of a sampling ratio."""
FEW = 10
"""The first calls of a function that are recorded whole whatever that costs."""
UNBOUNDED = 2**62
"""More than anything costs, nanoseconds."""
GOES, STAYS, WHOLE = range(3)
"""What becomes of a call that ended: it is only counted, kept, or kept with what it returned."""


class Rule(NamedTuple):
    """What holds for one function, whole numbers all."""

    rate: int
    """Calls in a window above which it is hot."""
    first: int
    slow: int
    share: int
    """Of `of` calls, how many stay while it is not hot."""
    of: int
    hot_share: int
    hot_of: int
    every: int


class Tally:
    """The calls of one function in this process."""

    __slots__ = (
        "bare",
        "begun",
        "calls",
        "cost_ns",
        "credit",
        "is_hot",
        "kinds",
        "max_ns",
        "min_ns",
        "of",
        "rule",
        "share",
        "slow_ns",
        "thinned",
        "thinned_ns",
        "thinned_self_ns",
        "total_ns",
        "was_dear",
        "was_hot",
        "window_calls",
        "window_ns",
        "window_start_ns",
    )

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.forget()

    def forget(self) -> None:
        """Begin at zero: the process is a new one."""
        self.calls = self.total_ns = self.min_ns = self.max_ns = 0
        self.thinned = self.thinned_ns = self.thinned_self_ns = 0
        self.begun = self.bare = self.cost_ns = 0
        self.window_calls = self.window_ns = self.slow_ns = 0
        self.window_start_ns = -WINDOW_NS
        self.kinds: list[int] = []
        self.was_hot = self.was_dear = False
        self.share = self.of = self.credit = 0
        self._turn(hot=False)

    def begins(self, cap_ns: int) -> bool:
        """Count a call that begins; whether it is bare."""
        self.begun += 1
        return self.cost_ns > cap_ns and self.begun > FEW and self.begun % self.rule.every != 0

    def keeps(
        self,
        now_ns: int,
        duration_ns: int,
        self_ns: int,
        *,
        must_stay: bool,
        kind: int | None = None,
        bare: bool = False,
        cap_ns: int = UNBOUNDED,
    ) -> int:
        """Count a call that ended at `now_ns` (monotonic), with its return value's kind; what becomes of it.

        The counters change without a function call in between, so that no other thread sees half of it.
        """
        self.calls += 1
        self.total_ns += duration_ns
        if duration_ns > self.max_ns:
            self.max_ns = duration_ns
        if duration_ns < self.min_ns or self.calls == 1:
            self.min_ns = duration_ns
        chosen = self._is_chosen(now_ns, duration_ns, bare, cap_ns)
        is_new = kind is not None and kind not in self.kinds and self._is_first_of(kind)
        if chosen or is_new or must_stay:
            self.bare += bare
            return STAYS if bare and not is_new else WHOLE
        self.thinned += 1
        self.thinned_ns += duration_ns
        self.thinned_self_ns += self_ns
        return GOES

    def _is_chosen(self, now_ns: int, duration_ns: int, bare: bool, cap_ns: int) -> bool:
        """Whether a call stays for what it is: of the share, one of the first, or slow."""
        rule = self.rule
        elapsed = now_ns - self.window_start_ns
        if elapsed >= WINDOW_NS:
            self._turn(hot=elapsed < 2 * WINDOW_NS and self.window_calls > rule.rate)
            self.window_start_ns = now_ns
            self.window_calls = self.window_ns = 0
        self.window_calls += 1
        self.window_ns += duration_ns
        if self.window_calls > rule.rate and not self.is_hot:
            self._turn(hot=True)
        if self.cost_ns // 2 > cap_ns and not self.is_sampled:
            self.was_dear = True
            is_slow = duration_ns >= rule.slow * (self.total_ns // self.calls)
            return not bare or self.calls <= min(rule.first, FEW) or is_slow
        self.credit += self.share
        if self.credit >= self.of:
            self.credit -= self.of
            return True
        return self.calls <= rule.first or (self.is_hot and duration_ns >= self.slow_ns)

    def _is_first_of(self, kind: int) -> bool:
        if self.is_sampled or len(self.kinds) >= KINDS:
            return False
        self.kinds.append(kind)
        return True

    def _turn(self, *, hot: bool) -> None:
        """The function is hot from now on, or not."""
        if hot:
            self.slow_ns = self.rule.slow * self.window_ns // (self.window_calls or 1)
            self.was_hot = True
        rule = self.rule
        share, of = (rule.hot_share, rule.hot_of) if hot else (rule.share, rule.of)
        if (share, of) != (self.share, self.of):
            self.share, self.of, self.credit = share, of, of - 1
        self.is_hot = hot

    @property
    def is_sampled(self) -> bool:
        """Whether only a part of the calls is kept however few there are."""
        return self.rule.share < self.rule.of

    @property
    def reason(self) -> str:
        """Why not every call was kept, in words."""
        sampled = [f"sampled at {self.rule.share / self.rule.of:g}"] if self.is_sampled else []
        hot = [f"over {self.rule.rate:,} calls/s"] if self.was_hot else []
        dear = ["over the overhead allowed"] if self.was_dear else []
        return ", ".join(sampled + hot + dear)

    @property
    def fact(self) -> dict[str, object]:
        """The `count` fact, without its key; the thinned calls are among the others."""
        return {
            "calls": self.calls,
            "total_ns": self.total_ns,
            "min_ns": self.min_ns,
            "max_ns": self.max_ns,
            "thinned": self.thinned,
            "thinned_ns": self.thinned_ns,
            "thinned_self_ns": self.thinned_self_ns,
            "bare": self.bare,
            "reason": self.reason,
        }


class Thinning(NamedTuple):
    """When a function is hot, what then stays, which functions are sampled, and what recording may cost."""

    rate: int = 10_000
    """Calls per second of one function above which they are thinned; 0: never."""
    first: int = 1_000
    """Calls of each function that are kept in any case, the first ones of a process."""
    slow: int = 10
    """A call that took this many times the mean is kept."""
    every: int = 1_000
    """One call of so many is kept."""
    functions: tuple[tuple[str, float], ...] = ()
    """Pattern and ratio of functions that are sampled; the last that matches decides."""
    overhead: float | None = 1.0
    """How much CPU recording may use, as a multiple of what the program uses; None: as much as it takes."""

    def tally(self, module: str, qualname: str) -> Tally:
        """A new tally for a function."""
        ratios = [ratio for pattern, ratio in self.functions if matches((pattern,), module, qualname)]
        return Tally(self._rule(round(ratios[-1] * PARTS) if ratios else PARTS))

    def _rule(self, share: int) -> Rule:
        hot = (share, PARTS) if share * self.every < PARTS else (1, self.every)
        is_sampled = share < PARTS
        return Rule(
            rate=self.rate or sys.maxsize,
            first=0 if is_sampled else self.first,
            slow=self.slow,
            share=share if is_sampled else 1,
            of=PARTS if is_sampled else 1,
            hot_share=hot[0],
            hot_of=hot[1],
            every=self.every or 1,
        )


def kind_of(value: object) -> int:
    """What tells a return value from others at a glance: its type, whether it is empty, which sign it has.

    A number to compare with: it keeps nothing alive, and another type may have it later.
    """
    cls = type(value)
    if value is None or cls is bool:
        return id(value)
    if cls is int or cls is float:
        number: float = value  # type: ignore[assignment]  # it is one
        return id(cls) + (1 if number > 0 else 2 if number < 0 else 3 if number == 0 else 4)
    if id(cls) in _SIZED:  # a metaclass may have a hash of its own
        return id(cls) + (1 if value else 2)
    return id(cls)


_SIZED = frozenset(map(id, (str, bytes, list, tuple, dict, set)))

NO_THINNING = Thinning(rate=0, every=1)
"""Every call is kept, and none is bare."""
