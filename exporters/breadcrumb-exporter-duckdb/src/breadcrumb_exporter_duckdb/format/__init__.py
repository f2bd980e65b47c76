"""The files beside the database, byte by byte: frames, spool files, arenas, encryption.

Imports `base`.
"""
