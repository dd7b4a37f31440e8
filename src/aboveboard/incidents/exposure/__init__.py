"""The counts of an incident as they stand, and where their files are.

Invariant: a count appears whole or not at all, and is never changed: other
circumstances make a new one.
"""
