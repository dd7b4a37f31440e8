"""The decision on each use, and the only way to open what the vault holds.

Invariants: no grant without a purpose the promise allows (design, 2); the entry is durable before
the plaintext leaves (3); a refusal is a value that lists every reason, and is written down too.

Start with ``use``, which has the types of a use; then ``actions``, which does one, and
``decision.decide``, the pure function behind it. ``by_identifier`` is for people who are named by
what they said of themselves; ``release`` makes grants; ``emergency``, ``explain`` and ``impact``
ask the decision in other ways; ``lapse`` says when a field may no longer be kept.
"""
