"""How each question's rows are laid out as text.

Imports `render.parts` and the rows of `questions`.
"""
