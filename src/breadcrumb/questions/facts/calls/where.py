"""A condition on calls, written as Python would: `job.payout.id == 7 and caller == "main"`; becomes SQL.

Names are those of arguments, `result`, `exception` (a type), `caller`, `thread`, `task` and `test`; behind
them fields, keys and indexes. What is compared with is bound as a parameter, never written into the SQL.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from breadcrumb_exporter_duckdb.database import references

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.questions.facts.run.functions import functions_of, matching
from breadcrumb.questions.facts.run.tests import condition, named, read_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

EXAMPLE = """--where 'amount > 30 and acc.owner == "ada"'"""
RESULT, EXCEPTION, CALLER, TEST = "result", "exception", "caller", "test"
COLUMNS = ("thread", "task")
SPECIAL = (RESULT, EXCEPTION, CALLER, TEST, *COLUMNS)
LONGEST = 2000

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=", ast.Is: "=", ast.NotEq: "<>", ast.IsNot: "<>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_EQUAL = ("=", "<>")
_NUMBER = """try_cast(case json_type({0}) when 'VARCHAR' then null when 'OBJECT' then {0}->>'$."@text"'
    else {0}->>'$' end as double)"""
_TEXT = """case json_type({0}) when 'VARCHAR' then {0}->>'$' when 'OBJECT' then {0}->>'$."@text"' end"""
_PART = """coalesce({0}->>'$."@head"', {0}->>'$')"""
"""What a text is sought in: of a cut one what is there, of others the whole JSON."""
_TRUTH = """case json_type({0}) when 'BOOLEAN' then {0}->>'$' = 'true' when 'NULL' then false
    else {0}->>'$' not in ('', '0', '0.0', '[]', '{{}}') end"""


class Condition(NamedTuple):
    """SQL that gives the places of the calls that meet it, and its parameters."""

    sql: str
    parameters: list[Any]
    seen: str
    """SQL that counts for each part that is named the calls of which it was recorded."""
    seen_parameters: list[Any]
    parts: tuple[str, ...]
    """How the parts are written."""


@dataclass
class _Translated:
    """What was met on the way: the arguments that are read, the parts of them, and the values to bind."""

    text: str
    known: Sequence[str]
    reader: Reader
    run: Run
    roots: dict[str, str] = field(default_factory=dict)
    paths: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    """How they are written."""
    bound: list[Any] = field(default_factory=list)

    def fail(self, what: str, node: ast.AST | None = None, hint: str = EXAMPLE) -> NoReturn:
        """Say what is wrong, and where."""
        at = f" at column {getattr(node, 'col_offset', 0) + 1}" if node is not None else ""
        raise NoAnswer(f"--where: {what}{at} of {self.text!r}", hint, ExitCode.USAGE)

    def truth(self, node: ast.expr) -> str:
        """Give the SQL of a condition, which is never NULL."""
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            return f"({word.join(self.truth(each) for each in node.values)})"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return f"not {self.truth(node.operand)}"
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return f"({' and '.join(self._compared(*each) for each in pairs)})"
        if isinstance(node, ast.Name) and node.id == EXCEPTION:
            return "raised is not null"
        return f"coalesce({_TRUTH.format(self._path(node))}, false)"

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._within(left, right)
            return found if isinstance(operator, ast.In) else f"not {found}"
        sign = _OPERATORS[type(operator)]
        if _is_constant(left) and not _is_constant(right):
            left, right = right, left
            sign = sign.translate(str.maketrans("<>", "><")) if sign not in _EQUAL else sign
        return self._against(left, sign, right)

    def _against(self, left: ast.expr, sign: str, right: ast.expr) -> str:
        """Compare what is named on the left; NULL, of what is not there, is unequal to all."""
        name = left.id if isinstance(left, ast.Name) else ""
        if name in (CALLER, TEST, EXCEPTION):
            if sign not in _EQUAL:
                self.fail(f"{name} has no order", left)
            found = self._special(name, right)
            return found if sign == "=" else f"not {found}"
        path = self._path(left)
        if not _is_constant(right):
            other = self._path(right)
            return self._pair(path, sign, other)
        return self._with_constant(path, sign, ast.literal_eval(right), right)

    def _with_constant(self, path: str, sign: str, value: object, node: ast.expr) -> str:
        unequal = "true" if sign == "<>" else "false"
        if value is None or isinstance(value, bool):
            if sign not in _EQUAL:
                self.fail(f"{value} has no order", node)
            return (
                f"coalesce({path}->>'$' {sign} '{json.dumps(value)}', {unequal})"
                if value is not None
                else (f"coalesce(json_type({path}) {sign} 'NULL', {unequal})")
            )
        if not isinstance(value, str | int | float):
            self.fail("only numbers, texts, True, False and None can be compared with", node)
        self.bound.append(value if isinstance(value, str) else float(value))
        form = _TEXT if isinstance(value, str) else _NUMBER
        return f"coalesce({form.format(path)} {sign} ?, {unequal})"

    @staticmethod
    def _pair(path: str, sign: str, other: str) -> str:
        if sign in _EQUAL:
            return f"coalesce({path}::varchar {sign} {other}::varchar, {'true' if sign == '<>' else 'false'})"
        sides = [f"{form.format(path)} {sign} {form.format(other)}" for form in (_NUMBER, _TEXT)]
        return f"coalesce({', '.join(sides)}, false)"

    def _within(self, left: ast.expr, right: ast.expr) -> str:
        """Tell whether a value is one of some, or a text stands in another."""
        if isinstance(right, ast.List | ast.Tuple | ast.Set):
            each = [self._against(left, "=", item) for item in right.elts]
            return f"({' or '.join(each) or 'false'})"
        if not _is_constant(left) or not isinstance(ast.literal_eval(left), str):
            self.fail("`in` wants a text on its left, or a list on its right", left)
        if isinstance(right, ast.Name) and right.id in (CALLER, TEST, EXCEPTION):
            return self._special(right.id, left)
        path = self._path(right)
        self.bound.append(ast.literal_eval(left))
        return f"coalesce(contains({_PART.format(path)}, ?), false)"

    def _special(self, name: str, node: ast.expr) -> str:
        value = ast.literal_eval(node) if _is_constant(node) else ()
        if value is None and name == EXCEPTION:
            return "raised is null"
        if not isinstance(value, str):
            self.fail(f"{name} is compared with a text", node)
        if name == EXCEPTION:
            self.bound += [value, f".{value}"]
            return "coalesce(raised = ? or ends_with(raised, ?), false)"
        if name == TEST:
            during, bounds = condition(named(read_tests(self.reader, self.run.run_id), value))
            self.bound += bounds
            return during
        callers = matching(functions_of(self.reader, self.run), value)
        if not callers:
            self.fail(f"no function {value!r} ran", node)
        self.bound += [self.run.run_id, callers]
        return """parent_id in (select span_id from base.call
            where run_id = ? and function in (select unnest(?::varchar[])))"""

    def _path(self, node: ast.expr) -> str:
        """Give the column of a part of an argument, or of the result."""
        steps: list[str] = []
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            steps.insert(0, self._step(root))
            root = root.value
        if not isinstance(root, ast.Name):
            self.fail("no condition", root)
        if root.id in COLUMNS and not steps:
            return f"to_json({root.id})"
        if root.id != RESULT and root.id not in self.known:
            names = ", ".join((*self.known, *SPECIAL))
            self.fail(f"no argument {root.id}", root, f"there are {names}")
        column = self.roots.setdefault(root.id, f"j{len(self.roots)}")
        path = column, tuple(steps)
        if path not in self.paths:
            self.paths[path] = f"p{len(self.paths)}"
            self.parts.append(ast.unparse(node))
        return self.paths[path]

    def _step(self, node: ast.Attribute | ast.Subscript) -> str:
        if isinstance(node, ast.Attribute):
            return f'."{node.attr}"'
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, int) and not isinstance(key, bool):
            return f"[{key}]"
        if not isinstance(key, str) or '"' in key:
            self.fail("a key is a text without quotes in it, or a whole number", node.slice)
        return f'."{"@" if key.startswith("@") else ""}{key}"'


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
        return isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return isinstance(node, ast.Constant)


def where(reader: Reader, run: Run, text: str, known: Sequence[str]) -> Callable[[str, list[Any]], Condition]:
    """Translate a condition on calls with the arguments `known`; then it is told of which calls."""
    translated = _Translated(text, known, reader, run)
    met = translated.truth(_parsed(translated))

    def of(which: str, parameters: list[Any]) -> Condition:
        roots, paths = translated.roots, translated.paths
        parts = [f", {_part(column, steps)} as {name}" for (column, steps), name in paths.items()]
        args = {name: column for name, column in roots.items() if name != RESULT}
        refs = [
            f", case ? when k1 then a1 when k2 then a2 when k3 then a3 when k4 then a4 end as r_{column}"
            for column in args.values()
        ]
        values = [f", ({_value(name, column)})::json as {column}" for name, column in roots.items()]
        joins = [
            f"left join base.value v_{column} on v_{column}.id = c.r_{column}" for column in args.values()
        ]
        relation = f"""(select *{"".join(parts)} from (
            select c.place, c.parent_id, c.process, c.start_ns, c.thread, c.task,
                c.exception->>'$.type' as raised{"".join(values)}
            from (select *{"".join(refs)} from base.call where {which}) c
            left join base.value v_rest on v_rest.id = c.rest
            left join base.value v_whole on v_whole.id = c.a1 and c.k1 is null
            left join base.value v_result on v_result.id = c.result
            {" ".join(joins)}))"""  # noqa: S608 - names are checked, values are bound
        inside = [f"$.{json.dumps(name)}" for name in args for _ in range(2)]
        given = [*inside, *(f"{json.dumps(name)}: " for name in args), *parameters]
        counts = ", ".join(f"count({name})" for name in paths.values()) or "1"
        return Condition(
            f"select place from {relation} where {met}",  # noqa: S608 - as above
            [*given, *translated.bound],
            f"select {counts} from {relation}",  # noqa: S608 - as above
            given,
            tuple(translated.parts),
        )

    return of


def _value(name: str, column: str) -> str:
    """Give the JSON of an argument, which may be one of the first, of the rest, or of all as one object."""
    if name == RESULT:
        return references.text("c.result", "v_result")
    own = references.text(f"c.r_{column}", f"v_{column}")
    return f"coalesce({own}, json_extract(v_rest.text, ?)::varchar, json_extract(v_whole.text, ?)::varchar)"


def _part(column: str, steps: Sequence[str]) -> str:
    """Give the SQL of a part; the items of a tuple or of a container's subclass stand one level lower."""
    plain = "".join(steps)
    inside = "".join(f'."@items"{step}' if step.startswith("[") else step for step in steps)
    forms = [f"json_extract({column}, {_quoted(f'${each}')})" for each in dict.fromkeys((plain, inside))]
    return f"coalesce({', '.join(forms)})"


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _parsed(translated: _Translated) -> ast.expr:
    text = translated.text
    try:
        if len(text) > LONGEST:
            translated.fail(f"more than {LONGEST:,} characters")
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        at = error.offset or len(text) + 1
        hint = "equal is written ==" if text[at - 1 : at] == "=" else EXAMPLE
        what = f"not understood at column {at}"
        raise NoAnswer(f"--where: {what} of {text!r}", hint, ExitCode.USAGE) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NoAnswer(f"--where: {text[:80]!r} is not understood", EXAMPLE, ExitCode.USAGE) from error
