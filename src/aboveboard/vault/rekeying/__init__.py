"""New keys for people and for the blind index, while everyone goes on: written to the ledger,
resumable after any crash, safe beside reads and erasures.

Public: ``index.begin``, ``index.resume``, ``people.rotate_one``, ``people.rotate_all``.
"""
