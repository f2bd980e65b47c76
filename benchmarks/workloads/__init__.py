"""The programs that are measured: each is a module with `main(size)`, and knows nothing of tracers."""
