"""Bringing an instance back: ``load`` puts a backup's rows in place, ``replay``
repeats what happened since.

Between the two the database says that it is not finished, and nothing serves it.
"""
