"""Short true summaries of objects of popular packages, from what they hold: nothing is computed or loaded."""

from __future__ import annotations

from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.values.summary_parts import (
    Members,
    c_member,
    fields,
    identity,
    kept,
    length,
    text,
)

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.values.summary_parts import Reader

_MOST_NAMES = 1000
"""Columns or headers that are read; of more nothing is shown but their number."""
_MOST_ITEMS = 16
"""Elements of an array that is shown whole."""
_FIRST_ITEMS = 6
"""Elements that are shown of a larger one."""
_PLAIN_KINDS = "biufUS"
"""Kinds of numpy's types: truth values, numbers and text."""
_WIDEST = 64
"""Bytes of an element that is shown."""
_PLAIN_TYPES = (str, bytes, int, float, bool, type(None))


# -- numpy, torch and pandas ------------------------------------------------------------------------------


def _array(value: Any) -> Members:
    return [("@shape", list(value.shape)), ("@dtype", str(value.dtype)), *_contents(value)]


def _contents(array: Any) -> Members:
    """What an array holds, where that is little and plain; else its first values, row by row."""
    is_plain = array.dtype.kind in _PLAIN_KINDS and array.dtype.itemsize <= _WIDEST
    if is_plain and array.size <= _MOST_ITEMS:
        return [("@items", array.tolist())]
    first = _first(array)
    return [] if first is None else [("first", first)]


def _first(values: Any) -> list[Any] | None:
    """The first values of an array of numpy or Arrow; None where they are not plain."""
    values = kept(values).get("_pa_array", values)
    if _is(values, "pyarrow.lib.ChunkedArray"):
        found = values.slice(0, _FIRST_ITEMS).to_pylist()
    elif _is(values, "numpy.ndarray") and values.dtype.kind in f"O{_PLAIN_KINDS}":
        found = values.flat[:_FIRST_ITEMS].tolist() if values.dtype.itemsize <= _WIDEST else [...]
    else:
        return None
    return found if all(type(each) in _PLAIN_TYPES for each in found) else None


def _scalar(value: Any) -> Members:
    return [("@text", str(value.item()))]


def _moment(value: Any) -> Members:
    return [("@text", str(value))]


def _tensor(value: Any) -> Members:
    """Of torch, by what its C base keeps: the numbers may lie on another device."""
    if _torch_asks_the_program():
        return [identity(value)]
    shape, kind, device = (c_member(value, name) for name in ("shape", "dtype", "device"))
    return [identity(value), ("@shape", list(shape)), ("@dtype", str(kind)), ("device", str(device))]


def _torch_asks_the_program() -> bool:
    """Whether a TorchFunctionMode is on: it would be told of each member that is read."""
    modes = raw_objects.instance_dict(sys.modules.get("torch._C")) or {}
    depth = modes.get("_len_torch_function_stack")
    return type(depth) is not BuiltinFunctionType or depth() != 0


def _frame(value: object) -> Members | None:
    axes = _axes(value, 2)
    if axes is None:
        return None
    columns, rows = axes
    labels = _labels(columns)
    shape: Members = [identity(value), ("@shape", [_rows(rows), _rows(columns)])]
    if labels is None:
        return shape
    first = _first_of_columns(value, labels)
    return [*shape, ("columns", labels), *([("first", first)] if first else [])]


def _first_of_columns(value: object, labels: list[str]) -> dict[str, list[Any]]:
    """The first values of the columns that a frame keeps as numpy's or Arrow's arrays."""
    found: dict[int, list[Any] | None] = {}
    for block in _of_manager(value, "blocks")[:_MOST_ITEMS]:
        values = c_member(block, "values")
        places = c_member(c_member(block, "_mgr_locs"), "as_array")
        if _is(places, "numpy.ndarray"):
            rows = values if _is(values, "numpy.ndarray") and values.ndim > 1 else [values]
            found.update(zip(places[:_MOST_ITEMS].tolist(), map(_first, rows), strict=False))
    return {labels[place]: first for place, first in sorted(found.items()) if first and place < len(labels)}


def _series(value: object) -> Members | None:
    axes = _axes(value, 1)
    if axes is None:
        return None
    blocks = _of_manager(value, "blocks")
    values = c_member(blocks[0], "values") if type(blocks) is tuple and blocks else None
    name = kept(value).get("_name")
    first = _first(values)
    members = [identity(value), ("@shape", [_rows(axes[0])]), ("@dtype", _dtype(values)), ("name", name)]
    return members if first is None else [*members, ("first", first)]


def _index(value: object) -> Members | None:
    rows = _rows(value)
    return None if rows is None else [identity(value), ("@shape", [rows]), ("name", kept(value).get("_name"))]


