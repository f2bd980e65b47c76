-- What else OpenTelemetry says of a span has a column of its own.
ALTER TABLE span ADD COLUMN otlp JSON;
