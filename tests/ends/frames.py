"""What programs ask of frames: stack, currentframe, _getframe's depth, stacklevel, findCaller, tracebacks, locals."""
import inspect, logging, sys, traceback, warnings


def depth():
    frame, n = sys._getframe(), 0
    while frame:
        frame, n = frame.f_back, n + 1
    return n


def names():
    return [each.function for each in inspect.stack()], inspect.currentframe().f_back.f_code.co_name


def caller(n):
    try:
        return sys._getframe(n).f_code.co_name
    except ValueError as error:
        return str(error)


def warns():
    warnings.warn("careful", stacklevel=2)
    warnings.warn("far", stacklevel=20)


def logs():
    logging.getLogger("x").warning("said", stack_info=True)
    logging.getLogger("x").warning("above", stacklevel=2)


def fails(n):
    secret = [n]
    raise ValueError(n)


def text():
    try:
        fails(1)
    except ValueError as error:
        summary = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(summary.format()), "".join(traceback.format_stack()), [
            (frame.f_code.co_name, line) for frame, line in traceback.walk_tb(error.__traceback__)]


def writes():
    a = 1
    frame = sys._getframe()
    frame.f_locals["a"] = 2
    frame.f_locals["b"] = 3
    return a, sorted(locals()), "b" in frame.f_locals


def changes(x):
    x = x + 1
    here = locals()
    y = 2
    return sorted(here), x, locals() is locals(), sys._getframe().f_locals.get("y")


def generator():
    yield sys._getframe().f_back.f_code.co_name, depth()


class Body:
    level = depth()
    name = sys._getframe().f_code.co_qualname if hasattr(sys._getframe().f_code, "co_qualname") else ""


print(depth(), names(), [caller(n) for n in range(4)], Body.level, Body.name)
warnings.showwarning = lambda message, kind, file, line, *rest: print(message, file.rpartition("/")[2], line)
warns()
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("%(funcName)s %(lineno)d %(filename)s %(message)s"))
logging.getLogger("x").addHandler(handler)
logs()
print(*text())
print(writes(), changes(3), *generator(), list(map(lambda _: depth(), [1])), sorted([1], key=lambda _: depth()))
frame = sys._getframe()
print(frame.f_lineno, frame.f_back, frame.f_globals is globals(), frame.f_builtins is __builtins__.__dict__)
