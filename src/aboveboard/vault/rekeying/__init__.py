"""New keys while everyone goes on: for the blind index (``index``) and for people (``people``).

Written to the ledger, resumable after any crash, safe beside reads and erasures. No value leaves.
"""
