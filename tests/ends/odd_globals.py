"""exec and eval with odd globals and locals; code that is replaced; functions made by hand."""
import builtins, types


def one(x):
    return x + 1


def two(x, y=5):
    return x * y


def run(source, globals, locals=None):
    exec(source, globals, locals)
    return sorted(k for k in globals if k != "__builtins__")


class Missing(dict):
    def __missing__(self, key):
        print("missing", key)
        return key.upper()


class Quiet:
    def __getitem__(self, key):
        if key == "absent":
            raise KeyError(key)
        return 4

    def __setitem__(self, key, value):
        print("set", key, callable(value) or value)


print(run("def f(): return 1\nf()", {}))
print(run("def f(): return len('abc')\nprint(f())", {"__builtins__": {"len": len, "print": print}}))
print(run("def f(): return undefined\ntry: f()\nexcept NameError as e: print(e)", {"__name__": None}))
print(run("a = b\ndef g(): return 2", {"__name__": 5, "__file__": 7}, Missing()))
exec("x = y\ndef h(): return 3\nclass C: pass", {"__name__": ["list"]}, Quiet())
try:
    exec("def f(): return 1\nf()", {"__builtins__": {}, "__name__": "bare", "__spec__": 3})
    eval("f()", {"f": one, "__builtins__": None})
except Exception as error:
    print(type(error).__name__, error)
print(eval("(lambda n: n)(3)", {"__name__": "a\x00b"}), eval(compile("one(4)", "<odd\n name\udcff>", "eval")))
f = one
print(f(3))
f.__code__ = two.__code__
try:
    print(f(3))
except TypeError as error:
    print(error)
f.__defaults__ = (6,)
print(f(3), f.__name__, f.__qualname__)
g = types.FunctionType(two.__code__.replace(co_name="renamed", co_filename="elsewhere.py"), {"__name__": "made"}, "g", (2,))
print(g(8))
swapped = two
swapped.__code__ = (lambda x, y: x - y).__code__
print(swapped(9, 1))


def closure():
    n = 5

    def inner(x):
        return x + n

    return inner


inner = closure()
inner.__closure__[0].cell_contents = 50
print(inner(1))
print(types.FunctionType(inner.__code__, {}, closure=(types.CellType(7),))(1))
empty = types.FunctionType(inner.__code__, {}, closure=(types.CellType(),))
try:
    empty(1)
except NameError as error:
    print(error)
