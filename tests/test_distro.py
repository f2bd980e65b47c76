"""Under OpenTelemetry's own launcher: another distro keeps its place, and ours says what it records."""

from __future__ import annotations

import json
import os
from importlib.metadata import distribution
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

PROGRAM = """\
from opentelemetry import trace
def work(x):
    return x
def main():
    with trace.get_tracer("own").start_as_current_span("own"):
        work(5)
main()
active = getattr(trace.get_tracer_provider(), "_active_span_processor", None)
print("processors:", *getattr(active, "_span_processors", ()))
"""
VENDOR = """\
import os
from opentelemetry.instrumentation.distro import BaseDistro
from opentelemetry.sdk._configuration import _OTelSDKConfigurator

class Distro(BaseDistro):
    def _configure(self, **kwargs):
        os.environ.setdefault("OTEL_TRACES_EXPORTER", "console")
        os.environ.setdefault("OTEL_METRICS_EXPORTER", "none")
        os.environ.setdefault("OTEL_LOGS_EXPORTER", "none")

class Configurator(_OTelSDKConfigurator):
    pass
"""
ENTRIES = {
    "distro": "[opentelemetry_distro]\nvendor = vendor:Distro\n",
    "configurator": "[opentelemetry_configurator]\nvendor = vendor:Configurator\n",
}
INSTRUMENT = ["opentelemetry-instrument", "python", "app.py"]
OURS = {"OTEL_PYTHON_DISTRO": "breadcrumb"}


@pytest.fixture
def app(project: Project) -> Project:
    """A project with a program that makes a span of its own."""
    project.write("app.py", PROGRAM)
    return project


def install(folder: Path, *kinds: str) -> None:
    """Put a vendor's distro, or a part of it, among what is installed in a folder."""
    metadata = folder / "vendor-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "vendor.py").write_text(VENDOR)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("\n".join(ENTRIES[kind] for kind in kinds))


def spans(text: str) -> list[dict[str, Any]]:
    """What the console exporter printed."""
    decoder, found = json.JSONDecoder(), []
    while (start := text.find("{")) >= 0:
        span, end = decoder.raw_decode(text[start:])
        found.append(span)
        text = text[start + end :]
    return found


@pytest.mark.parametrize(
    ("kinds", "folders"),
    [
        (["distro", "configurator"], ["vendor"]),
        (["distro", "configurator"], ["ours", "vendor"]),
        (["distro"], ["ours", "vendor"]),
        (["configurator"], ["ours", "vendor"]),
    ],
    ids=str,
)
def test_another_distro_keeps_its_place(app: Project, kinds: list[str], folders: list[str]) -> None:
    install(app.path / "vendor", *kinds)
    install_ours_again(app.path / "ours")
    path = os.pathsep.join(str(app.path / folder) for folder in folders)
    exporter = {} if "distro" in kinds else {"OTEL_TRACES_EXPORTER": "console"}
    ended = app.call(*INSTRUMENT, environ={"PYTHONPATH": path, **exporter})
    assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr
    names = [span["name"] for span in spans(ended.stdout)]
    assert names == (["own"] if "configurator" in kinds else [])
    assert "breadcrumb:" not in ended.stderr
    assert not app.store.exists()
    if "configurator" in kinds:
        assert ended.stdout.count("BatchSpanProcessor") == 1
        assert "breadcrumb" not in ended.stdout


def install_ours_again(folder: Path) -> None:
    """Copy the metadata of ours to a place where it is found first."""
    for name in ("breadcrumb-otel", "breadcrumb-instrumentation-calls"):
        found = distribution(name)
        metadata = folder / f"{name.replace('-', '_')}-{found.version}.dist-info"
        metadata.mkdir(parents=True)
        for file in ("METADATA", "entry_points.txt"):
            (metadata / file).write_text(found.read_text(file) or "")


@pytest.mark.parametrize("variable", ["OTEL_PYTHON_DISTRO", "OTEL_PYTHON_CONFIGURATOR"])
def test_named_by_a_variable_ours_is_used(app: Project, variable: str) -> None:
    install(app.path / "vendor", "distro", "configurator")
    environ = {
        "PYTHONPATH": str(app.path / "vendor"),
        variable: "breadcrumb",
        "OTEL_TRACES_EXPORTER": "duckdb",
    }
    ended = app.call(*INSTRUMENT, environ=environ)
    assert ended.returncode == 0
    assert app.functions() == {"__main__.main", "__main__.work"}


def test_alone_ours_is_used_and_says_what_it_records_and_where(app: Project) -> None:
    ended = app.call(*INSTRUMENT)
    assert ended.returncode == 0
    first, *more = ended.stderr.splitlines()
    kept = f"in {app.store}, with arguments and returns, redacted"
    assert first == f"breadcrumb: calls and spans are recorded {kept}"
    assert more == []
    assert app.functions() == {"__main__.main", "__main__.work"}
    ((resource,),) = app.query("SELECT (value->'$.resource')::VARCHAR FROM facts WHERE kind = 'process'")
    told = json.loads(resource)
    assert told["telemetry.distro.name"] == "breadcrumb" and told["telemetry.distro.version"]


def test_alone_ours_uses_the_exporter_that_the_user_named(app: Project) -> None:
    ended = app.call(*INSTRUMENT, environ={"OTEL_TRACES_EXPORTER": "console"})
    found = spans(ended.stdout)
    assert {span["name"] for span in found} == {"own", "__main__.main", "__main__.work"}
    assert "breadcrumb.args" not in ended.stdout
    sent = "by console, without arguments and returns"
    assert ended.stderr == f"breadcrumb: calls and spans are recorded {sent}\n"
    assert not app.store.exists()


@pytest.mark.parametrize("trouble", ["[tool.breadcrumb]\nlimits = 3\n", "[tool."])
def test_settings_that_are_wrong_do_not_stop_the_program(app: Project, trouble: str) -> None:
    app.write("pyproject.toml", trouble)
    ended = app.call(*INSTRUMENT)
    assert ended.returncode == 0
    assert ended.stderr.startswith("breadcrumb: the program runs untraced: ")
    assert ended.stderr.count("\n") == 1


def test_calls_are_traced_for_a_foreign_distro_that_is_asked_to(app: Project) -> None:
    install(app.path / "vendor", "distro", "configurator")
    environ = {"PYTHONPATH": str(app.path / "vendor"), "OTEL_INSTRUMENTATION_CALLS_ENABLED": "true"}
    ended = app.call(*INSTRUMENT, environ=environ)
    assert {span["name"] for span in spans(ended.stdout)} == {"own", "__main__.main", "__main__.work"}
    assert "breadcrumb.args" not in ended.stdout
    assert not app.store.exists()
