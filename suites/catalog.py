"""The suites: which tests of which package, what they need, and which of its modules are traced."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """The tests of one package, from its source distribution."""

    package: str
    """Its name on the package index."""
    why: str = ""
    """What it is good at to bring a tracer to light."""
    tests: tuple[str, ...] = ("tests",)
    """Words for pytest, run in the unpacked source distribution."""
    fewer: tuple[str, ...] = ()
    """Words instead of these for the Python recorder, which would not be through in time; all where empty."""
    include: tuple[str, ...] = ()
    """Modules that are traced besides the tests; the package's own where empty."""
    needs: tuple[str, ...] = ()
    """What the tests import besides pytest."""
    visible: dict[str, str] = field(default_factory=dict)
    """Tests that see a tracer, by their name's beginning, and what they see."""

    def words(self, recorder: str) -> tuple[str, ...]:
        """Which tests run with a recorder."""
        return self.fewer or self.tests if recorder == "python" else self.tests

    @property
    def patterns(self) -> tuple[str, ...]:
        """What is traced: the package, its tests, what these share."""
        module = self.package.lower().replace("-", "_")
        return *(self.include or (module, f"{module}.*")), "test*", "conftest*"


_SUITES = (
    Suite(
        "anyio",
        "asyncio: tasks, cancellation, worker threads",
        (
            "tests/test_taskgroups.py",
            "tests/test_from_thread.py",
            "tests/test_to_thread.py",
            "tests/test_synchronization.py",
        ),
        needs=("trio", "psutil", "pytest-timeout", "pytest-mock", "hypothesis", "blockbuster", "trustme"),
    ),
    Suite(
        "click",
        "subprocesses, redirected streams, contexts",
        visible={
            "tests.test_imports.test_light_imports": "on 3.11 CPython reads every frame's locals for a "
            "profile function, and the test's own `__import__` is then given them where it expects None"
        },
    ),
    Suite(
        "executing",
        "frames: finds the node that a frame executes",
        needs=("asttokens", "littleutils", "cython"),
    ),
    Suite("freezegun", "the clocks, replaced in every module that holds them", needs=("python-dateutil",)),
    Suite(
        "jinja2",
        "code made at run time, tracebacks rewritten",
        fewer=("tests", "-k", "debug or api or runtime or loader or pickle or bytecode or inheritance"),
        needs=("trio",),
    ),
    Suite(
        "lark",
        "parsers: recursion, pickles",
        fewer=("tests", "-k", "not Earley and not Cyk and not Lalr and not Parser and not large"),
        needs=("regex",),
    ),
    Suite("mock", "stand-ins for anything, with counts of their calls", ("mock/tests",)),
    Suite(
        "msgspec",
        "a C extension: references counted, classes made at run time",
        ("tests/unit", "-k", "not mypy"),
        needs=("attrs", "msgpack", "pyyaml", "tomli-w", "tomli"),
    ),
    Suite(
        "more-itertools",
        "generators, ended early",
        ("tests/test_more.py", "-k", "not Sieve"),
        fewer=(
            *("tests/test_more.py", "-k"),
            "not Sieve and not concurrent and not orderings and not lcg and not roundtrip",
        ),
        visible={
            "more-itertools.source.more_itertools-11.2.1.tests.test_more.SeekableTest."
            "test_repeated_zero_cache_peek_has_bounded_memory": "measures memory with tracemalloc, and with "
            "the Python recorder that of the calls that wait to be written too"
        },
    ),
    Suite(
        "networkx",
        "generators in generators, random graphs",
        ("networkx/algorithms/tests/test_dag.py", "networkx/classes", "networkx/utils"),
    ),
    Suite("pluggy", "hooks: frames and tracebacks", ("testing",)),
    Suite(
        "pyparsing",
        "deep recursion",
        ("tests/test_simple_unit.py", "tests/test_util.py", "tests/test_testing.py"),
    ),
    Suite("simpy", "an event loop of generators that throw into each other"),
    Suite(
        "stack-data",
        "frames, their source and variables",
        fewer=("tests", "-k", "not sys_modules"),
        needs=("littleutils", "cython", "pygments", "typeguard"),
    ),
    Suite(
        "structlog",
        "frames by their number, context variables, processors that pickle",
        needs=("freezegun", "pretend", "pytest-asyncio", "twisted", "rich", "time-machine", "greenlet"),
    ),
    Suite("tblib", "tracebacks, pickled and made anew", needs=("pytest-benchmark", "pytest-cov")),
    Suite(
        "trio",
        "its own event loop, garbage collection of coroutines",
        ("--pyargs", "trio._core._tests"),
        needs=("async-generator", "pyopenssl", "trustme"),
    ),
    Suite("typeguard", "code rewritten at import", needs=("typing-extensions", "mypy")),
    Suite(
        "werkzeug",
        "threads, subprocesses, streams",
        ("tests", "-k", "not reloader"),
        needs=("ephemeral-port-reserve", "watchdog", "cryptography", "pytest-timeout"),
    ),
    Suite("wrapt", "proxies: every special method is the program's"),
    Suite(
        "zope.interface",
        "the caches of abstract classes, weak references to classes",
        ("--pyargs", "zope.interface.common.tests.test_collections", "zope.interface.tests.test_adapter"),
        include=("zope.interface", "zope.interface.*"),
        needs=("zope.testing", "zope.event"),
    ),
)
SUITES = {suite.package: suite for suite in _SUITES}


def suite_of(package: str) -> Suite:
    """The suite of a package; one that nobody described is expected in `tests`."""
    return SUITES.get(package) or Suite(package)