def _axes(value: object, count: int) -> list[Any] | None:
    axes = _of_manager(value, "axes")
    return axes if type(axes) is list and len(axes) == count else None


def _of_manager(value: object, name: str) -> Any:
    manager = kept(value).get("_mgr")
    return kept(manager)[name] if name in kept(manager) else c_member(manager, name)


def _rows(index: object) -> int | None:
    """The length of a pandas index."""
    held = kept(index)
    if type(held.get("_range")) is range:
        return len(held["_range"])
    codes: Any = held.get("_codes")
    if raw_objects.inherits(type(codes), list) and list.__len__(codes):
        return (
            int(list.__getitem__(codes, 0).shape[0])
            if _is(list.__getitem__(codes, 0), "numpy.ndarray")
            else None
        )
    data = _stored(held.get("_data"))
    if _is(data, "numpy.ndarray"):
        return int(data.shape[0])
    return len(data) if _is(data, "pyarrow.lib.ChunkedArray") else None


def _stored(values: Any) -> Any:
    """An array, or the one that an array of pandas's own keeps its values in."""
    if _is(values, "numpy.ndarray"):
        return values
    arrow = kept(values).get("_pa_array")
    return c_member(values, "_ndarray") if arrow is None else arrow


def _labels(index: object) -> list[str] | None:
    """The labels of an index of text, if they are not too many."""
    if (_rows(index) or 0) > _MOST_NAMES:
        return None
    data = _stored(kept(index).get("_data"))
    if _is(data, "numpy.ndarray"):
        labels = data.tolist()
    elif _is(data, "pyarrow.lib.ChunkedArray"):
        labels = data.to_pylist()
    else:
        return None
    return labels if all(type(label) is str for label in labels) else None


def _dtype(values: Any) -> str:
    return str(values.dtype) if _is(values, "numpy.ndarray") else raw_objects.type_name(type(values))


def _is(value: Any, name: str) -> bool:
    return raw_objects.type_name(type(value)) == name


# -- requests and httpx ------------------------------------------------------------------------------------


def _requests_response(value: object) -> Members | None:
    held = kept(value)
    if "status_code" not in held:
        return None
    body = length(held.get("_content"))  # False where it is not read yet
    return [identity(value), ("status", held["status_code"]), ("url", held.get("url")), ("@length", body)]


def _requests_headers(value: object) -> Members | None:
    items = kept(value).get("_store")
    return _headers(value, list(dict.values(items))) if raw_objects.inherits(type(items), dict) else None  # type: ignore[arg-type]


def _httpx_headers(value: object) -> Members | None:
    items = kept(value).get("_list")
    return _headers(value, items) if type(items) is list else None


def _headers(value: object, items: list[Any]) -> Members | None:
    """Names and values: pairs, or triples whose second part is the name in lower case."""
    if len(items) > _MOST_NAMES:
        return [identity(value), ("@length", len(items))]
    pairs = [[text(item[0]), text(item[-1])] for item in items if type(item) is tuple and len(item) in (2, 3)]
    return [identity(value), ("@pairs", pairs)]


def _httpx_url_text(value: object) -> str | None:
    parts = kept(value).get("_uri_reference")
    if not _is(parts, "httpx._urlparse.ParseResult"):
        return None
    scheme, user, host, port, path, query, fragment = tuple.__iter__(parts)  # type: ignore[arg-type]
    server = f"//{f'{user}@' if user else ''}{host}{'' if port is None else f':{port}'}" if host else ""
    before, after = f"{scheme}:" if scheme else "", f"?{query}" if query else ""
    return f"{before}{server}{path}{after}{f'#{fragment}' if fragment else ''}"


def _httpx_url(value: object) -> Members | None:
    url = _httpx_url_text(value)
    return None if url is None else [("@text", url)]


def _httpx_request(value: object) -> Members | None:
    held = kept(value)
    url = _httpx_url_text(held.get("url"))
    if url is None:
        return None
    return [
        identity(value),
        ("method", held.get("method")),
        ("url", url),
        ("@length", length(held.get("_content"))),
    ]


def _httpx_response(value: object) -> Members | None:
    held = kept(value)
    if "status_code" not in held:
        return None
    url = _httpx_url_text(kept(held.get("_request")).get("url"))
    return [
        identity(value),
        ("status", held["status_code"]),
        ("url", url),
        ("@length", length(held.get("_content"))),
    ]


# -- web frameworks ----------------------------------------------------------------------------------------


def _werkzeug_request(value: object) -> Members | None:
    held = kept(value)
    if "path" not in held:
        return None
    query = text(held.get("query_string"))
    return [identity(value), ("method", held.get("method")), ("path", held["path"]), ("query", query)]


def _werkzeug_response(value: object) -> Members | None:
    held = kept(value)
    status = held.get("_status_code")
    body = length(held.get("response"))
    return None if status is None else [identity(value), ("status", status), ("@length", body)]


