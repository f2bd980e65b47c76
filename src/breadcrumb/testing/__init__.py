"""Where test runners meet the tracer: each test is a unit whose calls can be asked for. Imports `traced` and
`common`; nothing of it is imported unless a test runner does.
"""
