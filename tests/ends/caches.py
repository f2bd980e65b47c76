"""`__del__` that raises, resurrects, and calls what is traced; weak references and caches."""
import gc, sys, weakref

gc.disable()
kept = []


class Raises:
    def __del__(self):
        raise ValueError("in a finalizer")


class Lazarus:
    count = 0

    def __init__(self, n):
        self.n = n

    def __del__(self):
        Lazarus.count += 1
        kept.append(self)


class Node:
    pass


def drop(x):
    return None


def use(n):
    x = Lazarus(n)
    drop(x)
    return sys.getrefcount(x)


def cached(cache, key):
    try:
        return cache[key]
    except KeyError:
        cache[key] = value = Node()
        return value


unraised = []
sys.unraisablehook = lambda each: unraised.append((each.exc_type.__name__, str(each.exc_value), each.err_msg))
print(drop(Raises()), unraised)
print(use(3), Lazarus.count, [each.n for each in kept])
again = kept.pop()
del again
print(Lazarus.count, kept)
cache = weakref.WeakValueDictionary()
first = cached(cache, "a")
print(cached(cache, "a") is first, len(cache))
cached(cache, "b")
del first
print(len(cache), list(cache))
dead = []


def watch(x):
    return weakref.ref(x, lambda _: dead.append("gone"))


node = Node()
reference = watch(node)
print(weakref.getweakrefcount(node), reference() is node)
cycle = Node()
cycle.me = cycle
other = watch(cycle)
del node, cycle
print(dead, reference(), other() is None)
gc.collect()
print(dead, other())
