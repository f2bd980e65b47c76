"""Tiny functions: one int in, one int out."""


def fib(n: int) -> int:
    """The nth Fibonacci number, the slow way."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def main(size: int) -> None:
    """Compute one."""
    fib(size)
