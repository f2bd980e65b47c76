"""What the flags of a code object say, as `inspect` has it: that one is not worth importing for them."""

OPTIMIZED = 1
"""Its frames hold locals of their own, as functions do."""
VARARGS = 4
VARKEYWORDS = 8
GENERATOR = 32
COROUTINE = 128
ITERABLE_COROUTINE = 256
ASYNC_GENERATOR = 512
