"""Each entry has a handle of its own: the person finds all of theirs, and nobody else two of
them."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from aboveboard.access.actions import use, use_each, use_many
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.identity.actions import merge
from aboveboard.keys import counting
from aboveboard.keys.actions import (
    destroy_person_key,
    entry_subject,
    set_handles,
    subjects_in_order,
)
from aboveboard.keys.entries_about import entries_about, every_entry_about, is_about
from aboveboard.keys.handles import handles_of
from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.queries import (
    handle_secrets,
    handles,
    instance_secret,
    person_handles,
)
from aboveboard.ledger.actions import append_many
from aboveboard.ledger.format.entry import NewEntry
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.retention.actions import lift_restriction, restrict
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.vault import actions as vault
from aboveboard.vault import changing
from aboveboard.vault import queries as vault_queries
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.rekeying.people import rotate_one
from tests import world

pytestmark = pytest.mark.django_db
ASK = UseRequest(world.ADVISER, "answer-contact", ("email",), "phone")


def live(person_id: int) -> None:
    """Let a day's things happen to somebody."""
    now = clock.now()
    for _ in range(3):
        use(ASK.for_subject(Subject(person_id)), at=now)
    choose(
        person_id,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        # Another call each time: the same choice of the same call is written once.
        evidence=f"call/{Entry.objects.count()}",
        by=world.ADVISER,
        at=now,
    )
    why, reference = next(iter(RestrictionReason)), f"case/{Entry.objects.count()}"
    placed = restrict(person_id, why, reference=reference, by=world.ADVISER, at=now)
    lift_restriction(placed.id, notice="letter/1", by=world.ADVISER, at=now)
    rotate_one(person_id, by=SYSTEM, at=now)


def test_no_two_entries_have_a_handle_in_common() -> None:
    (ada, _), (ben, _) = world.load(2)
    for person_id in (ada, ben, ada):
        live(person_id)
    list(use_many(ASK, [ada, ben, ada], at=clock.now()))
    rows = list(Entry.objects.exclude(handle=None).values_list("handle", flat=True))
    assert len(rows) == 3 * 7 + 3
    assert max(Counter(rows).values()) == 1


def test_the_person_finds_all_of_theirs_and_none_of_anothers() -> None:
    (ada, _), (ben, _) = world.load(2)
    for person_id in (ada, ben, ada, ben, ada):
        live(person_id)
    for person_id, times in ((ada, 3), (ben, 2)):
        entries = entries_about(person_id, limit=100)
        assert len(entries) == times * 7
        assert [entry.id for entry in entries] == sorted(
            (entry.id for entry in entries), reverse=True
        )
        other = ben if person_id == ada else ada
        for entry in entries:
            assert is_about(person_id, entry.handle)
            assert not is_about(other, entry.handle)
        assert [entry.id for entry in every_entry_about(person_handles(person_id))] == [
            entry.id for entry in reversed(entries)
        ]
    assert len(use_records(ada)) == 9


def test_one_person_twice_in_a_batch_gets_two() -> None:
    ((ada, row),) = world.load(1)
    subject = Subject(kind="email", value=row["email"])
    use_each([ASK.for_subject(subject), ASK.for_subject(subject)], at=clock.now())
    first, second = entries_about(ada)
    assert first.handle != second.handle


def test_two_fields_of_one_change_are_two_entries_with_two_handles() -> None:
    ((ada, _),) = world.load(1)
    adopted = in_force()
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    origin = ValueOrigin(adopted.serial, clock.now(), "from mike.victim", "")
    both = {"first_name": "Ada", "last_name": "Byron"}
    changing.replace(
        ada,
        both,
        kinds=kinds,
        origins=dict.fromkeys(both, origin),
        by=world.ADVISER,
        at=clock.now(),
    )
    first, second = entries_about(ada, kinds=["correction.made"])
    assert first.handle != second.handle
    assert first.facts["channel"] == second.facts["channel"] == "unknown"


def test_pages_follow_each_other_without_a_gap_also_across_many_statements() -> None:
    ((ada, _),) = world.load(1)
    known_as = handles([ada])
    with transaction.atomic():
        subjects = subjects_in_order([ada] * 1_203, {ada: known_as[ada].secret})
        append_many(
            [
                NewEntry("use.granted" if number % 3 else "hold.placed", SYSTEM, clock.now(), each)
                for number, each in enumerate(subject.handle for subject in subjects if subject)
            ]
        )
    everything = list(Entry.objects.exclude(handle=None).order_by("-pk").values_list("pk", "kind"))
    for kinds in (None, ["hold.placed"]):
        wanted = [pk for pk, kind in everything if kinds is None or kind in kinds]
        seen: list[int] = []
        while page := entries_about(ada, kinds=kinds, after=seen[-1] if seen else None, limit=100):
            seen += [entry.id for entry in page]
        assert seen == wanted
    handles([ada])  # the lease of the wrapping key may have ended on a slow machine
    with CaptureQueriesContext(connection) as asked:
        entries_about(ada, limit=25)
    assert len(asked) == 3, "the key, the newest of their own, and those of a lasting handle"


