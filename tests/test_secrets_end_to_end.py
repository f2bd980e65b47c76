"""No secret of the redaction corpus leaves a traced program, in any form or way; its look-alikes stay."""

from __future__ import annotations

import asyncio
import base64
import fcntl
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from breadcrumb_exporter_duckdb.reading.store import open_store
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Project, Receiver

CORPUS = Path(__file__).resolve().parents[1] / "redaction" / "tests" / "corpus"
CANARY = "the-harmless-canary"
SHORTEST = 8
"""Characters of the shortest secret that is looked for: `abc` would also be found by chance."""
PROGRAM = """
import json, os, sys
from opentelemetry import trace

ROWS = json.load(open("rows.json"))
TRACER = trace.get_tracer("library")

class Holder:
    def __init__(self, fields):
        self.__dict__.update(fields)

    def touch(self):
        return None

def positional(value):
    return None

def named(**fields):
    return None

def nested(value):
    return None

def giving(number):
    return dict(ROWS[number])

def failing(number):
    raise ValueError(next(iter(ROWS[number].values())))

def foreign(number):
    for name, value in ROWS[number].items():
        with TRACER.start_as_current_span("request", attributes={name: value}) as span:
            span.set_attribute(name, [value])
            span.add_event("note", {name: value})
            span.set_status(trace.StatusCode.ERROR, value if name == "note" else "")

def visit(number):
    fields = ROWS[number]
    if list(fields) == ["note"]:
        positional(fields["note"])
    named(**fields)
    nested([{"deeper": fields}, (fields,)])
    Holder(fields).touch()
    giving(number)
    if list(fields) == ["note"]:
        try:
            failing(number)
        except ValueError:
            pass
    if "FOREIGN" in os.environ:
        foreign(number)

def main():
    for number in range(len(ROWS)):
        visit(number)

main()
"""
QUESTIONS = [
    ["query", "--flow"],
    ["query", "--gaps"],
    ["query", "--call", "named"],
    ["query", "--call", "positional"],
    ["query", "--trace", "visit"],
    ["query", "--errors"],
    ["query", "--expensive"],
    ["query", "--data", "Holder"],
    ["query", "--sql", "SELECT * FROM spans"],
    ["query", "--flow", "--format", "json"],
    ["query", "--errors", "--format", "json"],
    ["query", "--sql", "SELECT * FROM processes"],
    ["runs"],
    ["top"],
]


