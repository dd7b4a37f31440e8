"""Sealed records: one key per person, each field in its own box, look-up without plaintext.

Invariant: plaintext leaves only through :func:`aboveboard.vault.queries.open_record` and
:func:`aboveboard.vault.documents.queries.open_attachment`, which take a
:class:`~aboveboard.vault.grant.Grant`; only ``access`` can make one.

Start at ``queries`` (every read), ``actions`` (correct, erase), ``field_erasure``, ``locking``
(a change to a person locks them first), ``merging`` (for ``identity``), ``bulk`` (for
``intake``) and ``personal_data`` (what is held about a person, of every package). ``apps.py`` lists
what is public. Formats: ``FORMAT.md``.
"""
