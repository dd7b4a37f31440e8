"""Who was exposed, and what of theirs: the counts of an incident, and where their files are.

``counting`` makes a count, ``counts`` reads those that stand, ``folders`` says where their files
are. How bad it is, and whom to notify, is ``assessment``.

Invariant: a count appears whole or not at all, and is never changed: other circumstances make a
new one.
"""
