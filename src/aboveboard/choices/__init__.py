"""What each person has allowed: every choice is a dated, evidenced event;
standing is a fold over them.

Invariant: a choice is never edited, and deleted only with the person: an erasure takes their rows
and leaves the ledger's entries (``docs/decisions/0011``). Changing one's mind is another event.

Public: ``standing.Standing`` (pure), ``actions.choose``, ``actions.forget``, ``queries.standings``,
``queries.history``, ``receipt.receipt``.
"""
