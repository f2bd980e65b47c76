"""Names of ours that appear in spans; OpenTelemetry's own are imported where they are used."""

SCOPE_NAME = "breadcrumb_instrumentation_calls"
"""Instrumentation scope of every call."""
ARGS = "breadcrumb.args"
"""Arguments of a call, a JSON object."""
RETURN = "breadcrumb.return"
"""Return value of a call, JSON."""
