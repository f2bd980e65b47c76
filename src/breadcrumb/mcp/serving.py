"""`breadcrumb mcp`: its words, and the two ways to be reached: standard streams, and HTTP on this machine."""

from __future__ import annotations

import argparse
import gc
import hmac
import os
import secrets
import sys
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from breadcrumb.common import names
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mcp.server.lowlevel.server import Server

HOST, PORT = "127.0.0.1", 8721
PATH = "/mcp"
NOT_INSTALLED = "mcp is not installed: install breadcrumb-otel with its extra `mcp`"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until standard input ends, or until Ctrl-C; or add the server to a client's settings."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] in (["install"], ["uninstall"]):
        from breadcrumb.install import command

        return (command.install if words[0] == "install" else command.uninstall)(words[1:])
    options = _parser().parse_args(words)
    if find_spec("mcp") is None:
        say(NOT_INSTALLED)
        return ExitCode.FAILED
    with _without_collection():
        from breadcrumb.mcp.server import build

        server = build(options.store)
    if options.http is not None:
        return _serve_http(server, options.http)
    _serve_stdio(server)
    return ExitCode.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "breadcrumb mcp",
        description="Answer an agent's questions over MCP: on stdio, or on a port of this machine.",
        epilog="breadcrumb mcp install CLIENT adds it to the settings of a client",
    )
    parser.add_argument("--store", metavar="DIR", help="the store; default: the one of the working directory")
    parser.add_argument(
        "--http",
        metavar="PORT",
        nargs="?",
        const=PORT,
        type=int,
        help=f"serve at http://{HOST}:PORT{PATH} (default {PORT}) whoever has the token: that of "
        f"{names.ENV_MCP_TOKEN}, else a new one, told on stderr",
    )
    return parser


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave the garbage collector out while only lasting objects are made: a quarter of the start."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def _serve_stdio(server: Server[Any]) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        async with stdio_server() as (reads, writes):
            await server.run(reads, writes, server.create_initialization_options())

    anyio.run(serve)


def _serve_http(server: Server[Any], port: int) -> int:
    """Serve on loopback; the SDK refuses foreign hosts and origins."""
    import uvicorn

    given = os.environ.get(names.ENV_MCP_TOKEN)
    token = given or secrets.token_urlsafe(24)
    app = _Guarded(server.streamable_http_app(streamable_http_path=PATH, host=HOST), token)
    said = f"its token is that of {names.ENV_MCP_TOKEN}" if given else f"Authorization: Bearer {token}"
    say(f"serving at http://{HOST}:{port}{PATH}; {said}")
    served = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error"))
    with suppress(SystemExit, KeyboardInterrupt):
        served.run()
    if not served.started:
        say(f"cannot listen on port {port}: name another one with --http PORT")
        return ExitCode.FAILED
    return ExitCode.OK


class _Guarded:
    """The application for those who know the token."""

    def __init__(self, app: Any, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not self._may(scope["headers"]):
            from starlette.responses import PlainTextResponse

            refused = PlainTextResponse("a token is needed\n", 401, {"WWW-Authenticate": "Bearer"})
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _may(self, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        given = dict(headers).get(b"authorization", b"")
        return hmac.compare_digest(given, self._wanted)
