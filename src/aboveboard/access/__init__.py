"""The decision on each use, and the only door to the vault.

Invariants: no grant without a purpose the promise allows (design, 2); the entry is durable before
the plaintext leaves (3); a refusal is a value that lists every reason, and is written down too.

Public: ``decide.decide`` (pure), ``actions.use``, ``actions.use_many``, ``queries.looks``,
``sequencing.sequence_now``.
"""
