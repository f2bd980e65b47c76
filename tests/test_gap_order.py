"""`--gaps` and what follows from it put first what one may want to see."""

from breadcrumb.questions.gaps import Gap, ranked


def _gap(callee: str, include: str | None, kind: str = "python") -> Gap:
    return Gap(callee, kind, 1, False, "app.main", "/nowhere/app.py", 3, include)


def test_looking_up_an_attribute_does_not_come_before_what_was_called() -> None:
    rows = [
        _gap("len", None, "c"),
        _gap("uvicorn.__getattr__", "uvicorn"),
        _gap("json.loads", "json"),
        _gap("uvicorn.run", "uvicorn"),
        _gap("lib.Meta.__prepare__", "lib"),
    ]
    assert [gap.callee for gap in ranked(rows, [])] == [
        "uvicorn.run", "json.loads", "uvicorn.__getattr__", "lib.Meta.__prepare__", "len"
    ]  # fmt: skip
