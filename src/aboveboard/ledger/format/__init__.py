"""The byte formats of the ledger, and nothing else: no Django, no files, no clock.

A verifier needs only this package. ``FORMAT.md``, one folder up, says in words what these
modules do, and ``vectors.json`` beside it gives examples that must be accepted and
examples that must be refused.
"""
