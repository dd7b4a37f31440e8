"""The post-incident pack: everything of a case in one file that a regulator can check without us.

``contents`` says what is in it, ``making`` writes it with the proofs of its entries, ``checking``
needs the log's key and nothing else. ``FORMAT.md`` is the format.

Invariant: a pack holds no personal data of those affected unless somebody asked for them; every
file is in its manifest, and the manifest's digest is in the ledger.
"""
