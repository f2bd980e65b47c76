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
    include: tuple[str, ...] = ()
    """Modules that are traced besides the tests; the package's own where empty."""
    needs: tuple[str, ...] = ()
    """What the tests import besides pytest."""
    visible: dict[str, str] = field(default_factory=dict)
    """Tests that see a tracer, by their name's beginning, and what they see."""

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
    Suite("click", "subprocesses, redirected streams, contexts"),
    Suite(
        "executing",
        "frames: finds the node that a frame executes",
        needs=("asttokens", "littleutils", "cython"),
    ),
    Suite("freezegun", "the clocks, replaced in every module that holds them", needs=("python-dateutil",)),
    Suite("jinja2", "code made at run time, tracebacks rewritten", needs=("trio",)),
    Suite("lark", "parsers: recursion, pickles", needs=("regex",)),
    Suite("mock", "stand-ins for anything, with counts of their calls", ("mock/tests",)),
    Suite(
        "msgspec",
        "a C extension: references counted, classes made at run time",
        ("tests/unit", "-k", "not mypy"),
        needs=("attrs", "msgpack", "pyyaml", "tomli-w", "tomli"),
    ),
    Suite("more-itertools", "generators, ended early", ("tests/test_more.py", "-k", "not Sieve")),
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
