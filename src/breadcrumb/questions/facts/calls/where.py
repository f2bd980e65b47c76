"""A condition on calls, written as Python would: `job.payout.id == 7 and caller == "main"`; becomes SQL.

Names are those of arguments, `result`, `exception` (a type), `caller`, `thread`, `task` and `test`; behind
them fields, keys and indexes. What is compared with is bound, never written into the SQL.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, LiteralString, NoReturn

from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, identifier, joined, sql
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.questions.facts.run.functions import functions_of, matching
from breadcrumb.questions.facts.run.tests import condition, named, read_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
_SIGNS = {sign: Sql(sign) for sign in _OPERATORS.values()}
_TRUE, _FALSE = sql("true"), sql("false")
_NUMBER = """try_cast(case json_type({it}) when 'VARCHAR' then null when 'OBJECT' then {it}->>'$."@text"'
    else {it}->>'$' end as double)"""
_TEXT = """case json_type({it}) when 'VARCHAR' then {it}->>'$' when 'OBJECT' then {it}->>'$."@text"' end"""
_PART = """coalesce({it}->>'$."@head"', {it}->>'$')"""
"""What a text is sought in: of a cut one what is there, of others the whole JSON."""
_TRUTH = """case json_type({it}) when 'BOOLEAN' then {it}->>'$' = 'true' when 'NULL' then false
    else {it}->>'$' not in ('', '0', '0.0', '[]', '{{}}') end"""


class Condition(NamedTuple):
    """What reads the calls that meet it."""

    places: Sql
    """Gives their places."""
    seen: Sql
    """Counts for each part that is named the calls of which it was recorded."""
    parts: tuple[str, ...]
    """How the parts are written."""


@dataclass
class _Translated:
    """What was met on the way: the arguments that are read, and the parts of them."""

    text: str
    known: Sequence[str]
    reader: Reader
    run: Run
    roots: dict[str, str] = field(default_factory=dict)
    paths: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    """How they are written."""

    def fail(self, what: str, node: ast.AST | None = None, hint: str = EXAMPLE) -> NoReturn:
        """Say what is wrong, and where."""
        at = f" at column {getattr(node, 'col_offset', 0) + 1}" if node is not None else ""
        raise NoAnswer(f"--where: {what}{at} of {self.text!r}", hint, ExitCode.USAGE)

    def truth(self, node: ast.expr) -> Sql:
        """Give the SQL of a condition, which is never NULL."""
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            return _all(word, (self.truth(each) for each in node.values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return _not(self.truth(node.operand))
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return _all(" and ", (self._compared(*each) for each in pairs))
        if isinstance(node, ast.Name) and node.id == EXCEPTION:
            return sql("raised is not null")
        return _or(sql(_TRUTH, it=self._path(node)), _FALSE)

    def _compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Sql:
        if isinstance(operator, ast.In | ast.NotIn):
            found = self._within(left, right)
            return found if isinstance(operator, ast.In) else _not(found)
        sign = _OPERATORS[type(operator)]
        if _is_constant(left) and not _is_constant(right):
            left, right = right, left
            sign = sign.translate(str.maketrans("<>", "><")) if sign not in _EQUAL else sign
        return self._against(left, sign, right)

    def _against(self, left: ast.expr, sign: str, right: ast.expr) -> Sql:
        """Compare what is named on the left; NULL, of what is not there, is unequal to all."""
        name = left.id if isinstance(left, ast.Name) else ""
        if name in (CALLER, TEST, EXCEPTION):
            if sign not in _EQUAL:
                self.fail(f"{name} has no order", left)
            found = self._special(name, right)
            return found if sign == "=" else _not(found)
        path = self._path(left)
        if not _is_constant(right):
            return _pair(path, sign, self._path(right))
        return self._with_constant(path, sign, ast.literal_eval(right), right)

    def _with_constant(self, path: Sql, sign: str, value: object, node: ast.expr) -> Sql:
        if value is None or isinstance(value, bool):
            if sign not in _EQUAL:
                self.fail(f"{value} has no order", node)
            form = "json_type({it})" if value is None else "{it}->>'$'"
            return _compare(sql(form, it=path), sign, "NULL" if value is None else json.dumps(value))
        if not isinstance(value, str | int | float):
            self.fail("only numbers, texts, True, False and None can be compared with", node)
        if isinstance(value, str):
            return _compare(sql(_TEXT, it=path), sign, value)
        return _compare(sql(_NUMBER, it=path), sign, float(value))

    def _within(self, left: ast.expr, right: ast.expr) -> Sql:
        """Tell whether a value is one of some, or a text stands in another."""
        if isinstance(right, ast.List | ast.Tuple | ast.Set):
            return _all(" or ", [self._against(left, "=", item) for item in right.elts] or [_FALSE])
        if not _is_constant(left) or not isinstance(ast.literal_eval(left), str):
            self.fail("`in` wants a text on its left, or a list on its right", left)
        if isinstance(right, ast.Name) and right.id in (CALLER, TEST, EXCEPTION):
            return self._special(right.id, left)
        part = sql(_PART, it=self._path(right))
        return _or(sql("contains({part}, {text})", part=part, text=ast.literal_eval(left)), _FALSE)

    def _special(self, name: str, node: ast.expr) -> Sql:
        value = ast.literal_eval(node) if _is_constant(node) else ()
        if value is None and name == EXCEPTION:
            return sql("raised is null")
        if not isinstance(value, str):
            self.fail(f"{name} is compared with a text", node)
        if name == EXCEPTION:
            is_it = sql("raised = {name} or ends_with(raised, {end})", name=value, end=f".{value}")
            return _or(is_it, _FALSE)
        if name == TEST:
            return condition(named(read_tests(self.reader, self.run.run_id), value))
        callers = matching(functions_of(self.reader, self.run), value)
        if not callers:
            self.fail(f"no function {value!r} ran", node)
        return sql(
            """parent_id in (select span_id from base.call
            where run_id = {run} and function in (select unnest({callers}::varchar[])))""",
            run=self.run.run_id,
            callers=callers,
        )

    def _path(self, node: ast.expr) -> Sql:
        """Give the column of a part of an argument, or of the result."""
        steps: list[str] = []
        root = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            steps.insert(0, self._step(root))
            root = root.value
        if not isinstance(root, ast.Name):
            self.fail("no condition", root)
        if root.id in COLUMNS and not steps:
            return sql("to_json({column})", column=identifier(root.id))
        if root.id != RESULT and root.id not in self.known:
            names = ", ".join((*self.known, *SPECIAL))
            self.fail(f"no argument {root.id}", root, f"there are {names}")
        column = self.roots.setdefault(root.id, f"j{len(self.roots)}")
        path = column, tuple(steps)
        if path not in self.paths:
            self.paths[path] = f"p{len(self.paths)}"
            self.parts.append(ast.unparse(node))
        return identifier(self.paths[path])

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


def _all(word: LiteralString, conditions: Iterable[Sql]) -> Sql:
    return sql("({conditions})", conditions=joined(word, conditions))


def _not(condition: Sql) -> Sql:
    return sql("not {condition}", condition=condition)


def _or(condition: Sql, otherwise: Sql) -> Sql:
    """Say what a condition is where something in it is not there."""
    return sql("coalesce({condition}, {otherwise})", condition=condition, otherwise=otherwise)


def _compare(left: Sql, sign: str, right: object) -> Sql:
    """Compare; what is not there is unequal to all."""
    return _or(_signed(left, sign, right), _TRUE if sign == "<>" else _FALSE)


def _signed(left: Sql, sign: str, right: object) -> Sql:
    return sql("{left} {sign} {right}", left=left, sign=_SIGNS[sign], right=right)


def _pair(path: Sql, sign: str, other: Sql) -> Sql:
    if sign in _EQUAL:
        as_text = "{it}::varchar"
        return _compare(sql(as_text, it=path), sign, sql(as_text, it=other))
    numbers, texts = (_signed(sql(form, it=path), sign, sql(form, it=other)) for form in (_NUMBER, _TEXT))
    return _or(numbers, _or(texts, _FALSE))


def where(reader: Reader, run: Run, text: str, known: Sequence[str]) -> Callable[[Sql], Condition]:
    """Translate a condition on calls with the arguments `known`; then it is told of which calls."""
    translated = _Translated(text, known, reader, run)
    met = translated.truth(_parsed(translated))

    def of(which: Sql) -> Condition:
        parts = _parts(translated, which)
        counts = columns(translated.paths.values(), "count({name})") if translated.paths else sql("1")
        return Condition(
            sql("select place from {parts} where {met}", parts=parts, met=met),
            sql("select {counts} from {parts}", counts=counts, parts=parts),
            tuple(translated.parts),
        )

    return of


def _parts(translated: _Translated, which: Sql) -> Sql:
    """Give the calls with the parts that are named, each a column."""
    roots, paths = translated.roots, translated.paths
    args = {name: column for name, column in roots.items() if name != RESULT}
    return sql(
        """(select *{parts} from (
            select c.place, c.parent_id, c.process, c.start_ns, c.thread, c.task,
                c.exception->>'$.type' as raised{values}
            from (select *{references} from base.call where {which}) c
            left join base.value v_rest on v_rest.id = c.rest
            left join base.value v_whole on v_whole.id = c.a1 and c.k1 is null
            left join base.value v_result on v_result.id = c.result
            {joins}))""",
        parts=joined("", (_part(column, steps, name) for (column, steps), name in paths.items())),
        values=joined("", (_value(name, column) for name, column in roots.items())),
        references=joined("", (_reference(name, column) for name, column in args.items())),
        which=which,
        joins=joined(" ", (_join(column) for column in args.values())),
    )


def _reference(name: str, column: str) -> Sql:
    return sql(
        ", case {key} when k1 then a1 when k2 then a2 when k3 then a3 when k4 then a4 end as {reference}",
        key=f"{json.dumps(name)}: ",
        reference=identifier(f"r_{column}"),
    )


def _join(column: str) -> Sql:
    return sql(
        "left join base.value {value} on {value}.id = c.{reference}",
        value=identifier(f"v_{column}"),
        reference=identifier(f"r_{column}"),
    )


def _value(name: str, column: str) -> Sql:
    """Give the JSON of an argument, which may be one of the first, of the rest, or of all as one object."""
    if name == RESULT:
        found = references.text("c.result", "v_result")
    else:
        found = sql(
            """coalesce({own}, json_extract(v_rest.text, {path})::varchar,
                json_extract(v_whole.text, {path})::varchar)""",
            own=references.text(f"c.r_{column}", f"v_{column}"),
            path=f"$.{json.dumps(name)}",
        )
    return sql(", ({found})::json as {column}", found=found, column=identifier(column))


def _part(column: str, steps: Sequence[str], name: str) -> Sql:
    """Give the SQL of a part; the items of a tuple or of a container's subclass stand one level lower."""
    plain = "".join(steps)
    inside = "".join(f'."@items"{step}' if step.startswith("[") else step for step in steps)
    forms = [
        sql("json_extract({column}, {path})", column=identifier(column), path=f"${each}")
        for each in dict.fromkeys((plain, inside))
    ]
    return sql(", coalesce({forms}) as {name}", forms=joined(", ", forms), name=identifier(name))


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
