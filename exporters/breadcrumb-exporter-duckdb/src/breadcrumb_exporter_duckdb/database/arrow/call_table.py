"""Makes of frames one table of calls as the database keeps them, in the order in which they started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrow import call_names, call_references, frame_rows, numbered_values
from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import constant, numbers
from breadcrumb_exporter_duckdb.database.arrow.call_names import UNKNOWN, Function, Key, Places
from breadcrumb_exporter_duckdb.database.arrow.frame_values import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from breadcrumb_exporter_duckdb.database.statements import Sql
    from breadcrumb_exporter_duckdb.format.frame import Frame


def made(connection: DuckDBPyConnection, frames: Sequence[Frame], known: Sql, *, once: bool) -> pa.Table:
    """The calls of frames; with `once` only those that are not in the table `call`.

    Their values are looked up in the table `known`, and new ones added to `value`. Errors as of `frame_rows`.
    """
    processes = [int(frame.process, 16) for frame in frames]
    functions = call_names.functions(connection, processes)
    threads, tasks = (call_names.names(connection, kind, processes) for kind in ("thread", "task"))
    parts = frame_rows.calls(frames)
    references = _references(connection, frames, parts, functions, known)
    kinds = {"code": Places(functions), "thread": Places(threads), "task": Places(tasks)}
    for at, process in enumerate(processes):
        for name, places in kinds.items():
            place = places.of(process, parts[at][name])
            parts[at] = parts[at].append_column(f"{name}_at", place)
    calls = _side_by_side(pa.concat_tables(parts), references).combine_chunks()
    calls = frame_rows.in_order(_only_new(connection, calls) if once else calls)
    return _named(calls, [frame.run_id for frame in frames], functions, threads, tasks)


def _references(
    connection: DuckDBPyConnection,
    frames: Sequence[Frame],
    parts: Sequence[pa.Table],
    functions: Mapping[Key, Function],
    known: Sql,
) -> pa.Table:
    keys = call_names.by_process(functions)
    values = [values_of(frame) for frame in frames]
    rests = [
        call_references.rest(of_frame, part["code"].chunk(0), keys.get(int(frame.process, 16), {}))
        for frame, of_frame, part in zip(frames, values, parts, strict=True)
    ]
    ids: list[tuple[pa.Array, pa.Array]] = [(None, None)] * len(frames)
    for run_id, of_run in _by_run(frames).items():
        said = [array for at in of_run for array in (values[at].texts, rests[at].array())]
        found = numbered_values.add(connection, run_id, said, known)
        for at in of_run:
            of_values, of_rests = len(values[at].texts), len(rests[at].texts)
            ids[at] = found[:of_values], found[of_values : of_values + of_rests]
            found = found[of_values + of_rests :]
    return call_references.table(values, rests, ids)


def _by_run(frames: Sequence[Frame]) -> dict[str, list[int]]:
    """Which of the frames are of each run."""
    runs: dict[str, list[int]] = {}
    for at, frame in enumerate(frames):
        runs.setdefault(frame.run_id, []).append(at)
    return runs


def _side_by_side(left: pa.Table, right: pa.Table) -> pa.Table:
    for name in right.column_names:
        left = left.append_column(name, right[name])
    return left


def _only_new(connection: DuckDBPyConnection, calls: pa.Table) -> pa.Table:
    position = numbers("l", range(len(calls)))
    connection.register(
        "given_call", calls.select(["process", "span_id"]).append_column("position", position)
    )
    new = connection.execute(_NEW).fetchall()
    connection.unregister("given_call")
    return pc.take(calls, numbers("l", [at for (at,) in new]))


_NEW = """
SELECT position FROM given_call n
WHERE NOT EXISTS (SELECT 1 FROM call WHERE call.process = n.process AND call.span_id = n.span_id)
"""


def _named(
    calls: pa.Table,
    runs: Sequence[str],
    functions: Mapping[Key, Function],
    threads: Mapping[Key, str | None],
    tasks: Mapping[Key, str | None],
) -> pa.Table:
    """The calls with the names of what they refer to, and each one's number in its function."""
    known = [*functions.values(), UNKNOWN]
    code_at = pc.coalesce(calls["code_at"].combine_chunks(), constant("i", len(functions), len(calls)))
    columns = {
        "run_id": call_names.named(list(dict.fromkeys(runs)), calls["run"].combine_chunks()),
        **call_names.described(known, code_at, calls["given"].combine_chunks()),
        "thread_name": call_names.named(list(threads.values()), calls["thread_at"].combine_chunks()),
        "task_name": call_names.named(list(tasks.values()), calls["task_at"].combine_chunks()),
        "number": _numbers(calls["run"].combine_chunks(), code_at, known),
    }
    return _side_by_side(calls, pa.table(columns))


def _numbers(runs: pa.Array, places: pa.Array, known: Sequence[Function]) -> pa.Array:
    """Which call of its function in its run each is, from 1."""
    first = {function.function: at for at, function in enumerate(known)}
    function = pc.take(numbers("l", [first[each.function] for each in known]), places)
    group = pc.add(pc.multiply(pc.cast(runs, pa.int64()), constant("l", len(known), len(runs))), function)
    by_group = pc.sort_indices(group)
    in_groups = pc.take(group, by_group)
    begins = pa.concat_arrays([numbers("l", [0]), pc.run_ends(in_groups)[:-1]])
    begin = pc.take(begins, pc.dictionary_encode(in_groups).indices)
    nth = pc.subtract(numbers("l", range(1, len(runs) + 1)), begin)
    return pc.cast(pc.take(nth, pc.sort_indices(by_group)), pa.uint32())
