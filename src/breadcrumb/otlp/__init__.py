"""OTLP on the wire: sends runs of the store to a backend, and takes in what other programs send.

Imports `questions` and `common`, and the messages of the protocol from OpenTelemetry (not its SDK).
"""
