"""A debugger's client that speaks DAP: attaches to a debugpy server, stops once, looks, goes on."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patience import HANGS

if TYPE_CHECKING:
    from pathlib import Path


class Client:
    """One connection; requests are numbered, and what was not asked for is passed over."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), HANGS)
        self._file = self._socket.makefile("rwb")
        self._number = 0

    def send(self, command: str, **arguments: Any) -> None:
        """Send a request."""
        self._number += 1
        request = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(request).encode()
        self._file.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._file.flush()

    def until(self, name: str) -> dict[str, Any]:
        """The body of the next event, or response to a command, of this name."""
        while True:
            length = 0
            while line := self._file.readline().strip():
                length = int(line.removeprefix(b"Content-Length: "))
            message = json.loads(self._file.read(length))
            if name in (message.get("event"), message.get("command")):
                body: dict[str, Any] = message.get("body") or {}
                return body

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """The response to a request."""
        self.send(command, **arguments)
        return self.until(command)

    def close(self) -> None:
        """Let the program go on without us."""
        self.ask("disconnect", restart=False)
        self._file.close()
        self._socket.close()


@dataclass
class Session:
    """What a debugger saw of a program, and how the program ended."""

    frames: list[tuple[str, int]]
    """Name and line of each, the innermost first."""
    value: str
    stdout: str
    stderr: str
    returncode: int


def debug(words: list[str], program: Path, line: int, expression: str, environ: dict[str, str]) -> Session:
    """Run a program that prints the port where debugpy listens, and stop it once at a line."""
    where = {"path": str(program)}
    with subprocess.Popen(
        [*words, str(program)], cwd=program.parent, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        client = Client(int(process.stdout.readline()))
        client.ask("initialize", adapterID="test")
        client.send("attach", justMyCode=True)
        client.until("initialized")
        client.ask("setBreakpoints", source=where, breakpoints=[{"line": line}])
        client.send("configurationDone")
        thread = client.until("stopped")["threadId"]
        frames = client.ask("stackTrace", threadId=thread)["stackFrames"]
        value = client.ask("evaluate", expression=expression, frameId=frames[0]["id"])["result"]
        client.ask("setBreakpoints", source=where, breakpoints=[])
        client.send("continue", threadId=thread)
        client.until("terminated")
        client.close()
        stdout, stderr = process.communicate(timeout=HANGS)
    seen = [(frame["name"], frame["line"]) for frame in frames]
    return Session(seen, value, stdout, stderr, process.returncode)
