"""What the calls of frames refer to, as the database keeps it: columns of references, by number."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import Texts, constant, numbers, optional, texts
from breadcrumb_exporter_duckdb.format.values import FIRST, INTEGERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.database.arrow.frame_values import FrameValues

_SINGLE = len(references.ARGUMENTS)


@dataclass
class Rest:
    """The arguments of a frame's calls that have no columns of their own: one value for each, an object."""

    texts: list[bytes] = field(default_factory=list)
    of_row: dict[int, int] = field(default_factory=dict)
    """Which of the texts is a call's."""

    def array(self) -> pa.Array:
        """The texts."""
        return texts(self.texts)


def rest(values: FrameValues, codes: pa.Array, keys: Mapping[int, Sequence[str]]) -> Rest:
    """What is beyond the arguments that have columns, of each call that has so many."""
    made = Rest()
    known: dict[tuple[int | None, bytes], int | None] = {}
    said = Texts(values.texts)
    ends = memoryview(values.args.offsets.buffers()[1]).cast("i")
    refs = memoryview(values.args.values.buffers()[1] or b"").cast("I")
    for row in values.rows_beyond(_SINGLE):
        code, of_call = codes[row].as_py(), refs[ends[row] + _SINGLE : ends[row + 1]]
        key = code, bytes(of_call)
        if key not in known:
            text = _object(keys.get(code, ()), of_call, said)
            known[key] = None if text is None else len(made.texts)
            made.texts += [] if text is None else [text]
        if (at := known[key]) is not None:
            made.of_row[row] = at
    return made


def _object(names: Sequence[str], refs: Sequence[int], said: Texts) -> bytes | None:
    members = [
        key_of(names, nth).encode() + text
        for nth, ref in enumerate(refs, _SINGLE)
        if (text := references.frame_text(ref, said)) is not None
    ]
    return b"{" + b", ".join(members) + b"}" if members else None


def key_of(names: Sequence[str], nth: int) -> str:
    """How an object begins the member that is the parameter of that number, from 0."""
    return names[nth] if nth < len(names) else f'"?{nth + 1}": '


def table(
    frames: Sequence[FrameValues], rests: Sequence[Rest], ids: Sequence[tuple[pa.Array, pa.Array]]
) -> pa.Table:
    """The references of all frames' calls, given the ids of each one's values and those of its rests.

    Beside them stands `given`, how many arguments a call has columns for; none where it has them whole.
    """
    args = pa.concat_arrays([each.args for each in frames])
    result = pa.concat_arrays([each.result for each in frames])
    stored = _stored(
        frames,
        [of_values for of_values, _ in ids],
        [each.args.values for each in frames] + [each.result for each in frames],
    )
    flat, results = stored[: len(stored) - len(result)], stored[len(stored) - len(result) :]
    whole = pa.concat_arrays([pa.repeat(_WHOLE[each.whole], len(each.args)) for each in frames])
    given = pc.list_value_length(args)
    columns = _arguments(flat, args.offsets[: len(args)], given)
    none_given = pc.and_(
        pc.invert(whole), pc.coalesce(pc.equal(given, constant("i", 0, len(args))), _WHOLE[0])
    )
    empty = constant("l", references.NO_ARGUMENTS, len(args))
    columns["a1"] = pc.if_else(none_given, empty, columns["a1"])
    columns["rest"] = pa.concat_arrays(list(map(_rests, rests, frames, ids)))
    given = pc.if_else(whole, pa.nulls(len(args), given.type), given)
    return pa.table({**columns, "result": results, "given": given})


_WHOLE = pc.equal(numbers("i", [0, 1]), numbers("i", [1, 1]))


def _arguments(flat: pa.Array, starts: pa.Array, given: pa.Array) -> dict[str, pa.Array]:
    columns = {}
    for nth, name in enumerate(references.ARGUMENTS):
        number = constant("i", nth, len(starts))
        there = pc.less(number, given)
        place = pc.if_else(there, pc.add(starts, number), pa.nulls(len(starts), starts.type))
        columns[name] = pc.take(flat, place)
    return columns


def _rests(rest: Rest, values: FrameValues, ids: tuple[pa.Array, pa.Array]) -> pa.Array:
    rows = len(values.args)
    if not rest.of_row:
        return pa.nulls(rows, pa.int64())
    places = array("i", bytes(4 * rows))
    for row, at in rest.of_row.items():
        places[row] = at + 1
    return pc.take(pa.concat_arrays([pa.nulls(1, pa.int64()), ids[1]]), numbers("i", places))


def _stored(frames: Sequence[FrameValues], ids: Sequence[pa.Array], refs: Sequence[pa.Array]) -> pa.Array:
    """The stored forms of references, of all frames once and then once more."""
    known, places = _known(frames, ids)
    at = pa.concat_arrays(
        [
            pc.if_else(
                pc.less(each, constant("I", FIRST, len(each))),
                pc.cast(each, pa.int64()),
                pc.least(
                    pc.add(pc.cast(each, pa.int64()), constant("l", first, len(each))),
                    constant("l", last, len(each)),
                ),
            )
            for each, (first, last) in zip(refs, places * 2, strict=True)
        ]
    )
    given = pa.concat_arrays(refs)
    shift = constant("l", references.of_frame_integer(0), len(given))
    is_integer = pc.greater_equal(given, constant("I", INTEGERS, len(given)))
    return pc.if_else(is_integer, pc.add(pc.cast(given, pa.int64()), shift), pc.take(known, at))


def _known(frames: Sequence[FrameValues], ids: Sequence[pa.Array]) -> tuple[pa.Array, list[tuple[int, int]]]:
    """What stands for references that are no integers: the constants, then each frame's values, one missing.

    Also what is added to a frame's reference to find its place there, and the frame's last place.
    """
    parts = [optional("l", [None, *(-ref for ref in range(1, FIRST))])]
    places, end = [], FIRST
    for values, each in zip(frames, ids, strict=True):
        missing = optional("l", [None if values.whole else references.MISSING])
        parts += [each if values.whole else pc.coalesce(each, pa.repeat(missing[0], len(each))), missing]
        places.append((end - FIRST, end + len(each)))
        end += len(each) + 1
    return pa.concat_arrays(parts), places
