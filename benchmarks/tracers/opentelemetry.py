"""A live span of the OpenTelemetry SDK for each call, as one would write the decorator by hand."""

from __future__ import annotations

import ast
import functools
import inspect
import json
import sys
from collections import Counter
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import TYPE_CHECKING, Any

from benchmarks.job import Recording, Value
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType, ModuleType

    from opentelemetry.sdk.trace import ReadableSpan

    from benchmarks.job import Job

LONGEST = 500
"""Characters of a value, as Breadcrumb keeps of a string."""


def text(value: object) -> str:
    """A value as an attribute."""
    return value[:LONGEST] if isinstance(value, str) else repr(value)[:LONGEST]


def decorator(start_span: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make the decorator that runs a function in a span that `start_span` opens and makes current."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.isgeneratorfunction(function):  # a span that is current must not outlive one step
            return function
        bind = inspect.signature(function).bind
        name = function.__qualname__

        def given(args: tuple[object, ...], kwargs: dict[str, object]) -> dict[str, str]:
            return {f"args.{key}": text(value) for key, value in bind(*args, **kwargs).arguments.items()}

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def coroutine(*args: object, **kwargs: object) -> object:
                with start_span(name, attributes=given(args, kwargs)) as span:
                    returned = await function(*args, **kwargs)
                    span.set_attribute("return", text(returned))
                    return returned

            return coroutine

        @functools.wraps(function)
        def call(*args: object, **kwargs: object) -> object:
            with start_span(name, attributes=given(args, kwargs)) as span:
                returned = function(*args, **kwargs)
                span.set_attribute("return", text(returned))
                return returned

        return call

    return decorate


NAME = "__span__"


class Decorating(ast.NodeTransformer):
    """Puts the decorator beneath all others, on every function."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Decorate."""
        self.generic_visit(node)
        node.decorator_list.append(ast.Name(NAME, ast.Load(), lineno=node.lineno, col_offset=0))
        return ast.fix_missing_locations(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """Decorate."""
        self.generic_visit(node)
        node.decorator_list.append(ast.Name(NAME, ast.Load(), lineno=node.lineno, col_offset=0))
        return ast.fix_missing_locations(node)


class Loader(SourceFileLoader):
    """Imports a module with its functions decorated."""

    decorate: Callable[..., Any]

    def get_code(self, fullname: str) -> CodeType:
        """Never a cached one."""
        tree = ast.parse(self.get_data(self.get_filename(fullname)))
        return compile(Decorating().visit(tree), self.get_filename(fullname), "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        """With the decorator among the globals."""
        module.__dict__[NAME] = self.decorate
        super().exec_module(module)


class Finder(MetaPathFinder):
    """Sends the workload's modules through the loader."""

    def __init__(self, modules: tuple[str, ...], decorate: Callable[..., Any]) -> None:
        self.modules = modules
        self.decorate = decorate

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None for everybody else's."""
        spec = PathFinder.find_spec(name, path, target) if name in self.modules else None
        if spec is None or spec.origin is None:
            return None
        loader = Loader(name, spec.origin)
        loader.decorate = self.decorate
        spec.loader = loader
        return spec


class Counting:
    """An exporter that writes nothing: counts the spans, and keeps the values of some."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.calls: Counter[str] = Counter()
        self.values: list[Value] = []

    def export(self, spans: Sequence[ReadableSpan]) -> object:
        """Take a batch."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        for span in spans:
            self.calls[span.name] += 1
            if span.name == self.wanted:
                kept = {
                    name.removeprefix("args."): str(value) for name, value in (span.attributes or {}).items()
                }
                self.values.append((kept, kept.get("return", "")))
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing to close."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - nothing waits here
        """Nothing waits."""
        return True


class Live(Tracer):
    """start_as_current_span with arguments and return, a batch processor, an exporter that keeps nothing."""

    title = "OpenTelemetry SDK, a live span"
    keeps = "repr of arguments and returns, cut"
    misses = "generators, which the decorator leaves alone; test modules, which pytest imports itself"
    package = "opentelemetry-sdk"
    writes = False
    light = True

    def prepare(self, job: Job) -> None:
        """Set the SDK up and decorate what will be imported."""
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.exporter = Counting(job.known.check.function)
        self.provider = TracerProvider()
        self.provider.add_span_processor(BatchSpanProcessor(self.exporter))  # type: ignore[arg-type] # it has all that is called
        start_span = self.provider.get_tracer("benchmarks").start_as_current_span
        sys.meta_path.insert(0, Finder(job.program.modules, decorator(start_span)))

    def start(self, job: Job) -> Callable[[], None]:
        """Already started; at the end the counts are written down."""

        def stop() -> None:
            self.provider.shutdown()
            kept = {"calls": self.exporter.calls, "values": self.exporter.values}
            (job.kept / "counts.json").write_text(json.dumps(kept))

        return stop

    def read(self, job: Job) -> Recording:
        """What reached the exporter."""
        kept = json.loads((job.kept / "counts.json").read_bytes())
        values: list[Value] = [(args, returned) for args, returned in kept["values"]]
        return Recording(Counter(kept["calls"]), values=values)


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return Live()
