"""What becomes of the spans that one processor is given: how many were sent, refused, lost, kept at home.

The SDK's processors swallow an exporter's result. So the exporter's `export` is wrapped, in the exporter
itself: whoever calls it, for calls and for spans of other instrumentations, comes through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from opentelemetry.sdk.trace.export import SpanExportResult

from breadcrumb_instrumentation_calls.base.originals import _thread
from breadcrumb_instrumentation_calls.delivery import backend_answers
from breadcrumb_instrumentation_calls.delivery.backend_answers import Answer
from breadcrumb_instrumentation_calls.delivery.doorway import Doorway

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import SpanProcessor

REASON = 160
"""Characters of a reason that are kept."""
NO_REASON = "the exporter failed"
NO_ANSWER = "no answer in time"
HUNG = "the process was forked while a request hung"


class Delivery:
    """Counts for one processor; `redact` takes secrets out of what a backend or an address says."""

    def __init__(self, processor: SpanProcessor, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self._exporter: Any = getattr(processor, "span_exporter", None)
        self.has_exporter = self._exporter is not None
        self.name = type(self._exporter or processor).__name__
        self._endpoint = redact(_endpoint(self._exporter))
        self._answers: dict[int, Answer] = {}
        """The last answer that a thread heard within its export."""
        self._unusable = ""
        """Why the exporter cannot send in this process."""
        self._wrapped: Callable[..., Any] | None = None
        self._original: Callable[..., Any] | None = None
        self._begin()
        if self.has_exporter:
            self._wrap()

    def _begin(self) -> None:
        self._doorway = Doorway()
        self._is_resting = True
        self.era = object()
        """Another one when what is under way has been given up: its result counts no more."""
        self.made = self.sent = self.refused = self.lost = self.kept_home = 0
        self.reason = ""

    @property
    def waiting(self) -> int:
        """Spans of which nothing is known yet."""
        return max(0, self.made - self.sent - self.refused - self.lost - self.kept_home)

    def fact(self, key: int) -> dict[str, object]:
        """The counts as they are told."""
        return {
            "key": str(key),
            "exporter": self.name,
            "endpoint": self._endpoint or None,
            "made": self.made,
            "sent": self.sent,
            "refused": self.refused,
            "lost": self.lost,
            "kept_home": self.kept_home,
            "waiting": self.waiting,
            "reason": self.reason or None,
        }

    def lose(self, count: int, reason: str) -> None:
        """Count spans that never left."""
        if count:
            self.lost += count
            self.reason = reason

    def taken(self, era: object) -> None:
        """Count a span that the processor took, where it has no exporter that tells more."""
        if not self.has_exporter and era is self.era:
            self.sent += 1

    def give_up(self) -> None:
        """Count what waits as lost, whatever becomes of it later."""
        self.era = object()
        heard = [answer.reason for answer in list(self._answers.values()) if answer.reason]
        self.lose(self.waiting, self._in_short(heard[-1] if heard else NO_ANSWER))

    def rest(self, seconds: float) -> None:
        """Keep threads out of the exporter, and wait so long at most for those inside."""
        self._is_resting = self._doorway.shut(seconds)

    def go_on(self) -> None:
        """Let threads in again."""
        self._doorway.open()

    def forked(self) -> None:
        """Count for a child, with connections of its own.

        A gRPC library that was forked in the middle of a call can neither send nor end any more.
        """
        if not self._is_resting and backend_answers.is_grpc(self._exporter):
            self._unusable = HUNG
        self._answers.clear()
        self._begin()
        backend_answers.renew(self._exporter)

    def unwrap(self) -> None:
        """Leave the exporter as it was."""
        if self._wrapped is None or vars(self._exporter).get("export") is not self._wrapped:
            return
        if self._was_own:
            self._exporter.export = self._original
        else:
            del self._exporter.export

    def _wrap(self) -> None:
        self._original = self._exporter.export
        self._was_own = "export" in getattr(self._exporter, "__dict__", {})
        self._wrapped = self._export
        try:
            self._exporter.export = self._wrapped
            backend_answers.listen(self._exporter, self._hear)
        except AttributeError:  # its class has slots: results stay unknown
            self._wrapped = None

    def _hear(self, answer: Answer) -> None:
        self._answers[_thread.get_ident()] = answer

    def _export(self, spans: Sequence[Any], *args: Any, **kwargs: Any) -> Any:
        """The exporter's `export`, its result counted."""
        assert self._original is not None
        era, count = self.era, len(spans)
        if self._unusable:
            self._count(era, count, SpanExportResult.FAILURE, Answer(reason=self._unusable))
            return SpanExportResult.FAILURE
        doorway = self._doorway
        doorway.enter()
        try:
            result = self._original(spans, *args, **kwargs)
        except BaseException as error:
            self._hear(Answer(reason=type(error).__name__))
            result = SpanExportResult.FAILURE
            raise
        else:
            return result
        finally:
            doorway.leave()
            self._count(era, count, result, self._answers.pop(_thread.get_ident(), Answer()))

    def _count(self, era: object, count: int, result: Any, answer: Answer) -> None:
        if era is not self.era:
            return
        rejected = count if answer.is_refusal else min(answer.rejected, count)
        if result is SpanExportResult.FAILURE and not answer.is_refusal:
            self.lost += count
        else:
            self.refused += rejected
            self.sent += count - rejected
        if rejected or result is SpanExportResult.FAILURE:
            self.reason = self._in_short(answer.reason or NO_REASON)

    def _in_short(self, reason: str) -> str:
        return self._redact(" ".join(reason.split()))[:REASON]


def _endpoint(exporter: Any) -> str:
    """Where an exporter sends to, without credentials; empty where it does not say."""
    given = getattr(exporter, "_endpoint", None) or getattr(exporter, "endpoint", None)
    if not isinstance(given, str):
        return ""
    address = urlsplit(given if "//" in given else f"grpc://{given}")
    host = address.netloc.rpartition("@")[2]
    return urlunsplit((address.scheme, host, address.path, "", ""))
