"""What each person has allowed: every choice is a dated, evidenced event; the consent state is a
fold over them.

Invariant: a choice is never edited, and deleted only with the person: an erasure takes their rows
and leaves the ledger's entries (``docs/decisions/0011``). Changing one's mind is another event.

Public: ``actions.choose``, ``queries.consent_states``, ``queries.history``, ``queries.receipt_of``,
and, pure, ``state.ConsentState`` and ``receipt.as_json_ld``.
"""