def corpus(kind: str) -> Iterator[dict[str, Any]]:
    """The rows of one kind, the separators that keep other scanners quiet taken out."""
    for path in sorted(CORPUS.glob(f"{kind}*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line.replace("\u00a6", ""))


def secrets() -> list[tuple[dict[str, str], str]]:
    """What the program passes around and the secret in it; a named one gets a value that nothing else has."""
    found = []
    for row in corpus("secrets"):
        if row["how"] == "name":
            value = f"plain-{row['id']}-value"
            found.append(({row["name"]: value}, value))
        elif len(row["secret"]) >= SHORTEST:
            found.append(({"note": row["text"]}, row["secret"]))
    return found


def forms(secret: str) -> set[bytes]:
    """A secret as it is, escaped for JSON once and twice, percent-encoded and in base64."""
    escaped = json.dumps(secret)[1:-1]
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    urlsafe = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    plain = json.dumps(secret, ensure_ascii=False)[1:-1]
    texts = {secret, escaped, plain, json.dumps(escaped)[1:-1], quote(secret, safe=""), quote(secret)}
    return {text.encode() for text in texts | {quote_plus(secret), encoded, urlsafe}}


def assert_harmless(place: str, data: bytes) -> None:
    """The canary arrived, so something was looked at, and no form of any secret did."""
    assert CANARY.encode() in data, f"nothing was recorded in {place}"
    leaked = {secret for _, secret in secrets() if any(form in data for form in forms(secret))}
    assert not leaked, f"{place}: {len(leaked)} secrets, such as {sorted(leaked)[:5]}"


def write_program(project: Project, rows: list[dict[str, str]]) -> None:
    project.write("app.py", PROGRAM)
    project.write("rows.json", json.dumps([{"note": CANARY}, *rows]))


def bytes_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def tables(store: Path) -> bytes:
    """Every row of every view, as text: the file itself is compressed."""
    with open_store(store) as reader:
        ask = reader.connection.execute
        views = ask(
            "SELECT database_name, schema_name, view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        named = [".".join(f'"{part}"' for part in view) for view in views]
        return "\n".join(str(ask(f"SELECT * FROM {view}").fetchall()) for view in named).encode()


def test_no_secret_reaches_spool_store_or_answers(project: Project) -> None:
    write_program(project, [fields for fields, _ in secrets()])
    assert project.run("--no-report", "python", "-c", "pass").returncode == 0
    with (project.store / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = project.run("python", "app.py", environ={"FOREIGN": "1"})
        assert ended.returncode == 0, ended.stderr
        spool = bytes_under(project.store / "spool")
    assert_harmless("the spool", spool)
    assert_harmless("the folded store", tables(project.store))
    assert not list((project.store / "spool").iterdir())
    assert_harmless("the folded file", bytes_under(project.store) + CANARY.encode())
    assert_harmless("the report", (ended.stdout + ended.stderr + CANARY).encode())
    answers = [CANARY]
    for words in QUESTIONS:
        answer = project.call("breadcrumb", *words, "--limit", 9999, "--budget", 9999999)
        assert answer.returncode == 0, answer.stderr
        answers += [answer.stdout, answer.stderr]
    assert_harmless("the answers", "\n".join(answers).encode())


def test_no_secret_reaches_an_agent(project: Project) -> None:
    write_program(project, [fields for fields, _ in secrets()])
    assert project.run("--no-report", "python", "app.py", environ={"FOREIGN": "1"}).returncode == 0
    whole = {"format": "json", "cursor": "0", "budget": 9999999}
    calls: list[tuple[str, dict[str, Any]]] = [
        *((name, whole) for name in ("find_exceptions", "analyze_performance")),
        *(("query", whole | {"question": name}) for name in ("flow", "gaps", "top", "runs")),
        *(("query", whole | {"question": name, "about": "visit"}) for name in ("call", "trace")),
        ("query", whole | {"question": "data", "about": "Holder"}),
        ("query_traces", whole | {"sql": "SELECT * FROM spans"}),
    ]
    transport = StdioTransport(
        str(Path(sys.executable).parent / "breadcrumb"),
        ["mcp"],
        cwd=str(project.path),
        env=project.environ,
        keep_alive=False,
    )

    async def session() -> list[str]:
        async with Client(transport) as client:
            return [str(await client.call_tool(name, arguments)) for name, arguments in calls]

    assert_harmless("the answers to an agent", "\n".join(asyncio.run(session())).encode())


def test_no_secret_reaches_a_backend(project: Project, receiver: Receiver) -> None:
    write_program(project, [fields for fields, _ in secrets()])
    assert project.run("python", "app.py", environ=receiver.environment("http/protobuf")).returncode == 0
    assert_harmless("what the backend got", receiver.kept.read_bytes())


def test_no_secret_stays_of_a_command_line(project: Project) -> None:
    project.write("app.py", "import sys\ndef main(): pass\nmain()\n")
    words = [word for fields, _ in secrets() for name, word in fields.items() if name == "note"]
    options = [
        f"--{name}={word}" for fields, _ in secrets() for name, word in fields.items() if name != "note"
    ]
    ended = project.run("python", "app.py", CANARY, *words, *options)
    assert ended.returncode == 0, ended.stderr
    assert_harmless("the command line in the store", tables(project.store))
    shown = [project.call("breadcrumb", "runs", "--format", style) for style in ("text", "json")]
    said = "\n".join([ended.stderr, CANARY, *(each.stdout + each.stderr for each in shown)])
    assert_harmless("the command line in answers", said.encode())


def test_what_only_looks_like_a_secret_stays(project: Project) -> None:
    rows = [{row["name"] or "note": row["text"]} for row in corpus("lookalikes")]
    write_program(project, rows)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    asked = project.query("SELECT args FROM calls WHERE function = '__main__.named' ORDER BY start_ns")
    kept = [json.loads(args)["fields"] for (args,) in asked]
    assert kept == [{"note": CANARY}, *rows]
    assert project.query("SELECT rule, place, count FROM redactions") == []
