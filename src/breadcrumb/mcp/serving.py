"""`breadcrumb mcp`: its words, and the two ways to be reached: standard streams, and HTTP on this machine."""

from __future__ import annotations

import argparse
import gc
import os
import secrets
import select
import sys
import threading
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from breadcrumb.common import names
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say, with_extra
from breadcrumb.install.clients import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fastmcp import FastMCP

STDOUT = 1
ACTIONS = f"""actions:
    install    add it to a client's settings: breadcrumb mcp install CLIENT
    uninstall  take it out again

CLIENT: {{{",".join(client.name for client in CLIENTS)}}}
"""
HOST, PORT = "127.0.0.1", 8721
PATH = "/mcp"
SETTINGS = "FASTMCP_"
"""What the names of FastMCP's own settings begin with."""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until standard input ends, or until Ctrl-C; or add the server to a client's settings."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] in (["install"], ["uninstall"]):
        from breadcrumb.install import command

        return (command.install if words[0] == "install" else command.uninstall)(words[1:])
    options = _parser().parse_args(words)
    if find_spec("fastmcp") is None:
        say(f"fastmcp is not installed here ({with_extra('mcp')})")
        return ExitCode.FAILED
    with _without_collection(), _without_settings():
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
        epilog=ACTIONS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
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


@contextmanager
def _without_settings() -> Iterator[None]:
    """Import FastMCP as it is: its variables and the `.env` of the project are for servers of the project."""
    theirs = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith(SETTINGS)}
    ours = {f"{SETTINGS}ENV_FILE": os.devnull, f"{SETTINGS}LOG_ENABLED": "false"}
    os.environ.update(ours)
    yield
    for name in ours:
        del os.environ[name]
    os.environ.update(theirs)


def _serve_stdio(server: FastMCP[Any]) -> None:
    import anyio

    try:
        anyio.run(_until_nobody_reads, server)
    except* ConnectionError:  # whoever asked has gone, and waits for no answer
        pass


async def _until_nobody_reads(server: FastMCP[Any]) -> None:
    """Serve until the client closes what it writes, or what it reads: then no answer reaches it any more."""
    import asyncio

    import anyio

    from breadcrumb.mcp.running import GRACE_SECONDS

    loop, output = asyncio.get_running_loop(), os.dup(STDOUT)  # the SDK moves it elsewhere
    with anyio.CancelScope() as scope:

        def gone() -> None:
            poll = select.poll()
            poll.register(output, 0)  # that the other end is closed is told without being asked for
            if not any(told & (select.POLLERR | select.POLLHUP) for _, told in poll.poll()):
                return
            with suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(scope.cancel)
            time.sleep(2 * GRACE_SECONDS + 1)  # what is run ends; who reads our input cannot be woken
            os._exit(ExitCode.OK)

        threading.Thread(target=gone, daemon=True).start()
        await server.run_async("stdio", show_banner=False)


def _serve_http(server: FastMCP[Any], port: int) -> int:
    """Serve on loopback whoever knows the token; FastMCP refuses foreign hosts and origins."""
    import uvicorn

    from breadcrumb.mcp.token import OneToken

    given = os.environ.get(names.ENV_MCP_TOKEN)
    token = given or secrets.token_urlsafe(24)
    server.auth = OneToken(token)
    app = server.http_app(PATH, host_origin_protection=True)
    said = f"its token is that of {names.ENV_MCP_TOKEN}" if given else f"Authorization: Bearer {token}"
    say(f"serving at http://{HOST}:{port}{PATH}; {said}")
    config = uvicorn.Config(app, host=HOST, port=port, log_level="error", timeout_graceful_shutdown=2)
    served = uvicorn.Server(config)
    with suppress(SystemExit, KeyboardInterrupt):
        served.run()
    if not served.started:
        say(f"cannot listen on port {port}: name another one with --http PORT")
        return ExitCode.FAILED
    return ExitCode.OK
