"""Nothing of ours reaches the program; what is the program's own goes through."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.base.failures import Failures

ALARMS = """
import signal
class Rang(Exception): pass
def ring(*_): raise Rang("rang")
signal.signal(signal.SIGALRM, ring)
big = [{str(n): "a b " * 5000 + str(n)} for n in range(20)]
def work(value): return value
def main():
    caught = 0
    while caught < 30:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.005)
            while True:
                work(big)
        except Rang:
            caught += 1
    return caught
print(main())
"""


def test_the_exception_of_a_signal_handler_goes_on_to_the_program(run: Any) -> None:
    trace = run(ALARMS)
    assert trace.raised is None and trace.printed.endswith("30")
    if sys.version_info >= (3, 12):  # CPython 3.11 removes a profile function that raises
        assert trace.of("main")[0]["result"] == 30
    assert [drop for drop in trace.told("drop") if drop["where"] == "tracer"] == []


def test_an_error_of_ours_stays_with_us(run: Any) -> None:
    trace = run(
        """
        import breadcrumb_instrumentation_calls.capture.exceptions as exceptions
        def broken(*_): raise ArithmeticError("ours")
        broken.__code__ = broken.__code__.replace(co_filename=exceptions.__file__)
        exceptions.describe = exceptions.description = broken
        def main(n):
            raise ValueError(n)
        for n in 1, 2:
            try:
                main(n)
            except ValueError as error:
                print(error)
    """,
        scope={"exclude": ["*broken*"]},
    )
    assert trace.raised is None and trace.printed == "1\n2"
    drops = [drop for drop in trace.told("drop") if drop["where"] == "tracer"]
    assert sum(drop["count"] for drop in drops) == 4  # twice where one leaves, and where it comes to


def test_a_processor_that_fails_each_time_is_not_told_of_its_failures_without_end(run: Any) -> None:
    trace = run(
        """
        from opentelemetry.sdk.trace import SpanProcessor
        collector = next(each for each in SpanProcessor.__subclasses__() if each.__name__ == "Collector")
        accept, attempts = collector.export_batch, 0
        def refuse(self, batch):
            global attempts
            attempts += 1
            if attempts > 5_000:
                collector.export_batch = accept
            self.facts += batch.facts()
            raise ArithmeticError("full")
        collector.export_batch = refuse
        def main(tracer):
            tracer.force_flush()
        import gc
        main(next(each for each in gc.get_objects() if type(each).__name__ == "TracerProvider"))
        print(0 < attempts < 5_000)
    """
    )
    assert trace.printed == "True"


def test_each_kind_of_error_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    failures = Failures()
    for _ in range(3):
        failures.add("a place", ValueError("ours"))
    assert failures.counts["a place", "ValueError"] == 3
    assert len(caplog.records) == 1


def test_an_error_from_the_program_is_raised_again() -> None:
    def handler() -> None:
        raise ValueError("the program's")

    failures = Failures()
    try:
        handler()
    except ValueError as error:
        with pytest.raises(ValueError, match="the program's"):
            failures.caught("a place", error)
    assert not failures.counts
