"""Objects of popular packages, and the table of docs/values.md that shows how they are written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
import numpy as np, pandas as pd, requests, httpx, flask, pydantic, attrs
import sqlalchemy as sa
from sqlalchemy import orm
from django.conf import settings
settings.configured or settings.configure(SECRET_KEY="x")
from django.http import HttpResponse
from django.test import RequestFactory
from starlette.requests import Request
from starlette.responses import JSONResponse

orders = pd.DataFrame({"item": ["a", "b"], "qty": [1, 2]})
url = "https://ada:s3cret@example.com/orders?page=2"
answer = requests.Response()
answer.status_code, answer.url, answer._content = 200, url, b"[1, 2]"
web = flask.Flask("shop").test_request_context("/orders?page=2", method="POST")

class Base(orm.DeclarativeBase):
    pass
class Order(Base):
    __tablename__ = "orders"
    id = orm.mapped_column(sa.Integer, primary_key=True)
    qty = orm.mapped_column(sa.Integer)
    password = orm.mapped_column(sa.String)
engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
session = orm.Session(engine)
order = Order(id=1, qty=2, password="hunter22")
session.add(order)
session.commit()

class User(pydantic.BaseModel):
    name: str
    key: pydantic.SecretStr
class Open(pydantic.BaseModel, extra="allow"):
    name: str
    _hits: int = 0
@attrs.define
class Point:
    x: int
    y: int
scope = {"type": "http", "method": "GET", "path": "/orders", "query_string": b"page=2", "headers": []}
"""
SAMPLES = {
    "numpy": ("np.zeros((2, 3))", "np.int64(5)"),
    "pandas": ("orders", "orders['qty']", "orders.columns", "pd.Timestamp('2026-01-02')"),
    "requests": (
        "requests.Request('GET', url)",
        "answer",
        "requests.structures.CaseInsensitiveDict(Cookie='a=b')",
    ),
    "httpx": (
        "httpx.URL(url)",
        "httpx.Request('GET', url)",
        "httpx.Response(404, request=httpx.Request('GET', url))",
    ),
    "flask": ("web.app", "web.request", "flask.Response('hello', 201)"),
    "django": ("RequestFactory().get('/orders?page=2')", "HttpResponse('hello')"),
    "starlette": ("Request(scope)", "JSONResponse([1, 2], 201)"),
    "sqlalchemy": ("order", "session.execute(sa.select(Order.id, Order.password)).first()"),
    "pydantic": ("User(name='ada', key='k3y')", "Open(name='ada', age=36)"),
    "attrs": ("Point(1, 2)",),
}
"""Expressions by package, in this order."""
_ID = re.compile(r'"@id": "[0-9a-f]+"')


def samples() -> Iterator[tuple[str, str, Any]]:
    """Package, expression, object."""
    names: dict[str, Any] = {"__name__": "app"}
    exec(SETUP, names)
    for package, expressions in SAMPLES.items():
        for expression in expressions:
            yield package, expression, eval(expression, names)
    close(names)


def close(names: dict[str, Any]) -> None:
    """Let go of the database: SQLite says so where nobody does."""
    names["session"].close()
    names["engine"].dispose()


def written(value: object) -> str:
    """A value as it is recorded, with one `@id` for all."""
    text = Snapshot(Limits(), TextWriter(Redactor(), Audit())).value(value, "return")
    json.loads(text)
    return _ID.sub('"@id": "7f3a"', text)


def table() -> str:
    """The rows of the table."""
    rows = [f"| {package} | `{code}` | `{written(value)}` |" for package, code, value in samples()]
    return "\n".join(["| package | value | JSON |", "|---|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - for the document
