"""Exceptions that traced code handles: where each was raised and handled, how often, and a few whole samples.

Every handler of `except`, `finally` and `with` has a clean-up behind it, which every exception passes
that leaves the handler: what does not come there was handled. An exception that leaves no call is known by
this alone. What `except*` does not take leaves past its clean-up, by an instruction of its own.
"""

from __future__ import annotations

from _weakref import ref
from typing import TYPE_CHECKING

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.json_text import shown
from breadcrumb_instrumentation_calls.base.originals import _thread, json, time
from breadcrumb_instrumentation_calls.capture import exceptions, handler_table

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from types import CodeType, FrameType, TracebackType

    from breadcrumb_instrumentation_calls.selection.selection import Selection
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

Fact = dict[str, object]

MOST = 2_000
"""Places of a process that are told of; of more only the number is."""
SAMPLES = 3
"""The first exceptions of a place that are told whole; the C recorder's twin is in handled.c."""
SAMPLE_NS = 100_000_000
"""How long the last sample of a place stays the last, nanoseconds."""
_PENDING = 64
_CONTEXTS = 8
_NESTED = 100
_context = BaseException.__dict__["__context__"].__get__
_held = BaseExceptionGroup.__dict__["exceptions"].__get__


class Endings:
    """What became of the exceptions that came to a handler from one place."""

    __slots__ = ("entered", "replaced", "reraised")

    def __init__(self) -> None:
        self.entered = self.reraised = self.replaced = 0


class Site:
    """A handler, and a place and type of what came to it."""

    def __init__(self, fact: Fact, endings: Endings) -> None:
        self.fact = fact
        self.endings = endings
        self.samples: list[Fact] = []
        self.changes = 0
        """How often samples changed, which may be after the count was told."""
        self.by: Fact | None = None
        """What left the handler in the place of one."""
        self.sample_ns = 0
        """When to take the next sample, where the Python recorder counts."""
        self._counts = 0, 0, 0, 0
        self._was_told = False

    def is_news(self) -> bool:
        """Whether there is anything to tell that was not told before."""
        endings = self.endings
        counts = endings.entered, endings.reraised, endings.replaced, self.changes
        is_new = counts != self._counts and (self._was_told or endings.entered > endings.reraised)
        self._counts, self._was_told = counts, self._was_told or is_new
        return is_new

    def told_nothing(self) -> None:
        """The process is a new one."""
        self._counts, self._was_told = (0, 0, 0, 0), False

    def told(self) -> Fact:
        """The `handled` fact."""
        endings = self.endings
        count = endings.entered - endings.reraised - endings.replaced
        counts = {"count": count, "reraised": endings.reraised, "replaced": endings.replaced}
        return {**self.fact, **counts, "by": self.by, "samples": list(self.samples)}


class Pending(NamedTuple):
    """An exception that came to a handler, until it is known that it left it."""

    frame_id: int
    code_id: int
    offset: int
    exception: tuple[int, int]
    """Its identity and its type's."""
    traceback_id: int
    leaves: int
    """Where the handler is of `except*`: how many exceptions came there; else 0."""
    site: Site
    is_sample: bool


