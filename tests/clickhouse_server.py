"""ClickHouse's HTTP interface over chdb: `clickhouse_server.py DIRECTORY [PORT]` is a server with that data.

It prints its port, a free one unless it was told which, and ends when its standard input does. chdb is
ClickHouse itself, in process; what its server adds are users, and statements in requests. Any user may do
everything, `reader` may only read, and the password is `secret`. While the file `full` lies in the directory
there is no room, and with `unanswered` in it the next insert into the table that this names is carried out,
and the connection closed without an answer. `old` makes it an older release.
"""

import base64
import email
import http.server
import re
import socket
import sys
import threading
import urllib.parse
from pathlib import Path
from typing import Any

from chdb import session

PASSWORD = "secret"
PASSED_ON = ("insert_deduplication_token", "insert_deduplicate", "max_query_size", "readonly")
"""Settings of a request that are a statement's here."""
_INSERT = re.compile(r"INSERT INTO (\S+) \((.*)\) FORMAT (\w+)", re.DOTALL)
_CODE = re.compile(r"Code: (\d+)\.")
_OURS = {"reader": (164, "reader: Cannot execute query in readonly mode. (READONLY)")}


class Refusal(Exception):  # noqa: N818
    """What ClickHouse says with a code."""

    def __init__(self, code: int, message: str, status: int = 500) -> None:
        super().__init__(f"Code: {code}. DB::Exception: {message} (version 26.9.2.1)")
        self.code = code
        self.status = status


class Data:
    """The data of a server; one statement at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._session = session.Session(str(folder / "data"))
        self._lock = threading.Lock()

    def run(self, sql: str, database: str, settings: dict[str, str], parameters: dict[str, str]) -> bytes:
        """What a statement gives."""
        with self._lock:
            if (self.folder / "old").exists():
                sql = sql.replace("version()", "'22.8.1.1'")
            for name, value in parameters.items():
                self._query(f"SET param_{name} = '{_escaped(value)}'")
            return self._query(f"USE `{database}`") + self._query(_with_settings(sql, settings))

    def insert(self, into: re.Match[str], body: bytes, database: str, settings: dict[str, str]) -> None:
        """Insert the rows of a request."""
        table, columns, kind = into.groups()
        given = self.folder / "given"
        with self._lock:
            given.write_bytes(body)
            self._query(f"USE `{database}`")
            how = ", ".join(f"{name} = '{value}'" for name, value in settings.items() if name != "readonly")
            rows = f"SELECT {columns} FROM file('{given}', '{kind}')"
            self._query(f"INSERT INTO {table} ({columns}) {rows} SETTINGS {how}")

    def _query(self, sql: str) -> bytes:
        try:
            return bytes(self._session.query(sql, "TabSeparated").bytes() or b"")
        except Exception as error:
            text = str(error)
            code = _CODE.search(text)
            raise Refusal(int(code[1]) if code else 1, text.rpartition("DB::Exception: ")[2]) from error


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _with_settings(sql: str, settings: dict[str, str]) -> str:
    if not sql.lstrip().upper().startswith(("SELECT", "WITH")) or not settings:
        return sql
    text, _, kind = sql.rpartition(" FORMAT ") if " FORMAT " in sql else (sql, "", "")
    listed = ", ".join(
        f"{name} = {value}" for name, value in settings.items() if name != "insert_deduplicate"
    )
    return f"{text.rstrip()} SETTINGS {listed}" + (f" FORMAT {kind}" if kind else "")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as ClickHouse's HTTP interface."""

    protocol_version = "HTTP/1.1"
    data: Data

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        try:
            given = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
            body = self._body()
            if self.headers.get_content_type() == "multipart/form-data":
                given, body = {**given, **_form(self.headers["Content-Type"], body)}, b""
            answer = self._answer(given, body)
        except Refusal as refusal:
            self._send(
                refusal.status, str(refusal).encode(), {"X-ClickHouse-Exception-Code": str(refusal.code)}
            )
        else:
            if answer is not None:
                self._send(200, answer, {})

    def _answer(self, given: dict[str, str], body: bytes) -> bytes | None:
        user, database = self._user(), given.get("database", "default")
        settings = {name: given[name] for name in PASSED_ON if name in given}
        into = _INSERT.fullmatch(given.get("query", ""))
        if into is None:
            sql = given.get("query") or body.decode()
            if user == "reader" and not sql.lstrip().upper().startswith(("SELECT", "SHOW")):
                raise Refusal(*_OURS["reader"])
            parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
            return self.data.run(sql, database, settings, parameters)
        if user == "reader":
            raise Refusal(*_OURS["reader"])
        if (self.data.folder / "full").exists():
            raise Refusal(243, "Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)")
        self.data.insert(into, body, database, settings)
        unanswered = self.data.folder / "unanswered"
        if unanswered.exists() and unanswered.read_text() in into[1]:
            unanswered.unlink()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        return b""

    def _user(self) -> str:
        kind, _, words = self.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(words).decode().partition(":")
        if kind != "Basic" or password != PASSWORD:
            raise Refusal(
                516,
                f"{user}: Authentication failed: password is incorrect, or there is no user with such name. "
                "(AUTHENTICATION_FAILED)",
                403,
            )
        return user

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            **headers,
            "Content-Length": str(len(body)),
            "X-ClickHouse-Summary": "{}",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _form(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a form: what is too long for an address comes in one."""
    form = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found = {}
    for part in form.walk():
        content, name = part.get_payload(decode=True), part.get_param("name", header="content-disposition")
        if isinstance(content, bytes) and name is not None:
            found[str(name)] = content.decode()
    return found


def main(folder: Path, port: int) -> None:
    """Serve until standard input ends."""
    Handler.data = Data(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