def test_the_first_entry_is_found_when_it_is_the_only_one_and_at_every_turn_of_a_page() -> None:
    ((ada, _),) = world.load(1)
    known_as = handles([ada])
    written = 0
    for more in (1, 499, 1):
        with transaction.atomic():
            subjects = subjects_in_order([ada] * more, {ada: known_as[ada].secret})
            append_many(
                [
                    NewEntry("use.granted", SYSTEM, clock.now(), subject.handle)
                    for subject in subjects
                    if subject
                ]
            )
        written += more
        known_as = handles([ada])
        found = entries_about(ada, limit=1_000)
        assert len({entry.id for entry in found}) == len(found) == written
        assert len(list(every_entry_about(known_as[ada]))) == written


def test_one_known_moment_does_not_give_a_history() -> None:
    """Whoever has the whole log, the database and every secret of the instance, and causes one
    entry about somebody, finds none of the others by it."""
    (ada, _), (ben, _) = world.load(2)
    live(ada)
    live(ben)
    caused = str(entries_about(ada)[0].handle)
    others = {str(entry.handle) for entry in (*entries_about(ada)[1:], *entries_about(ben))}
    known = [
        instance_secret(name) for name in InstanceSecret.objects.values_list("name", flat=True)
    ]
    known += [bytes.fromhex(caused), ada.to_bytes(8, "big"), b""]
    known += [bytes(row) for row in PersonKey.objects.values_list("wrapped", flat=True)]
    for key in known:
        computed = handles_of(ada, key, None, 50)
        assert not others & {*computed.all()}
    for row in Entry.objects.exclude(handle=None):
        if row.handle != caused:
            assert caused not in bytes(row.body).decode()


def test_after_an_erasure_no_entry_leads_to_another() -> None:
    (ada, _), (ben, _) = world.load(2)
    live(ada)
    merge(ada, ben, chosen={}, reference="case/9", by=SYSTEM, at=clock.now())
    live(ada)
    ids = [entry.id for entry in entries_about(ada, limit=100)]
    vault.erase(ada, reason="asked", by=CUSTOMER, at=clock.now())
    assert entries_about(ada) == []
    assert Entry.objects.filter(pk__in=ids).count() == len(ids), "the log stays whole"
    rows = Entry.objects.exclude(handle=None).values_list("handle", flat=True)
    assert max(Counter(rows).values()) == 1


def test_a_restored_database_finds_whose_each_entry_is_and_counts_on() -> None:
    (ada, _), (ben, _) = world.load(2)
    live(ada)
    backup = dict(PersonKey.objects.values_list("person_id", "entries"))
    live(ada)
    live(ben)
    live(ada)
    now = dict(PersonKey.objects.values_list("person_id", "entries"))
    wanted = {str(handle): 0 for handle in Entry.objects.values_list("handle", flat=True) if handle}
    whose = {str(entry.handle): who for who in (ada, ben) for entry in entries_about(who, limit=99)}
    PersonKey.objects.update(entries=0)
    counting.advance(backup)
    resolved, counts = vault_queries.resolve_handles(wanted)
    assert resolved == whose
    counting.advance(counts)
    assert dict(PersonKey.objects.values_list("person_id", "entries")) == now
    with transaction.atomic():
        subject = entry_subject(ada)
    assert subject is not None
    assert subject.handle not in wanted


def test_a_number_is_taken_inside_the_transaction_of_its_entry_and_given_back_with_it() -> None:
    ((ada, _),) = world.load(1)
    with transaction.atomic():
        assert entry_subject(ada) is not None
        transaction.set_rollback(True)
    assert PersonKey.objects.get(person_id=ada).entries == 0
    assert entry_subject(2**40) is None


def test_nobody_and_who_was_erased_meanwhile_are_named_by_no_handle() -> None:
    (ada, _), (ben, _) = world.load(2)
    before = handle_secrets([ada])
    with transaction.atomic():
        first, nobody, unread, second = subjects_in_order([ada, None, ben, ada], before)
        assert (nobody, unread) == (None, None)
        assert first is not None
        assert second is not None
        assert first.handle != second.handle
        # What a use has read of somebody, who is erased before it writes its entry.
        read = handle_secrets([ada, ben])
        assert read[ben].count == 0, "no number was taken for whom no entry is about"
        destroy_person_key(ben)
        assert subjects_in_order([ben], read) == [None]
        assert not is_about(ada, None)
        assert not destroy_person_key(ben)
    with pytest.raises(NotFound):
        person_handles(ben)
    with pytest.raises(NotFound):
        set_handles(ben, read[ben])
