"""What each person has allowed: every choice is a dated, evidenced event; standing is a fold over them.

Invariant: a choice is never edited and never deleted; changing one's mind is another event.

Public: ``standing.Standing`` (pure), ``actions.choose``, ``queries.standings``, ``queries.history``,
``receipt.receipt``.
"""
