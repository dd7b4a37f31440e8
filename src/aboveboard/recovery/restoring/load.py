"""Putting a backup's rows into the instance's database: all of it or nothing.

The procedure, numbered as in the code and in ``tests/recovery/test_restore.py``:

1. Every byte of both parts is checked against its digest; the parts belong to each
   other and to this instance.
2. Nothing else uses the database, and what is in it may be replaced.
3. Beside the present database (SQLite: another file; PostgreSQL: one transaction) the tables are
   made as they were when the backup was made, filled, and brought to the form of this version.
4. The root key opens the instance's secrets and a person's key, and one of those secrets is the
   key that the backup is signed with.
5. The database is marked: restored, not finished.
6. It takes the place of the present one, in one step.

Whatever dies before 6 leaves the present database as it was.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from aboveboard.basics import settings
from aboveboard.basics.errors import Invalid
from aboveboard.basics.package import forget_database
from aboveboard.keys import queries as keys
from aboveboard.keys.log_signing import local_verifier_keys
from aboveboard.recovery import archive
from aboveboard.recovery.actions import database
from aboveboard.recovery.copying.between import KINDS, RowRestorer
from aboveboard.recovery.copying.snapshot import CopyableDatabase, OnStep
from aboveboard.recovery.manifest import (
    UNSIGNED,
    BackupDamaged,
    BackupOfAnotherVersion,
    check_signature,
)
from aboveboard.recovery.models import Restoration
from aboveboard.recovery.restoring import staging
from aboveboard.recovery.restoring.parts import BackupParts
from aboveboard.recovery.upgrading import authenticate_restored_rows

_KEYS_APP: Final = "keys"
"""Whose tables the keys part has, and nobody else's (``copying.tables``)."""


class BackupOfAnotherInstance(Invalid):
    """This backup is of another instance: {why}."""

    code = "backup_of_another_instance"
    next_step = "Nothing was changed. {fix}"


def load(
    parts: BackupParts, *, replace: bool, at: datetime, on_step: OnStep = lambda what: None
) -> None:
    """Steps 2 to 6. The restoration is not finished then: ``replay`` follows.

    Raises:
        BackupOfAnotherInstance: its log has another origin, or its rows are of a kind of database
            that nobody knows.
        CannotMove: its rows are of another kind of database, which cannot take one of them.
        BackupOfAnotherVersion: it knows tables that this version does not.
        InstanceThere: there are rows already, and ``replace`` is not set.
        StillInUse: something is connected to the database.
        RootKeyMissing, KeyUnwrapFailed: the root key here does not open it.
    """
    current = settings.current()
    if parts.records.origin != current.ledger.origin:
        why = (
            f"its log is {parts.records.origin}, and ledger.origin here is {current.ledger.origin}"
        )
        raise BackupOfAnotherInstance(why=why, fix="Restore it with its own settings.")
    if parts.records.database not in KINDS:
        why = f"its rows are of {parts.records.database}, which is no kind of database known here"
        raise BackupOfAnotherInstance(why=why, fix="Restore it with the version that made it.")
    with staging.staged_database(replace=replace):  # 2, 6
        # Django's connection leads elsewhere from here; what was remembered is of the old one.
        forget_database()
        _fill(parts, on_step)  # 3
        _try_keys(parts)  # 4
        authenticate_restored_rows(_applied(parts))
        Restoration.objects.create(  # 5
            backup=parts.records_at.name,
            backup_made_at=parts.records.made_at,
            keys_made_at=parts.keys.made_at,
            entries=parts.records.ledger.size,
            index=parts.records.index,
            loaded_at=at,
            vkeys=list(parts.keys.ledger.vkeys),
        )
    # Again: what was read while filling is of a database that has another name now.
    forget_database()
    exposures = parts.records_at / archive.INCIDENTS
    if exposures.is_file():
        archive.unpack_incidents(exposures, current.path("incidents"))


def _fill(parts: BackupParts, on_step: OnStep) -> None:
    """Step 3."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    for folder, part in ((parts.records_at, parts.records), (parts.keys_at, parts.keys)):
        for name in sorted(part.migrations):
            if _node(name) not in graph.nodes:
                reason = f"it has {name}, which this version does not know"
                raise BackupOfAnotherVersion(place=folder, found=reason, version=part.version)
    applied = set(map(_node, _applied(parts)))
    # To the leaves of what the backup had, not to today's: its rows fit the tables of its own time.
    # The newer migrations then change them, as they would have changed the living database.
    nodes = [
        node
        for node in sorted(applied)
        if not {child.key for child in graph.node_map[node].children} & applied
    ]
    plan = executor.migration_plan(nodes)
    if not applied.issuperset((step.app_label, step.name) for step, _ in plan):
        reason = "its keys part is of another version, and has tables that do not go with it"
        raise BackupOfAnotherVersion(
            place=parts.records_at, found=reason, version=parts.keys.version
        )
    on_step("tables")
    executor.migrate(nodes)
    copying: CopyableDatabase | RowRestorer = database()
    if parts.records.database != connection.vendor:
        then = executor.loader.project_state(nodes).apps
        copying = RowRestorer(parts.records.database, then.get_models(include_auto_created=True))
    for folder, part in ((parts.records_at, parts.records), (parts.keys_at, parts.keys)):
        on_step(part.part)
        copying.load(str(folder), part.tables)
    # The keys may be newer, and have numbers of their own.
    numbers = [parts.records.sequences, parts.keys.sequences]
    copying.set_sequences(
        {name: max(part.get(name, 0) for part in numbers) for name in set().union(*numbers)}
    )
    # Which migrations there were is a row of the records, which know none that the keys alone had.
    recorder = MigrationRecorder(connection)
    for node in sorted(applied - recorder.applied_migrations().keys()):
        recorder.record_applied(*node)
    # Now, not at the commit: PostgreSQL alters no table that has a check outstanding, and the
    # migrations that follow do.
    connection.check_constraints()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    call_command("createcachetable", verbosity=0)


def _applied(parts: BackupParts) -> set[str]:
    """Return the migrations after which both parts fit the tables. The keys part may be of a later
    version, for each backup replaces the one before, and an upgrade may lie between: then its own
    tables are as they were in that version, and all others as the records need them."""
    of_keys = {name for name in parts.keys.migrations if _node(name)[0] == _KEYS_APP}
    return {name for name in parts.records.migrations if _node(name)[0] != _KEYS_APP} | of_keys


def _node(name: str) -> tuple[str, str]:
    app, _, migration = name.partition(".")
    return app, migration


def _try_keys(parts: BackupParts) -> None:
    """Step 4."""
    secrets, first = keys.secret_names(), keys.people_with_keys().first()
    for name in secrets:
        keys.instance_secret(name)
    if not secrets and first is not None:
        raise BackupDamaged(
            place=parts.keys_at, found="it has people's keys and none of the instance's own"
        )
    if first is not None:
        keys.person_keys([first])
    _check_signers(parts)


def _check_signers(parts: BackupParts) -> None:
    """Whoever signed the backup had a key that this root key opens. Without this, somebody who can
    write to the backup could sign it with a key of their own and let it name that."""
    known = local_verifier_keys()
    for folder, part in ((parts.records_at, parts.records), (parts.keys_at, parts.keys)):
        if part.format != UNSIGNED:  # those were let through by hand (``parts.check_parts``)
            check_signature(folder, part, known)
