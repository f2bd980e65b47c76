"""Makes random call programs: real Python source whose functions tell `call_log` what they do.

A program is functions and a statement that runs them; `@` in its names is its number. A function's body is
statements from the tables below; `{f}`, `{c}`, `{g}` and `{a}` stand for another function, coroutine,
generator and async generator, each made for its one place.
"""

from __future__ import annotations

import re
from textwrap import indent
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

HEAD = "from functools import partial\nfrom call_log import *\n"
ANYWHERE = (
    "pass",
    "raise E1(me)",
    "{f}(new(), me)",
    "if n:\n    {self}",
    "try:\n    {f}(new(), me)\nexcept Exception as error:\n    caught(error)",
    "try:\n    {f}(new(), me)\nexcept E1:\n    raise",
    "try:\n    {f}(new(), me)\nexcept E1 as error:\n    caught(error)\n    raise E2(me) from error",
    "try:\n    {f}(new(), me)\nfinally:\n    {f}(new(), me)",
    "try:\n    raise E1(me)\nexcept E1:\n    {f}(new(), me)",
    "list(map(partial({f}, by=me), [new(), new()]))",
    "sorted([new(), new(), new()], key=partial({f}, by=me))",
    "for _ in {g}(new(), me):\n    {f}(new(), me)",
    "for _ in {g}(new(), me):\n    break",
    "a, b = {g}(new(), me), {g}(new(), me)\nfor _ in zip(a, b):\n    {f}(new(), me)",
    "flow = {g}(new(), me)\nnext(flow, None)\nflow.close()",
    "flow = {g}(new(), me)\nnext(flow, None)\ndel flow",
    "keep({g}(new(), me))",
    "other = new()\ndrain_{f}(other, me, {g}(new(), other))",
    "flow = {g}(new(), me)\nnext(flow, None)\ntry:\n    flow.send(1)\nexcept StopIteration:\n    pass",
    "flow = {g}(new(), me)\nnext(flow, None)\ntry:\n    with throwing(flow):\n        flow.throw(E1(me))\n"
    "except (E1, StopIteration) as error:\n    caught(error)",
    "flow = {g}(new(), me)\ntry:\n    flow.throw(E1(me))\nexcept E1 as error:\n    caught(error)",
    "in_threads(me, {f}, {f})",
    "in_pool(me, {f}, {f}, {f})",
    "in_threads(me, partial(in_loop, {c}))",
    "in_threads(me, partial(in_driven_loop, {c}), partial(in_eager_loop, {c}))",
    "copy_context().run({f}, new(), me)",
)
GENERATOR = (
    "yield suspends(me)",
    "yield from {g}(delegated(new()), me)",
    "try:\n    yield suspends(me)\nexcept E1 as error:\n    caught(error)",
    "try:\n    yield suspends(me)\nfinally:\n    {f}(new(), me)",
    "got = yield suspends(me)\nif got:\n    {f}(new(), me)",
)
COROUTINE = (
    "await sleep(0)",
    "await {c}(new(), me)",
    "try:\n    await {c}(new(), me)\nexcept Exception as error:\n    caught(error)",
    "try:\n    await {c}(new(), me)\nfinally:\n    await {c}(new(), me)",
    "try:\n    await sleep(0)\nfinally:\n    {f}(new(), me)",
    "all_caught(await gather({c}(new(), me), {c}(new(), me), return_exceptions=True))",
    "async with TaskGroup() as group:\n"
    "    group.create_task({c}(new(), me))\n    group.create_task({c}(new(), me))",
    "task = create_task({c}(new(), me))\nawait sleep(0)\n{f}(new(), me)\nawait settled(task)",
    "task = create_task({c}(new(), me))\nawait sleep(0)\ntask.cancel()\nawait settled(task)",
    "task = create_task({c}(new(), me))\ntask.cancel()\nawait settled(task)",
    "create_task({c}(new(), me))",
    "try:\n    async with timeout(0.001):\n        await {c}(new(), me)\n        await sleep(9)\n"
    "except TimeoutError as error:\n    caught(error)",
    "try:\n    await wait_for({c}(new(), me), 0.001)\nexcept TimeoutError as error:\n    caught(error)",
    "async for _ in {a}(new(), me):\n    {f}(new(), me)",
    "async for _ in {a}(new(), me):\n    break",
    "flow = {a}(new(), me)\nasync for _ in flow:\n    await sleep(0)\n    break\nawait flow.aclose()",
    "flow = {a}(new(), me)\nasync for _ in flow:\n    break\ntry:\n    await flow.athrow(E1(me))\n"
    "except (E1, StopAsyncIteration) as error:\n    caught(error)",
    "await to_thread({f}, new(), me)",
    "get_running_loop().call_soon({f}, new(), me)\nawait sleep(0)",
    "await awaited({c}(new(), me))",
    "await shield({c}(new(), me))",
    "try:\n    async with timeout(0.001):\n        await shield({c}(new(), me))\n"
    "except TimeoutError as error:\n    caught(error)",
    "context = copy_context()\nawait settled(create_task({c}(new(), me), context=context))\n"
    "await settled(create_task({c}(new(), me), context=context))",
    "VARIABLE.set(me)\nawait settled(create_task({c}(new(), me)))\nexpect(me, VARIABLE.get() == me)",
)
ASYNC_GENERATOR = (
    "yield suspends(me)",
    "try:\n    yield suspends(me)\nexcept E1 as error:\n    caught(error)",
    "try:\n    yield suspends(me)\nfinally:\n    await sleep(0)\n    {f}(new(), me)",
    "async for _ in {a}(new(), me):\n    yield suspends(me)",
)
STATEMENTS = {
    "f": ANYWHERE,
    "g": GENERATOR + ANYWHERE,
    "c": COROUTINE + ANYWHERE,
    "a": ASYNC_GENERATOR + COROUTINE + ANYWHERE,
}
CALL_ITSELF = {
    "f": "{name}(new(), me, n - 1)",
    "g": "yield from {name}(delegated(new()), me, n - 1)",
    "c": "await {name}(new(), me, n - 1)",
    "a": "async for _ in {name}(new(), me, n - 1):\n    yield suspends(me)",
}
LEAVES = {kind: [text for text in texts if "{" not in text] for kind, texts in STATEMENTS.items()}
GUARDED = "try:\n{}\nexcept BaseException as error:\n    left(me, error)\n    raise"
DRAIN = "def {}(me, by, flow):\n    enter(me, by)\n    list(flow)\n    return ret(me, 3)\n"


