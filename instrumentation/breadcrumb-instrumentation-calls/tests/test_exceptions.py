"""An exception is described without asking it, once, and never confused with another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.capture import exceptions


class LoudError(Exception):
    def __str__(self) -> str:
        raise AssertionError


class LoudFileError(OSError):
    @property
    def filename(self) -> str:
        raise AssertionError


class Asked:
    def __str__(self) -> str:
        raise AssertionError

    __repr__ = __str__


def without_args(cls: Any) -> Any:
    return cls.__new__(cls)


MESSAGES: list[tuple[BaseException, str | None]] = [
    (ValueError("no"), "no"),
    (ValueError(), ""),
    (ValueError(1, "a"), "(1, 'a')"),
    (KeyError("k"), "'k'"),
    (OSError(2, "No such file", "x"), "[Errno 2] No such file: 'x'"),
    (FileNotFoundError(2, "gone"), "[Errno 2] gone"),
    (ImportError("no module"), "no module"),
    (SyntaxError("bad", ("f.py", 1, 2, "x")), "bad (f.py, line 1)"),
    (ExceptionGroup("many", [ValueError()]), "many (1 sub-exception)"),
    (UnicodeDecodeError("x", b"\xff", 0, 1, "bad"), "'x' codec can't decode byte 0xff in position 0: bad"),
    (without_args(UnicodeDecodeError), ""),
    (LoudFileError(2, "gone", "x"), "[Errno 2] gone: 'x'"),
    (LoudError("no"), None),
    (ValueError(Asked()), None),
    (ValueError([1]), None),
    (ValueError(b"under -bb"), None),
    (ValueError(10**5000), None),
    (ValueError("a", Asked()), None),
    (KeyError(Asked()), None),
    (OSError(2, "gone", Asked()), None),
    (SyntaxError(Asked()), None),
    (ValueError("x " * 100_000), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "message"), MESSAGES, ids=[f"{n}-{type(e).__name__}" for n, (e, _) in enumerate(MESSAGES)]
)
def test_a_message_is_told_only_where_no_code_runs(
    snapshot: Any, error: BaseException, message: str | None
) -> None:
    told: Any = json.loads(exceptions.description(error, None, snapshot()))
    assert told["message"] == message
    assert ("args" in told) is (message is None)
    assert int(told["id"], 16) == id(error)


def test_a_message_is_redacted_and_cut(snapshot: Any) -> None:
    told: Any = json.loads(
        exceptions.description(ValueError("password=hunter2-hunter2 " + "a " * 1000), None, snapshot())
    )
    assert "hunter2" not in told["message"]
    assert told["message"].endswith("characters)") and len(told["message"]) < 600


@pytest.mark.parametrize("cls", [StopIteration, StopAsyncIteration, GeneratorExit])
def test_ends_of_iteration_are_no_errors(cls: type[BaseException]) -> None:
    assert not exceptions.is_error(cls())
    assert not exceptions.is_error(type("Own", (cls,), {})())
    assert exceptions.is_error(ValueError())


def test_where_it_was_raised_and_each_frame_that_it_left(run: Any) -> None:
    trace = run("""
        import json
        class Bad(Exception):
            def __str__(self): raise SystemExit("asked")
        def inner():
            raise Bad("qty", -1)
        def outer():
            inner()
        def main():
            try:
                outer()
            except Bad:
                return "handled"
        main()
        def library():
            json.loads("{")
        try: library()
        except ValueError: pass
    """)
    inner, outer = trace.of("inner")[0]["exception"], trace.of("outer")[0]["exception"]
    assert inner == outer
    assert inner["type"] == "__main__.Bad" and inner["message"] is None and inner["args"] == ["qty", -1]
    assert (inner["line"], inner["function"]) == (6, "__main__.inner")
    assert inner["file"].endswith("program.py")
    main = trace.of("main")[0]
    assert (main["outcome"], main["result"], main["exception"]) == (0, "handled", None)
    library = trace.of("library")[0]["exception"]
    assert library["function"] == "json.decoder.JSONDecoder.raw_decode" or library["function"].startswith(
        "json."
    )
    assert library["message"].startswith("Expecting property name")


def test_a_new_exception_at_an_old_address_is_its_own(run: Any) -> None:
    trace = run("""
        def inner(n):
            raise ValueError(n)
        def outer(n):
            inner(n)
        for n in range(200):
            try: outer(n)
            except ValueError: pass
    """)
    for name in ("inner", "outer"):
        assert [row["exception"]["message"] for row in trace.of(name)] == [str(n) for n in range(200)]
    assert len({row["exception"]["id"] for row in trace.of("inner")}) < 200


def test_a_number_that_cannot_be_spelled_ends_its_call(run: Any) -> None:
    trace = run("""
        def fails():
            raise ValueError(10 ** 5000)
        try: fails()
        except ValueError: pass
    """)
    assert trace.of("fails")[0]["outcome"] == 1
    assert trace.told("drop") == []


def test_an_exception_that_leaves_the_program_is_told(run: Any) -> None:
    trace = run("""
        def main():
            raise KeyError("end")
        main()
    """)
    assert trace.raised == ["KeyError", "'end'"]
    assert trace.of("main")[0]["exception"]["message"] == "'end'"
