"""Every change: a system is declared, declared anew, removed; and what a test of one said."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code, Digest
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Health
from aboveboard.connectors.entries import SystemChanged, SystemDeclared, SystemRemoved
from aboveboard.connectors.models import System
from aboveboard.connectors.queries import SystemRecord, record_of
from aboveboard.connectors.rows import current_rows, digest_of
from aboveboard.ledger.actions import append


class DeclarationReplaced(Conflict):
    """Somebody declared {key} anew in the meantime. Nothing was changed."""

    code = "declaration_replaced"
    next_step = "Look at it as it is now, and decide again."


def declare(
    source: str, *, name: str, over: int | None = None, by: Actor, at: datetime
) -> SystemRecord:
    """Connect a system, or replace its declaration, and write that to the ledger.

    The text that is in force already stays the version that it is, and nothing is written. Nothing
    is connected to: :func:`test` does that. ``name``: what problems call the file. ``over``: the
    version that it was made from, which must still be in force.

    Raises:
        DeclarationRefused: it has problems; what is in force stays.
        DeclarationReplaced: another version than ``over`` is in force.
        SystemRowDamaged: a row of a system is not as this program wrote it.
    """
    # Judged before the transaction: no lock should be held for as long as reading a file takes.
    declaration = registry.read_declaration(source, name=name)
    digest = digest_of(source)
    with transaction.atomic():
        last = _locked(declaration.key)
        if over is not None and (last is None or last.serial != over):
            raise DeclarationReplaced(key=declaration.key)
        if last is not None and last.digest == digest:
            return record_of(last)
        row = System.objects.create(
            key=declaration.key,
            name=declaration.name[:200],
            kind=declaration.kind,
            digest=digest,
            source=source,
            declared_at=at,
            declared_by=by.as_json(),
        )
        system, of_kind = Code(declaration.key), Code(declaration.kind)
        facts: SystemDeclared | SystemChanged
        if last is None:
            facts = SystemDeclared(row.serial, system, of_kind, Digest(digest))
        else:
            facts = SystemChanged(row.serial, system, of_kind, Digest(digest), last.serial)
        # In the same transaction: a version without its entry would be in force and unprovable.
        row.entry_id = append(facts, by=by, handle=None, at=at)
        row.save(update_fields=["entry_id"])
    return record_of(row)


def remove(key: str, *, by: Actor, at: datetime) -> SystemRecord:
    """Disconnect a system: nobody is looked for in it from now on. Its declarations are kept.

    Raises:
        NotFound: no such system is connected.
    """
    with transaction.atomic():
        row = _locked(key)
        if row is None:
            raise NotFound(what="connected system")
        row.removed_at = at
        row.removed_entry_id = append(
            SystemRemoved(row.serial, Code(key)), by=by, handle=None, at=at
        )
        row.save(update_fields=["removed_at", "removed_entry_id"])
    return record_of(row)


def test(key: str, *, at: datetime) -> Health:
    """Ask a system whether it can be reached and may be read, and keep the answer for its page.

    Raises:
        NotFound: no such system is connected.
    """
    health = registry.connector(key).test()
    # No entry: nothing changed, and no person's data were touched.
    System.objects.filter(pk=registry.version(key)).update(
        tested_at=at, test_ok=health.ok, test_sentence=health.sentence
    )
    return health


def _locked(key: str) -> System | None:
    """Return the row in force of a key, locked with all of them: of two declarations at once, the
    one with the higher number must come later in the log too."""
    list(System.objects.select_for_update().filter(key=key).values_list("serial"))
    return next((row for row in current_rows() if row.key == key), None)
