"""Passwords that were in leaks, by their SHA-1: a list on this machine, and the range service.

``shard`` is the form of a file (FORMAT.md), ``ranges`` reads what the list is made from,
``building`` makes and updates it, ``breached_list`` looks up in it, ``service`` asks outside.

Invariant: a file that is not as it was written answers nothing: what is damaged is an error, never
"not in the list".
"""
