"""Rotating keys while everyone goes on: written to the ledger, resumable after any crash, safe
beside reads and erasures.

Public: ``root.begin``, ``root.go_on``, ``root.leave``. Here and not in ``keys``, which
may not know the ledger.
"""
