"""Functions, classes, instances and their copies through pickle and copy."""
import copy, functools, pickle

log = []


def function(x):
    return x


class Point:
    def __init__(self, x):
        self.x = x

    def __reduce_ex__(self, protocol):
        log.append(protocol)
        return Point, (self.x,)


class Stateful:
    def __init__(self):
        self.n = 1

    def __getstate__(self):
        log.append("getstate")
        return {"n": self.n + 1}

    def __setstate__(self, state):
        log.append("setstate")
        self.__dict__.update(state)

    def __copy__(self):
        log.append("copy")
        return self

    def __deepcopy__(self, memo):
        log.append("deepcopy")
        return Stateful()

    def method(self):
        return self.n


def passes(x):
    return x


for each in (function, Point, passes(Stateful().method), functools.partial(function, 3)):
    again = pickle.loads(pickle.dumps(each))
    print(getattr(again, "__name__", again.__class__.__name__), again is each)
print(passes(pickle.loads(pickle.dumps(Point(4)))).x)
s = Stateful()
print(pickle.loads(pickle.dumps(passes(s))).method(), copy.copy(s) is s, copy.deepcopy([passes(s)])[0].n)
print(copy.deepcopy(function) is function, copy.copy(Point) is Point, len(pickle.dumps(s)), len(pickle.dumps(Point(1))))
try:
    pickle.dumps(lambda: 1)
except Exception as error:
    print(type(error).__name__)
print(vars(s), vars(function), sorted(vars(Point)), log)
