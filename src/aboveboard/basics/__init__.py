"""Words that every package shares: ids, time, errors, limits, canonical bytes,
``Personal[T]``, settings.

Invariant: this package imports nothing of Django and nothing of another package, so every rule that
stands on it can be read and run alone. ``rfc8785`` is its one import from outside the standard
library (see ``docs/decisions/0002-basics-imports-rfc8785.md``).
"""
