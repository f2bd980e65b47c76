"""Turns each call of the chosen functions into an OpenTelemetry span."""
