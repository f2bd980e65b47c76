"""Ports for servers that must be told theirs before they listen."""

from __future__ import annotations

import socket

PORTS = range(20_000, 30_000)
"""Where the system takes none for connections that programs make."""
_held: list[socket.socket] = []
"""UDP sockets on the ports that were given: no other test is given these while we run."""


def free_port() -> int:
    """A TCP port that nobody listens on."""
    for port in PORTS:
        held = socket.socket(type=socket.SOCK_DGRAM)
        if _binds(held, port):
            _held.append(held)
            with socket.socket() as listener:
                if _binds(listener, port):
                    return port
        else:
            held.close()
    raise AssertionError("every port is taken")


def listens(port: int) -> bool:
    """Whether somebody does there."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def _binds(bound: socket.socket, port: int) -> bool:
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
