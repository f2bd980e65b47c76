"""A web application (Flask) driven in process through its WSGI interface, with handlers of its own."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

STOCK: dict[str, int] = {}


def reserve(item: str, quantity: int) -> int:
    """Take so many from the stock; returns what is left."""
    STOCK[item] = STOCK.get(item, 1_000_000) - quantity
    return STOCK[item]


def quote(item: str, quantity: int, coupons: list[str]) -> dict[str, object]:
    """What an order costs."""
    price = len(item) * 1.25 * quantity
    return {"item": item, "price": price - len(coupons), "left": reserve(item, quantity)}


def check() -> None:
    """Refuse what is too large; runs before each request."""
    if (request.content_length or 0) > 10_000:
        raise ValueError("too large")


def show(item: str) -> Response:
    """GET /items/<item>"""
    return jsonify(quote(item, 1, []))


def order() -> Response:
    """POST /orders"""
    body = request.get_json()
    return jsonify(quote(body["item"], body["quantity"], body["coupons"]))


def application() -> Flask:
    """The application with its routes."""
    app = Flask(__name__)
    app.before_request(check)
    app.add_url_rule("/items/<item>", view_func=show)
    app.add_url_rule("/orders", view_func=order, methods=["POST"])
    return app


def main(size: int) -> None:
    """Send `size` requests of each kind."""
    client = application().test_client()
    for number in range(size):
        client.get(f"/items/lamp{number % 10}")
        client.post("/orders", json={"item": "chair", "quantity": 2, "coupons": ["a", "b"]})