class Handled:
    """Every handler in traced code to which an exception came."""

    def __init__(self, selection: Selection, snapshot: Snapshot) -> None:
        self._selection = selection
        self._snapshot = snapshot
        self._sites: list[Site] = []
        self._by_key: dict[object, tuple[ref[type], Site | None]] = {}
        self._kept: list[object] = []
        """Code, kept alive so that its ids stay its own; the C recorder needs none."""
        self._handlers: dict[tuple[int, int], int] = {}
        self._stars: dict[tuple[int, int], int] = {}
        self._local = _thread._local()
        self.endings_type: Callable[[], Endings] = Endings
        """What counts; the C recorder has a twin that it increments itself."""
        self.hears_reraises = True
        """Whether an exception is followed from one handler of a frame to the next."""
        self.unseen = 0
        """Places that are not told of."""

    def site(
        self,
        frame: FrameType,
        offset: int,
        exception: BaseException,
        *,
        left: bool,
        takes_all: bool = False,
        traceback: TracebackType | None = None,
    ) -> Site | None:
        """A new site for an exception that comes to a handler; None for what is not to be told of.

        `left` is whether it left a call before, `takes_all` whether the site stands for all other exceptions.
        """
        if not (exceptions.is_error(exception) and self._selection.covers(frame)):
            return None
        if len(self._sites) >= MOST:
            self.unseen += 1
            return None
        (file, function), _ = exceptions.place(frame)
        told = self._described(exception, traceback)
        is_sure = self.hears_reraises or handler_table.is_outermost(frame.f_code, offset)
        fact: Fact = {
            "key": len(self._sites) + 1,
            "function": json.loads(function),
            "file": json.loads(file),
            "line": _line(frame.f_code, offset) if is_sure else None,
            "type": None if takes_all else told["type"],
            "bases": [shown(raw_objects.type_name(base)) for base in raw_objects.mro(type(exception))],
            "raised": None if takes_all else {name: told[name] for name in ("file", "line", "function")},
            "left": left,
        }
        site = Site(fact, self.endings_type())
        self._sites.append(site)
        return site

    def sample(
        self, site: Site, exception: BaseException, span_id: int, traceback: TracebackType | None = None
    ) -> None:
        """Tell one of the exceptions of a site whole; the first ones stay, then the last one does."""
        sample: Fact = {
            "span_id": f"{span_id:016x}" if span_id else None,
            "time_ns": time.time_ns(),
            "exception": self._described(exception, traceback),
        }
        del site.samples[SAMPLES:]
        site.samples.append(sample)
        site.changes += 1

    def left(self, site: Site, exception_id: int, by: BaseException | None) -> None:
        """A sample left its handler again, or another exception did in its place."""
        sample = _last(site, exception_id)
        if by is None:
            site.samples = [each for each in site.samples if each is not sample]
        else:
            if site.by is None:
                site.by = self._described(by)
            if sample is not None:
                sample["by"] = f"{id(by):x}"
        site.changes += 1

    def star_that_raises(self, frame: FrameType) -> int:
        """The offset of the `except*` from which an exception goes on in a frame, or leaves it; else -1."""
        key = id(frame.f_code), frame.f_lasti
        star = self._stars.get(key)
        if star is None:
            self._kept.append(frame.f_code)
            star = self._stars[key] = handler_table.star_that_raises(frame.f_code, frame.f_lasti)
        return star

    def changed(self) -> list[Fact]:
        """The `handled` facts of every site that changed and where something was handled or replaced."""
        return [site.told() for site in list(self._sites) if site.is_news()]

    def forget(self) -> None:
        """Count from nothing again."""
        for site in self._sites:
            site.endings.entered = site.endings.reraised = site.endings.replaced = 0
            site.samples.clear()
            site.by = None
            site.told_nothing()

    def _described(self, exception: BaseException, traceback: TracebackType | None = None) -> Fact:
        traceback = exceptions.traceback_of(exception) if traceback is None else traceback
        told: Fact = json.loads(exceptions.description(exception, traceback, self._snapshot))
        return told

    # -- where the Python recorder counts ------------------------------------------------------------

    def came(
        self,
        frame: FrameType,
        offset: int,
        exception: BaseException,
        span_id: int,
        traceback: TracebackType | None = None,
    ) -> None:
        """An exception comes to a handler, or to the clean-up of one; `traceback` where it has none yet."""
        code = frame.f_code
        kind = self._handlers.get((id(code), offset))
        if kind is None:
            self._kept.append(code)
            kind = self._handlers[id(code), offset] = handler_table.kind(code, offset)
        self.goes_on(frame, exception)
        if kind == handler_table.CLEAN_UP:
            self._leaves(frame, exception)
            return
        site = self._known(frame, offset, exception, traceback)
        if site is None:
            return
        site.endings.entered += 1
        pending = self._pending()
        place = (id(frame), id(code), offset)
        pending[:] = [each for each in pending if each[:3] != place][-_PENDING + 1 :]
        now = time.perf_counter_ns()
        is_sample = site.endings.entered <= SAMPLES or now >= site.sample_ns
        leaves = _leaves(exception) if kind == handler_table.EXCEPT_STAR else 0
        came = _identity(exception), id(exceptions.traceback_of(exception)), leaves
        pending.append(Pending(*place, *came, site, is_sample))
        if is_sample:
            self.sample(site, exception, span_id, traceback)
            site.sample_ns = now + SAMPLE_NS

    def over(self, frame: FrameType, left_by: int | None) -> None:
        """A frame ends, left by the exception of that address: it did not stay in its handler."""
        pending = self._pending()
        own = [each for each in pending if (each.frame_id, each.code_id) == (id(frame), id(frame.f_code))]
        pending[:] = [each for each in pending if each not in own]
        for each in own:
            if each.exception[0] == left_by:
                self._left(each, None)

    def goes_on(self, frame: FrameType, exception: BaseException) -> None:
        """An exception goes on in a frame, or leaves it: what `except*` raises again was not handled there.

        A part of a group, which has the group's traceback, stands in its place.
        """
        pending = self._pending()
        own = id(frame), id(frame.f_code)
        if not any(each.leaves and each[:2] == own for each in pending):
            return
        place = (*own, self.star_that_raises(frame))
        for at in range(len(pending) - 1, -1, -1):
            if pending[at][:3] == place:
                taken = pending.pop(at)
                is_part = taken.traceback_id == id(exceptions.traceback_of(exception))
                is_whole = taken.exception == _identity(exception) or (
                    is_part and taken.leaves == _leaves(exception)
                )
                self._left(taken, None if is_whole else exception)
                return

    def _left(self, pending: Pending, by: BaseException | None) -> None:
        if by is None:
            pending.site.endings.reraised += 1
        else:
            pending.site.endings.replaced += 1
        if pending.is_sample:
            self.left(pending.site, pending.exception[0], by)

    def _pending(self) -> list[Pending]:
        try:
            pending: list[Pending] = self._local.pending
        except AttributeError:
            pending = self._local.pending = []
        return pending

    def _known(
        self, frame: FrameType, offset: int, exception: BaseException, traceback: TracebackType | None
    ) -> Site | None:
        head = last = exceptions.traceback_of(exception) if traceback is None else traceback
        left = False
        while last is not None:
            is_below = head is not None and last.tb_frame is not head.tb_frame  # else it was raised again
            left = left or (is_below and self._selection.known(last.tb_frame.f_code) is not None)
            if last.tb_next is None:
                break
            last = last.tb_next
        raised = None if last is None else last.tb_frame.f_code
        place = None if last is None else (id(raised), last.tb_lasti)
        key = (id(frame.f_code), offset, id(type(exception)), place, left)
        known = self._by_key.get(key)
        # the class of the known one may be gone, and its id another's
        if known is None or known[0]() is not type(exception):
            if len(self._by_key) >= MOST:
                self.unseen += 1
                return None
            self._kept.append(raised)
            site = self.site(frame, offset, exception, left=left, traceback=traceback)
            known = ref(type(exception)), site
            self._by_key[key] = known
        return known[1]

    def _leaves(self, frame: FrameType, exception: BaseException) -> None:
        """An exception leaves a handler: as the one that came there, or in its place."""
        chain: dict[tuple[int, int], BaseException] = {}
        at: BaseException | None = exception
        for _ in range(1 + _CONTEXTS):
            if at is not None:
                chain[_identity(at)] = at
                at = _context(at)
        found = self._take(frame, chain)
        if found is None:
            return
        self._left(found, None if chain[found.exception] is exception else exception)

    def _take(self, frame: FrameType, chain: Container[tuple[int, int]]) -> Pending | None:
        """Take out the last of them: an older one may be over, and its address another's."""
        pending = self._pending()
        for at in range(len(pending) - 1, -1, -1):
            each = pending[at]
            if (each.frame_id, each.code_id) == (id(frame), id(frame.f_code)) and each.exception in chain:
                del pending[at]
                return each
        return None


def _last(site: Site, exception_id: int) -> Fact | None:
    """The last sample at an address, which earlier ones may have had."""
    found: Fact | None = None
    for each in site.samples:
        if each["exception"]["id"] == f"{exception_id:x}":  # type: ignore[index]
            found = each
    return found


def _leaves(exception: BaseException, depth: int = _NESTED) -> int:
    """How many exceptions a group holds, in the groups in it too."""
    if depth == 0 or not issubclass(type(exception), BaseExceptionGroup):
        return 1
    return sum(_leaves(each, depth - 1) for each in _held(exception))


def _identity(exception: BaseException) -> tuple[int, int]:
    return id(exception), id(type(exception))


def _line(code: CodeType, offset: int) -> int | None:
    """The line on which a handler begins."""
    for _, end, line in code.co_lines():  # no function is made where there may be no memory for one
        if end > offset and line is not None:
            return line
    return None
