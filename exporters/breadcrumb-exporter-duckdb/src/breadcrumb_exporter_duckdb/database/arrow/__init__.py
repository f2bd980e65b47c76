"""Makes of frames the Arrow tables of calls and values that the database takes in.

Imports pyarrow, the format of frames, and how the database writes references.
"""
