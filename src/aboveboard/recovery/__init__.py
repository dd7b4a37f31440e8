"""Backups, and bringing an instance back from one without bringing back whom it erased.

Promise: a backup is whole or not there; a restored instance repeats every erasure and every
withdrawn choice since the backup, out of the published ledger, before it serves anybody; what
it cannot repeat it lists.

Invariant: person keys are never in the same part as the records they open
(``docs/decisions/0012``), and the root key is in neither.

Public: ``actions.back_up``, ``restoring.load``, ``restoring.replay``, ``queries.unfinished``,
``queries.last_backup``, ``manifest.check``. Format: ``FORMAT.md``.
"""
