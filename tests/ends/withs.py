"""`with` in every way to leave it, `except*`, bare raises, loops in handlers: what became of each exception."""
import contextlib, sys


class Swallows:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, tb):
        return kind is KeyError


class Replaces:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, tb):
        raise TypeError("replaced")


class FailsToEnter:
    def __enter__(self):
        raise OSError("enter")

    def __exit__(self, *_):
        print("never")


def swallowed():
    with Swallows():
        raise KeyError("gone")
    return "on"


def replaced():
    with Replaces():
        raise KeyError("first")


def enters():
    with FailsToEnter():
        pass


def suppressed():
    with contextlib.suppress(ZeroDivisionError):
        1 / 0
    return "after"


def stacked():
    with contextlib.ExitStack() as stack:
        stack.callback(print, "callback")
        stack.push(lambda *error: error[0] is ValueError)
        stack.enter_context(Swallows())
        raise ValueError("stacked")
    return "stack left"


def retries():
    for n in range(3):
        try:
            if n < 2:
                raise ConnectionError(n)
        except ConnectionError:
            continue
        return n


def splits():
    try:
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError as group:
        print(len(group.exceptions))


def reraises():
    try:
        raise IndexError("again")
    except IndexError:
        try:
            raise
        finally:
            print(sys.exc_info()[0].__name__)


def no_context():
    try:
        raise
    except RuntimeError as error:
        return str(error)


for work in (swallowed, replaced, enters, suppressed, stacked, retries, splits, reraises, no_context):
    try:
        print(work.__name__, work())
    except Exception as error:
        print(type(error).__name__, error, type(error.__context__).__name__)
