"""Generations of the index key: while it is rotated, look-ups are written under two, and asked for
under one that is whole.

Public: ``standing`` (which are written and searched), ``rebuild`` (filing people under another).
"""
