"""Trees of calls are folded and written as lines; nothing is lost from the counts."""

from collections.abc import Sequence
from typing import Any

from breadcrumb_exporter_duckdb.base import records
from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.common.json_types import Json
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask
from breadcrumb.questions.facts.calls.call_rows import Call, Raised
from breadcrumb.render.parts.folding import forest
from breadcrumb.render.text import text

_PLAIN: dict[str, Any] = {
    "run": "r",
    "process": "p",
    "pid": 1,
    "trace_id": "t",
    "file": "app.py",
    "line": 1,
    "kind": "function",
    "duration_ns": 1000,
    "ran_ns": 1000,
    "self_ns": 1000,
    "suspensions": 0,
    "depth": 0,
    "thread": "MainThread",
    "task": None,
    "status": "ok",
    "outcome": 0,
    "called_line": None,
    "ended_line": None,
    "returned": True,
    "raised": None,
}


class Program:
    """Makes calls as a program would, in start order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.counts: dict[str, int] = {}

    def call(self, function: str, parent: Call | None = None, result: Any = None, **more: Any) -> Call:
        """Add a call; keywords other than the fields of a call are its arguments."""
        fields = {name: more.pop(name) for name in list(more) if name in records.fields(Call)}
        index = len(self.calls) + 1
        self.counts[function] = self.counts.get(function, 0) + 1
        plain = {
            **_PLAIN,
            "span_id": f"{index:x}",
            "parent_span_id": parent.span_id if parent else None,
            "function": function,
            "start_ns": index,
            "args": more,
            "result": result,
            "number": self.counts[function],
        }
        made = Call(**{**plain, **fields})
        self.calls.append(made)
        return made

    def lines(self, budget: int = 1000, **more: Any) -> list[str]:
        """Write the calls as the answer to `--flow`."""
        answer = Answer("flow", "r", tuple(self.calls), len(self.calls), Ask(), ("--flow",), **more)
        return text(answer, budget).splitlines()


def failing(message: str = "bad", *, first: bool = True, handled_by: str | None = None) -> dict[str, Any]:
    raised = Raised("app.Bad", message, None, "e1", "app.py", 11, "f", handled_by, None if first else "b")
    return {"raised": raised, "status": "error", "outcome": 1, "returned": False}


def test_like_calls_are_folded_after_a_first_one_that_is_spelled_out() -> None:
    program = Program()
    main = program.call("main", duration_ns=600_000)
    for amount in (0, 10, 20, 30, 40):
        program.call("withdraw", main, 100 - amount, amount=amount)
    assert program.lines() == [
        "main()  -> None                                           0.6 ms",
        "  withdraw(amount=0)  -> 100",
        "  withdraw(amount=10..40)  x4  -> 90 .. 60                #2-#5",
        "6 calls, all shown.",
    ]


def test_calls_that_take_turns_are_folded_together() -> None:
    program = Program()
    main = program.call("main")
    for n in range(3):
        program.call("read", main, n)
        program.call("write", main, n=n)
    assert [line.split("  ")[0:3] for line in program.lines()[1:3]] == [
        ["", "read()", "x3"],
        ["", "write(n=0..2)", "x3"],
    ]
    assert "in turn with the next" in program.lines()[1]


def test_calls_with_like_callees_are_folded_with_them() -> None:
    program = Program()
    main = program.call("main")
    for n in range(3):
        order = program.call("order", main, n=n)
        for m in range(2):
            program.call("price", order, m, m=m)
    assert program.lines()[1:3] == [
        "  order(n=0..2)  x3  -> None                              #1-#3",
        "    price(m=0..1)  x6  -> 0 .. 1                          #1-#6",
    ]


def test_an_exception_shows_its_place_and_who_handled_it_once() -> None:
    program = Program()
    main = program.call("main", result=1)
    outer = program.call("outer", main, **failing(first=False, handled_by="main"))
    program.call("inner", outer, **failing(handled_by="main"), n=1)
    assert program.lines()[1:3] == [
        "  outer()  !! Bad",
        "    inner(n=1)  !! Bad: bad                               app.py:11, handled in main",
    ]


def test_an_open_call_says_for_how_long() -> None:
    program = Program()
    program.call("serve", status="open", outcome=255, returned=False, duration_ns=None)
    assert program.lines(now_ns=3_200_000_001)[0] == "serve()  ... still open 3.2 s"
    assert program.lines()[0] == "serve()  ... did not end"


def test_a_cancelled_call_is_no_error() -> None:
    program = Program()
    program.call("wait", outcome=2, returned=False)
    assert program.lines()[0].startswith("wait()  -> left by cancellation or close")


def test_a_coroutine_that_waited_tells_both_times() -> None:
    program = Program()
    program.call("fetch", suspensions=3, duration_ns=2_000_000_000, ran_ns=3_000_000)
    assert program.lines()[0].endswith("2.0 s, of which it ran 3.0 ms")


def test_another_thread_and_task_are_told_where_they_change() -> None:
    program = Program()
    main = program.call("main")
    worker = program.call("work", main, thread="worker-1", task="Task-2")
    program.call("step", worker, thread="worker-1", task="Task-2")
    assert program.lines()[1].endswith("thread worker-1, task Task-2")
    assert program.lines()[2] == "    step()  -> None"


def test_what_calls_in_two_tasks_at_once_called_keeps_its_order() -> None:
    program = Program()
    main = program.call("main", duration_ns=9_000_000)
    first = program.call("add", main, task="Task-2", start_ns=1_000_000, duration_ns=3_000_000)
    second = program.call("add", main, task="Task-3", start_ns=2_000_000, duration_ns=3_000_000)
    for start, caller in ((1_100_001, first), (2_100_001, second), (3_000_001, first), (4_000_001, second)):
        name = "read" if start < 3_000_000 else "write"
        program.call(name, caller, task=caller.task, start_ns=start)
    assert program.lines()[1:7] == [
        "  add()  -> None                                          3.0 ms, at +1.000 ms, task Task-2",
        "    read()  -> None                                       at +1.100 ms",
        "    write()  -> None                                      at +3.000 ms",
        "  add()  -> None                                          3.0 ms, at +2.000 ms, task Task-3",
        "    read()  -> None                                       at +2.100 ms",
        "    write()  -> None                                      at +4.000 ms",
    ]


def test_folded_calls_of_several_tasks_name_them() -> None:
    program = Program()
    main = program.call("main")
    for n in range(3):
        program.call("fetch", main, n, task=f"Task-{n}", start_ns=10 + n, duration_ns=10)
    program.call("close", main)
    for n in range(4):
        program.call("save", main, n, thread=f"worker-{n}", start_ns=100 + n, duration_ns=1)
    assert program.lines()[1].endswith("tasks Task-0, Task-1, Task-2 at once")
    assert program.lines()[3].endswith("#1-#4, 4 threads")


def test_many_calls_at_once_are_folded_with_what_they_called() -> None:
    program = Program()
    main = program.call("main")
    for n in range(50):
        work = program.call("work", main, task=f"Task-{n}", start_ns=10 + n, duration_ns=1000)
        program.call("step", work, task=f"Task-{n}", start_ns=100 + n, duration_ns=1)
    lines = program.lines()
    assert lines[1].endswith("#1-#50, 50 tasks at once")
    assert lines[2].rstrip().endswith("#1-#50")
    assert len(lines) == 4


def test_deep_recursion_is_two_lines() -> None:
    program = Program()
    call = None
    for n in range(2000, 0, -1):
        call = program.call("count", call, n, n=n)
    lines = program.lines()
    assert lines[0].startswith("count(n=2000)  -> 2000")
    assert lines[1].startswith("  count(n=1999..1)  x1999, 1999 deep  -> 1999 .. 1")
    assert len(lines) == 3


def test_branching_recursion_is_two_lines() -> None:
    program = Program()

    def fib(n: int, parent: Call | None) -> None:
        call = program.call("fib", parent, n, n=n)
        if n > 1:
            fib(n - 1, call)
            fib(n - 2, call)

    fib(8, None)
    lines = program.lines()
    assert lines[1].startswith("  fib(n=0..7)  x66, 7 deep")
    assert len(lines) == 3


def test_a_cut_answer_names_the_command_that_shows_all_of_it() -> None:
    program = Program()
    for n in range(40):
        program.call(f"f{n}", n=n)
    cut = program.lines(budget=50)
    assert cut[-1].startswith("2 of 40 calls shown; all: breadcrumb query --flow --limit 40 --budget ")
    budget = int(cut[-1].rsplit(" ", 1)[1])
    assert program.lines(budget=budget)[-1] == "40 calls, all shown."


def test_the_time_of_recursion_is_that_of_its_outermost_calls() -> None:
    program = Program()
    above = program.call("main", start_ns=1, duration_ns=90_000_000)
    for n in range(8):
        times = {"start_ns": 2 + n, "duration_ns": 80_000_000 - 2 * n}
        above = program.call("down", above, n=n, result=n, ran_ns=times["duration_ns"], **times)
    assert program.lines()[2].endswith("#2-#8, 80 ms")


def order(n: int) -> dict[str, Json]:
    return {"@": "app.Order", "@id": f"{n:x}", "n": n, "rows": [n, n]}


def test_an_object_after_a_range_of_objects_is_written_out() -> None:
    program = Program()
    main = program.call("main")
    for n in (1, 2, 3):
        program.call("bill", main, order=order(n), result=n)
    program.call("ship", main, order=order(3), result=3)
    program.call("send", main, order=order(3), result=None)
    lines = program.lines()
    assert lines[2].startswith("  ship(order=Order(n=3, rows=[3, 3]))")
    assert lines[3].startswith("  send(order=<same>)")


def test_calls_between_which_others_lie_are_numbered_one_by_one() -> None:
    program = Program()
    main = program.call("main")
    for last in (3, 1):
        for n in (1, 2, 3):
            program.call("bill", main, order=order(n), result=n)
        program.call("ship", main, order=order(last), result=last)
    text = "\n".join(program.lines())
    assert "#1, #4" in text
    assert "#1-#4" not in text


def test_a_deep_chain_of_different_functions_is_written_in_full() -> None:
    program = Program()
    call = None
    for n in range(3000):
        call = program.call("ab"[n % 2], call, n=n)
    lines = program.lines(budget=10**6)
    assert len(lines) == 3001
    assert max(len(line) for line in lines) < 100


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.sampled_from("abc"), st.integers(0, 3), st.sampled_from([None, "Task-2"])
        ),
        max_size=40,
    )
)
def test_folding_keeps_every_call_exactly_once(plan: Sequence[tuple[int, str, int, str | None]]) -> None:
    program = Program()
    for parent, function, n, task in plan:
        above = program.calls[parent % len(program.calls)] if program.calls and parent else None
        program.call(function, above, n=n, task=task, duration_ns=n)
    folded = forest(program.calls)
    assert sum(group.size for group in folded) == len(program.calls)
    seen = []
    pending = list(folded)
    while pending:
        group = pending.pop()
        seen += [call.span_id for call in group.calls]
        pending.extend(group.children)
    assert sorted(seen) == sorted(call.span_id for call in program.calls)


def _of(program: Program, results: dict[int, Any], parent: Call | None = None) -> None:
    for q, result in results.items():
        program.call("price", parent, result, q=q)


def test_the_one_result_out_of_line_stands_out() -> None:
    program = Program()
    _of(program, {1: 3, 5: 15, 9: 27, 12: 7, 15: 45, 20: 60}, program.call("main"))
    assert [line.split("    ")[0].strip() for line in program.lines()[1:-1]] == [
        "price(q=1..9)  x3  -> 3 .. 27",
        "price(q=12)  -> 7",
        "price(q=15..20)  x2  -> 45 .. 60",
    ]


def test_the_one_result_that_is_not_like_all_others_stands_out() -> None:
    program = Program()
    _of(program, {q: q != 3 for q in range(5)}, program.call("main"))
    assert [line.split("    ")[0].strip() for line in program.lines()[1:-1]] == [
        "price(q=0..2)  x3  -> True",
        "price(q=3)  -> False",
        "price(q=4)  -> True",
    ]


def test_a_call_below_like_ones_stands_out_too() -> None:
    program = Program()
    main = program.call("main")
    for q in range(8):
        _of(program, {q: -1 if q == 5 else q}, program.call("order", main, n=q))
    lines = [line.split("    ")[0] for line in program.lines()]
    at = lines.index("  order(n=5)  -> None")
    assert program.lines()[at + 1].strip().startswith("price(q=5)  -> -1")


def test_ranges_are_those_of_the_arguments_where_results_rise_with_them() -> None:
    program = Program()
    _of(program, {3: 9, 1: 3, 2: 6, 5: 15, 4: 12})
    assert program.lines()[1].startswith("price(q=1..5)  x4  -> 3 .. 15")


def test_no_order_is_read_into_results_that_have_none() -> None:
    program = Program()
    _of(program, {1: 5, 2: 1, 3: 9, 4: 2, 5: 7, 6: 0, 7: 3})
    assert program.lines()[1].startswith("price(q=2..7)  x6  -> 0 .. 9 in no order")


def test_what_was_scheduled_is_not_called_nested() -> None:
    program = Program()
    step = program.call("step", start_ns=10, duration_ns=2)
    for number in range(1, 8):
        step = program.call("step", step, start_ns=10 + 10 * number, duration_ns=2)
    assert "x7, each scheduled by the one before" in program.lines()[1]
    nested = Program()
    step = nested.call("step", start_ns=10, duration_ns=200)
    for number in range(1, 8):
        step = nested.call("step", step, start_ns=10 + 10 * number, duration_ns=200 - 20 * number)
    assert "x7, 7 deep" in nested.lines()[1]


def test_calls_in_a_list_that_say_nothing_tell_when_they_began() -> None:
    program = Program()
    for begun in (0, 1_158, 2_137, 3_143):
        program.call("tick", start_ns=(1 + begun) * 1_000_000)
    answer = Answer("call", "r", tuple(program.calls), 4, Ask(), ("--call", "tick"))
    assert [line.split("  ")[-1].strip() for line in text(answer).splitlines()[1:5]] == [
        "at +0.000 ms",
        "at +1158.000 ms",
        "at +2137.000 ms",
        "at +3143.000 ms",
    ]
