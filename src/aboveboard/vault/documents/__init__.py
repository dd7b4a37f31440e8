"""Documents held about a person: encrypted in chunks under a key of their own, which stands
sealed in the person's record.

Invariant: a chunk that was changed, moved, repeated or left out does not open, and
nothing opens without a :class:`~aboveboard.vault.grant.Grant`. Once the person's key is
destroyed, so is the document's.

Public: ``actions.attach``, ``queries.open_attachment``, ``serving.as_download``.
Format: ``../FORMAT.md``.
"""
