"""Bringing many people in: a file and its mapping in, sealed records out, every row
that was not loaded listed.

Public: ``load.load``, ``load.ImportSource``, ``mapping.load``.
"""