def _asgi_request(value: object) -> Members | None:
    scope = kept(value).get("scope")
    if type(scope) is not dict or "path" not in scope:
        return None
    query = text(scope.get("query_string"))
    return [identity(value), ("method", scope.get("method")), ("path", scope["path"]), ("query", query)]


def _asgi_response(value: object) -> Members | None:
    held = kept(value)
    if "status_code" not in held:
        return None
    return [identity(value), ("status", held["status_code"]), ("@length", length(held.get("body")))]


def _django_request(value: object) -> Members | None:
    held = kept(value)
    environ = held.get("environ", held.get("META"))
    if type(environ) is not dict:
        return None
    query = text(environ.get("QUERY_STRING"))
    return [identity(value), ("method", held.get("method")), ("path", held.get("path")), ("query", query)]


def _django_response(value: object) -> Members | None:
    held = kept(value)
    status = held.get("status_code", raw_objects.lookup(type(value), "status_code"))
    return [identity(value), ("status", status), ("@length", length(held.get("_container")))]


def _query_set(value: object) -> Members | None:
    held = kept(value)
    loaded = held.get("_result_cache")
    rows = len(loaded) if type(loaded) is list else None
    return [identity(value), ("model", held["model"]), ("loaded", rows)] if "model" in held else None


# -- SQLAlchemy and pydantic -------------------------------------------------------------------------------


def _row(value: object) -> Members | None:
    data = c_member(value, "_data")
    keys = c_member(c_member(value, "_parent"), "_keys")
    if type(data) is not tuple or type(keys) is not list or len(keys) != len(data):
        return None
    return [("columns", dict(zip(keys, data, strict=True)))]


def _engine(value: object) -> Members | None:
    url = kept(value).get("url")
    return None if url is None else [identity(value), ("url", url)]


def _hidden(_: object) -> Members:
    return []


def _named(names: str, reader: Reader) -> dict[str, Reader]:
    return dict.fromkeys(names.split(), reader)


READERS: dict[str, Reader] = {
    "numpy.ndarray": _array,
    **_named("numpy.bool numpy.bool_ numpy.float16 numpy.float32 numpy.complex64", _scalar),
    **_named("numpy.int8 numpy.int16 numpy.int32 numpy.int64", _scalar),
    **_named("numpy.uint8 numpy.uint16 numpy.uint32 numpy.uint64", _scalar),
    **_named("numpy.datetime64 numpy.timedelta64", _moment),
    **_named("torch.Tensor torch.nn.parameter.Parameter", _tensor),
    **_named("pandas.DataFrame pandas.core.frame.DataFrame", _frame),
    **_named("pandas.Series pandas.core.series.Series", _series),
    **_named("pandas.Index pandas.core.indexes.base.Index", _index),
    **_named("pandas.RangeIndex pandas.core.indexes.range.RangeIndex", _index),
    **_named("pandas.DatetimeIndex pandas.core.indexes.datetimes.DatetimeIndex", _index),
    **_named("pandas.MultiIndex pandas.core.indexes.multi.MultiIndex", _index),
    "requests.models.Request": fields("method", "url"),
    "requests.models.PreparedRequest": fields("method", "url"),
    "requests.models.Response": _requests_response,
    "requests.structures.CaseInsensitiveDict": _requests_headers,
    "httpx.URL": _httpx_url,
    "httpx.Headers": _httpx_headers,
    "httpx.Request": _httpx_request,
    "httpx.Response": _httpx_response,
    "flask.app.Flask": fields("import_name"),
    **_named("flask.wrappers.Request werkzeug.wrappers.request.Request", _werkzeug_request),
    **_named("flask.wrappers.Response werkzeug.wrappers.response.Response", _werkzeug_response),
    "fastapi.applications.FastAPI": fields("title", "version"),
    "starlette.requests.Request": _asgi_request,
    **_named("starlette.responses.Response starlette.responses.JSONResponse", _asgi_response),
    **_named("starlette.responses.HTMLResponse starlette.responses.PlainTextResponse", _asgi_response),
    "starlette.responses.RedirectResponse": _asgi_response,
    **_named("django.core.handlers.wsgi.WSGIRequest django.core.handlers.asgi.ASGIRequest", _django_request),
    **_named("django.http.response.HttpResponse django.http.response.JsonResponse", _django_response),
    **_named("django.http.response.HttpResponseRedirect", _django_response),
    "django.db.models.query.QuerySet": _query_set,
    "sqlalchemy.engine.row.Row": _row,
    "sqlalchemy.engine.base.Engine": _engine,
    **_named("pydantic.types.SecretStr pydantic.types.SecretBytes", _hidden),
}
"""By the type's name."""
