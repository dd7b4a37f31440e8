"""Restoring: what is refused before anything changes, and that nothing serves before what
happened since is repeated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError
from aboveboard.commands import main
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.models import Batch
from aboveboard.delivery.terms import Channel
from aboveboard.keys import log_signing
from aboveboard.keys import queries as keys
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.folder import LogFolder
from aboveboard.ledger.models import Entry, KeyChange
from aboveboard.recovery import queries
from aboveboard.recovery.copying import tables
from aboveboard.recovery.models import Restoration
from aboveboard.recovery.queries import RestoreReport
from aboveboard.recovery.restoring import replay as replaying
from aboveboard.recovery.restoring.load import load as put_back
from aboveboard.recovery.restoring.parts import check_parts
from aboveboard.recovery.restoring.staging import InstanceThere, StillInUse
from aboveboard.recovery.upgrading import authenticate_rows
from aboveboard.retention import actions as retention
from aboveboard.retention.models import Hold, Restriction
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import actions as vault
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.locking import HeldByLaw
from aboveboard.vault.queries import (
    fetch,
    find,
    held_fields,
    people_count,
    person,
    unreadable,
)
from tests.loss import approved, lost_laptop
from tests.recovery import stand
from tests.recovery.stand import NOW, WEEK
from tests.world import ADVISER, handle, load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backups_in(tmp_path: Path) -> Iterator[Path]:
    # As ``init`` does: every instance has this entry from its beginning.
    authenticate_rows(by=SYSTEM, at=NOW)
    load(6)
    yield tmp_path / "backups"
    caches["default"].clear()


def outcome(done: RestoreReport, kind: str) -> tuple[str, int]:
    return next((line.outcome, line.count) for line in done.lines if line.kind == kind)


def test_nothing_serves_between_the_rows_and_the_replay(
    backups_in: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = stand.back_up(backups_in, NOW)
    stand.lose_everything()
    put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    # The process that restores dies here. Every way to serve refuses and says how to go on.
    for words in (
        ["serve", "--port", "1"],
        ["worker", "--once"],
        ["staff", "list"],
        ["import", "none.csv", "--sample-mapping"],
    ):
        assert main.main(words) == 6, words
        printed = capsys.readouterr().err
        assert "aboveboard restore --resume" in printed, words
    for address, kind in (
        ("/", "text/plain"),
        ("/trust/", "text/plain"),
        ("/api/v1/uses", "application/problem+json"),
    ):
        answer = Client().get(address)
        assert (
            answer.status_code,
            answer["Content-Type"].split(";")[0],
            answer["Retry-After"],
        ) == (503, kind, "60")
    assert main.main(["ledger", "verify"]) in (0, 1)
    # Without a log that is the newest there is, it stays so.
    with pytest.raises(replaying.LogNeeded, match="--without-log"):
        stand.finish()
    assert queries.unfinished() is not None
    stand.finish(without_log=True)
    assert queries.check_finished()
    assert Client().get("/trust/").status_code == 200
    with pytest.raises(replaying.NothingToResume):
        stand.finish()


def test_what_is_there_is_replaced_only_when_that_is_said_and_nobody_uses_it(
    backups_in: Path, on_postgres: bool
) -> None:
    made = stand.back_up(backups_in, NOW)
    parts = check_parts(made.records, made.keys)
    with pytest.raises(InstanceThere, match="--replace"):
        put_back(parts, replace=False, at=NOW)
    assert people_count() == 6
    other = connection.copy()
    if on_postgres:
        other.settings_dict = {
            **connection.settings_dict,
            "OPTIONS": {"application_name": "somebody else"},
        }
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vault_person")
        with pytest.raises(StillInUse, match="Stop the server"):
            put_back(parts, replace=True, at=NOW)
    other.close()
    assert people_count() == 6
    stand.restore(made.records, made.keys)


@pytest.mark.one_database("refused before a row is read")
def test_a_root_key_that_does_not_open_it_is_found_out_before_anything_changes(
    backups_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stand.back_up(backups_in, NOW)
    file = stand.settings.current().path("root.key")
    ours = file.read_text()
    file.write_text("00" * 32)
    try:
        with pytest.raises(AboveboardError, match="root key"):
            put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    finally:
        file.write_text(ours)
        keys.instance_secret.cache_clear()
    assert people_count() == 6
    assert not Restoration.objects.exists()
    stand.assert_ledger_whole(1)


@pytest.mark.one_database("refused before a row is read")
def test_a_log_that_is_older_damaged_of_another_key_or_a_fork_is_refused(
    backups_in: Path, tmp_path: Path
) -> None:
    older = Path(shutil.copytree(_sequenced(), tmp_path / "older"))
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    made = stand.back_up(backups_in, NOW)
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    mirror = Path(shutil.copytree(_sequenced(), tmp_path / "mirror"))
    stand.lose_everything()
    put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    damaged = Path(shutil.copytree(mirror, tmp_path / "damaged"))
    bundle = max((damaged / "tile" / "entries").rglob("*.p/*"), key=lambda path: int(path.name))
    data = bytearray(bundle.read_bytes())
    data[-20] ^= 1
    bundle.write_bytes(data)
    gone = Path(shutil.copytree(mirror, tmp_path / "gone"))
    shutil.rmtree(gone / "tile" / "entries")
    unsigned = Path(shutil.copytree(mirror, tmp_path / "unsigned"))
    note = (unsigned / "checkpoint").read_text()
    (unsigned / "checkpoint").write_text(note[:-9] + ("A" if note[-9] != "A" else "B") + note[-8:])
    for log, code in (
        (older, "log_refused"),
        (damaged, "log_"),
        (gone, "log_refused"),
        (unsigned, "log_refused"),
    ):
        with pytest.raises(AboveboardError) as refused:
            stand.finish(log)
        assert refused.value.code.startswith(code), (log.name, refused.value)
        assert queries.unfinished() is not None
        assert people_count() == 5
    # A fork: the backup goes on without its log, and signs something else.
    stand.finish(without_log=True)
    forked = Path(shutil.copytree(stand.log(), tmp_path / "forked"))
    put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    shutil.rmtree(stand.log())
    shutil.copytree(forked, stand.log())
    with pytest.raises(AboveboardError) as refused:
        stand.finish(mirror)
    assert refused.value.code == "log_contradicts"
    shutil.rmtree(stand.log())
    stand.finish(mirror)
    assert people_count() == 4
    stand.assert_ledger_whole(ledger.size())


def find_all() -> list[int]:
    from aboveboard.vault.queries import iter_person_ids

    return list(iter_person_ids())


def _sequenced() -> Path:
    sequence_now()
    return stand.log()


@pytest.mark.one_database("the log is files")
def test_a_shorter_copy_of_the_log_in_the_folder_is_no_fork(
    backups_in: Path, tmp_path: Path
) -> None:
    """The folder's log is older than the mirror, and was signed at a size that
    the backup never saw."""
    made = stand.back_up(backups_in, NOW)
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    own = Path(shutil.copytree(_sequenced(), tmp_path / "own"))
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    mirror = Path(shutil.copytree(_sequenced(), tmp_path / "mirror"))
    size = ledger.size()
    put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    shutil.rmtree(stand.log())
    shutil.copytree(own, stand.log())
    done = stand.finish(mirror)
    assert done.log == "a mirror"
    assert outcome(done, "erasure.done") == ("repeated", 2)
    stand.assert_ledger_whole(size + 1)


def test_holds_restrictions_and_erased_fields_are_repeated(backups_in: Path) -> None:
    held, rests, lost, *_ = find_all()
    early = retention.place_hold(
        lost,
        HoldReason(next(iter(HoldReason))),
        reference="case/0",
        until=None,
        by=ADVISER,
        at=NOW - WEEK,
    )
    made = stand.back_up(backups_in, NOW - WEEK)
    at = NOW - timedelta(days=1)
    retention.place_hold(
        held, next(iter(HoldReason)), reference="case/1", until=NOW + WEEK, by=ADVISER, at=at
    )
    retention.restrict(rests, next(iter(RestrictionReason)), reference="case/2", by=ADVISER, at=at)
    retention.release_hold(early.id, reference="case/0/closed", by=ADVISER, at=at)
    from aboveboard.promise.queries import in_force

    kinds = {key: field.kind.value for key, field in in_force().promise.fields.items()}
    before = held_fields(lost)
    known_as = handle(lost)
    erase_fields(lost, ["email"], kinds=kinds, reason="retention", by=SYSTEM, at=at)
    sequence_now()
    done = stand.restore(made.records, made.keys)
    row = Hold.objects.get(person_id=held)
    # The log seals the number of the case: the row names its entry instead.
    known = (row.reference, row.until, row.at, row.ended_at)
    assert known == (f"entry:{row.entry_id}", NOW + WEEK, at, None)
    assert Restriction.objects.get(person_id=rests).ended_at is None
    ended = Hold.objects.get(person_id=lost)
    assert ended.ended_reference == f"entry:{ended.ended_entry_id}"
    held_person = person(held)
    assert held_person is not None
    assert held_person.held_until == NOW + WEEK
    with pytest.raises(HeldByLaw):
        vault.erase(held, reason="asked", by=SYSTEM, at=NOW)
    assert held_fields(lost) == before - {"email"}
    assert handle(lost) == known_as
    assert not unreadable(find_all())
    assert {
        outcome(done, kind)
        for kind in ("hold.placed", "hold.released", "restriction.placed", "field.erased")
    } == {("repeated", 1)}


@pytest.mark.one_database("which keys open what")
def test_a_key_that_was_changed_after_the_records_is_said_of_whom(backups_in: Path) -> None:
    from aboveboard.promise.queries import in_force

    person_id = find_all()[0]
    made = stand.back_up(backups_in, NOW - WEEK)
    kinds = {key: field.kind.value for key, field in in_force().promise.fields.items()}
    erase_fields(person_id, ["email"], kinds=kinds, reason="retention", by=SYSTEM, at=NOW)
    newer = stand.back_up(backups_in, NOW)
    done = stand.restore(made.records, newer.keys)
    (line,) = [line for line in done.lines if line.kind == "record of an older key"]
    assert (line.outcome, line.people) == ("not_repeated", (person_id,))
    assert outcome(done, "field.erased")[0] == "not_repeated"
    assert not [line for line in done.lines if line.kind == "look-ups"]


@pytest.mark.parametrize("newer", [True, False], ids=["with its secret", "without its secret"])
@pytest.mark.one_database("the key is a file")
def test_a_change_of_the_signing_key_is_repeated_where_its_secret_was_kept(
    backups_in: Path, newer: bool
) -> None:
    made = stand.back_up(backups_in, NOW - WEEK)
    log_signing.rotate_key(by=SYSTEM)
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    sequence_now()  # signed by the new key alone
    keys_part = stand.back_up(backups_in, NOW).keys if newer else made.keys
    vkey = ledger.verifier_key()
    assert vkey
    put_back(check_parts(made.records, keys_part), replace=True, at=NOW)
    if not newer:
        with pytest.raises(AboveboardError, match="cannot be used"):
            stand.finish()
    done = replaying.replay(None, named="", trusted=[vkey], by=SYSTEM, at=NOW)
    assert outcome(done, "ledger.key-changed")[0] == ("repeated" if newer else "not_repeated")
    assert KeyChange.objects.count() == int(newer)
    if newer:
        assert ledger.verifier_key() == vkey
    stand.assert_ledger_whole(ledger.size())


def test_notices_that_waited_are_stopped_and_nobody_is_notified_twice(backups_in: Path) -> None:
    batch = Batch.objects.create(kind="test", ref={}, mail_domain="localhost", created_at=NOW)
    delivery.queue(batch.pk, [delivery.BatchRecipient(find_all()[0], "en", Channel.EMAIL)], at=NOW)
    made = stand.back_up(backups_in, NOW)
    done = stand.restore(made.records, made.keys)
    assert Batch.objects.get(pk=batch.pk).paused_at == NOW
    assert outcome(done, "notices waiting") == ("not_repeated", 1)


def test_what_waited_for_its_place_in_the_tree_is_neither_lost_nor_written_twice(
    backups_in: Path,
) -> None:
    from aboveboard.recovery import actions

    sequence_now()
    # Durable, and waiting when the backup is made.
    vault.erase(find_all()[0], reason="asked", by=SYSTEM, at=NOW)
    made = actions.back_up(backups_in, by=SYSTEM, at=NOW)
    sequence_now()
    size, entries = ledger.size(), Entry.objects.count()
    done = stand.restore(made.records, made.keys)
    assert Entry.objects.count() == entries + 1
    assert outcome(done, "erasure.done")[0] == "nothing_to_do"
    stand.assert_ledger_whole(size + 1)


def test_an_incident_with_its_duties_and_notices_comes_back(
    backups_in: Path, tmp_path: Path
) -> None:
    """Django made PostgreSQL check the foreign keys of duties at once, while tables were loaded in
    the order of their names: no backup with an incident could be restored."""
    incident = lost_laptop(find_all(), tmp_path, at=NOW - timedelta(hours=2))
    approved(incident, at=NOW - timedelta(hours=1))
    sequence_now()  # makes the secret that signs
    before = {table: rows(table) for table in tables.all_tables()}
    assert before["incidents_dutyrecord"]
    assert before["delivery_dispatch"]
    made = stand.back_up(backups_in, NOW)
    put_back(check_parts(made.records, made.keys), replace=True, at=NOW)
    after = {table: rows(table) for table in before}
    changed = {table for table, held_person in before.items() if after[table] != held_person}
    # What the backup and the restoration write themselves.
    assert changed <= {
        "recovery_restoration",
        "ledger_entry",
        "ledger_checkpointrow",
        "django_migrations",
    }
    connection.check_constraints()
    stand.finish()


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - our own tables' names
        return [tuple(map(str, row)) for row in cursor.fetchall()]


def test_everybody_opens_and_is_found_after_a_restoration(backups_in: Path) -> None:
    everyone = find_all()
    made = stand.back_up(backups_in, NOW)
    stand.restore(made.records, made.keys)
    assert find_all() == everyone
    assert set(fetch(everyone)) == set(everyone)
    assert unreadable(everyone) == []
    assert len(load(6)) == 6, "each is found by their number"
    assert find("customer_number", "nobody") == []
    assert LogFolder(stand.log()).read("checkpoint")