class _Module:
    """The functions made so far, and how many more there may be."""

    def __init__(self, draw: DrawFn, most: int) -> None:
        self._draw = draw
        self._left = most
        self._count = 0
        self.functions: list[str] = []

    def function(self, kind: str) -> str:
        """Make a function and all that it calls; returns its name."""
        self._count += 1
        name = f"{kind}{self._count}_@"
        self._left -= 1
        body = "\n".join(self._statement(kind, name) for _ in range(self._draw(st.integers(1, 3))))
        if self._draw(st.booleans()):
            body = GUARDED.format(indent(body, "    "))
        last = "ret(me, None)" if kind == "a" else f"return ret(me, {self._draw(st.integers(0, 3))})"
        generates = "\nif False:\n    yield" if kind in "ga" else ""
        prefix = "async " if kind in "ca" else ""
        text = indent(f"enter(me, by)\n{body}\n{last}{generates}", "    ")
        self.functions.append(f"{prefix}def {name}(me, by, n=1):\n{text}\n")
        return name

    def _statement(self, kind: str, name: str) -> str:
        text = self._draw(st.sampled_from(STATEMENTS[kind] if self._left > 0 else LEAVES[kind]))
        if "{self}" in text:
            return text.replace("{self}", indent(CALL_ITSELF[kind].format(name=name), "    ").lstrip())
        return re.sub(r"(drain_)?\{(\w)\}", self._filled, text)

    def _filled(self, place: re.Match[str]) -> str:
        if place[1]:
            self._count += 1
            name = f"drain{self._count}_@"
            self.functions.append(DRAIN.format(name))
            return name
        return self.function(place[2])


def module(programs: list[str]) -> str:
    """Source of one module that runs programs one after the other, then writes the log."""
    numbered = [text.replace("@", str(number)) for number, text in enumerate(programs)]
    return "\n\n".join([HEAD, *numbered, 'write("log.json")\n'])


@st.composite
def programs(draw: DrawFn) -> str:
    """Source of one program: a function of any depth, or a coroutine in a loop of its own."""
    made = _Module(draw, most=draw(st.integers(1, 14)))
    main = made.function(draw(st.sampled_from("fc")))
    loop = draw(st.sampled_from(("in_loop", "in_driven_loop", "in_eager_loop")))
    start = f"run({loop}, {main})" if main[0] == "c" else f"run({main})"
    return "\n\n".join([*made.functions, start + "\n"])
