"""What runs in a traced process: from our sitecustomize to the configured tracer.

Imports `common`, the tracer and the exporter's writing side; never the questions, DuckDB or PyArrow.
"""
