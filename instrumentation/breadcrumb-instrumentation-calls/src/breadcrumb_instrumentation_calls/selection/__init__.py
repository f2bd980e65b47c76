"""Which functions are traced, and what is known of their code.

Imports `base`.
"""
