"""An index of the uses of one person's data, for them alone: sealed under their own key, made from
the ledger when they look, and thrown away with the key.

It lets them ask for a year, a team or a purpose, and see how often, without reading every entry
(``docs/decisions/0039-an-index-of-ones-own-uses.md``). ``columns`` is its form; ``upkeep`` reads,
extends and seals it.
"""
