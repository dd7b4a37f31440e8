"""Sealed records: one key per person, each field in its own box, look-up without plaintext.

Invariant: plaintext leaves only through :func:`aboveboard.vault.queries.open_record`, which takes a
:class:`~aboveboard.vault.grant.Grant`; only ``access`` can make one.

Public: ``grant.Grant``, ``queries.open_record``, ``queries.find``,
``queries.handles``, ``queries.held_fields``, ``actions.correct``, ``actions.erase``,
``loading``. Formats: ``FORMAT.md``.
"""
