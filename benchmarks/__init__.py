"""What tracing costs, measured: `make bench`."""
