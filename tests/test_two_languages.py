"""A service in Node and one in Python in one trace: opt in, by the folder where npm has installed Node's SDK.

    npm install @opentelemetry/sdk-node @opentelemetry/instrumentation-http \
        @opentelemetry/exporter-trace-otlp-{http,proto,grpc}
    BREADCRUMB_TESTS_NODE=$PWD make test ARGS=tests/test_two_languages.py
"""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from free_ports import free_port, listens
from patience import until
from test_serve import Serving

if TYPE_CHECKING:
    from conftest import Project

NODE = os.environ.get("BREADCRUMB_TESTS_NODE", "")
CALLER = """
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { trace } = require('@opentelemetry/api');
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${process.argv[3]}`);
const traceExporter = new OTLPTraceExporter({ compression: 'gzip' });
const instrumentations = [new HttpInstrumentation()];
const sdk = new NodeSDK({ serviceName: 'shop', traceExporter, instrumentations });
sdk.start();
const http = require('http');
trace.getTracer('shop').startActiveSpan('checkout', (span) => {
  http.get(process.argv[2] + '/cart', (answer) => {
    answer.resume();
    answer.on('end', () => { span.end(); sdk.shutdown().then(() => process.exit(0)); });
  });
});
"""
CALLED = """
import sys
from flask import Flask
app = Flask(__name__)

def total(n):
    return n * 2

@app.route("/cart")
def cart():
    return str(total(21))

app.run(port=int(sys.argv[1]))
"""


@pytest.mark.skipif(not NODE, reason="BREADCRUMB_TESTS_NODE names no folder with Node's SDK")
@pytest.mark.parametrize("protocol", ["http", "proto", "grpc"])
def test_a_caller_in_node_stands_above_our_calls(protocol: str, project: Project) -> None:
    project.write("app.py", CALLED)
    project.write("shop.js", CALLER)
    (project.path / "node_modules").symlink_to(os.path.join(NODE, "node_modules"))
    serving, port = Serving(project), free_port()
    environ = project.environ | {"OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": ""}
    with subprocess.Popen(
        ["breadcrumb", "run", "--no-report", "python", "app.py", str(port)], cwd=project.path, env=environ
    ) as service:
        until(lambda: listens(port) or service.poll() is not None)
        where = f"http://127.0.0.1:{serving.grpc if protocol == 'grpc' else serving.http}"
        caller = ["node", "shop.js", f"http://127.0.0.1:{port}", protocol]
        ended = project.call(*caller, environ={"OTEL_EXPORTER_OTLP_ENDPOINT": where})
        assert ended.returncode == 0, ended.stderr
        service.send_signal(signal.SIGINT)
    serving.end()
    shown = [
        line.strip().split("  ")[0]
        for line in project.call("breadcrumb", "query", "--flow").stdout.splitlines()
    ]
    tree = ["[checkout]", "[CLIENT GET]", "[SERVER GET /cart]", "cart()", "total(n=21)"]
    assert [line for line in shown if line in tree] == tree
