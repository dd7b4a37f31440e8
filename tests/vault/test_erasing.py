"""An erasure: what it writes, what a restored backup repeats, and what is not found any more."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Word
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.queries import SecretMissing, instance_secret, person_key, person_keys
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault import (
    actions,
    blind,
    changing,
    field_erasure,
    generations,
    mailboxes,
    queries,
    replay,
)
from aboveboard.vault.entries import ErasureDone, FieldErased, erasure_reason
from aboveboard.vault.models import BlindIndex, IndexGenerations, Person, SealedRecord
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.records import unreadable
from tests import world

pytestmark = pytest.mark.django_db
ASKED = erasure_reason("asked")


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def erasures() -> int:
    return Entry.objects.filter(kind="erasure.done").count()


def test_an_erasure_writes_one_entry_about_whoever_had_one_handle_for_each() -> None:
    (ada, row), (ben, _) = world.load(2)
    entry_id = actions.erase(ada, reason="asked", by=SYSTEM, at=clock.now())
    assert Entry.objects.get(kind="erasure.done").pk == entry_id
    assert queries.find("email", row["email"]) == []
    assert queries.fetch([ada, ben]).keys() == {ben}
    assert actions.destroy_keys_without_record() == 0
    with pytest.raises(NotFound):
        actions.erase(ada, reason="asked", by=SYSTEM, at=clock.now())


def test_a_restored_backup_repeats_erasures_without_writing_them_again() -> None:
    (ada, row), (ben, of_ben) = world.load(2)

    def recorded(person_id: int | None) -> RecordedEntry[ErasureDone]:
        return RecordedEntry(7, clock.now(), SYSTEM, ErasureDone(ASKED), person_id)

    replay.repeat_erasure(recorded(ada))
    replay.repeat_erasure(recorded(ada))
    assert queries.fetch([ada, ben]).keys() == {ben}
    assert queries.find("email", row["email"]) == []
    fields = FieldErased(ASKED, (Word("email"), Word("first_name")), sweep=None, promise=None)
    replay.repeat_field_erasure(RecordedEntry(8, clock.now(), SYSTEM, fields, ben))
    assert not {"email", "first_name"} & queries.held_fields(ben)
    assert queries.find("email", of_ben["email"]) == []
    assert queries.find("customer_number", of_ben["customer_id"]) == [ben]
    assert erasures() == 0
    for again in (
        lambda: replay.repeat_erasure(recorded(None)),
        lambda: replay.repeat_field_erasure(RecordedEntry(8, clock.now(), SYSTEM, fields, None)),
    ):
        with pytest.raises(NotHeld):
            again()
    with pytest.raises(NotFound):
        replay.repeat_field_erasure(RecordedEntry(8, clock.now(), SYSTEM, fields, ada))


def test_fields_that_are_erased_are_named_once_and_take_the_key_with_them() -> None:
    ((ada, row),) = world.load(1)
    before = person_key(ada)

    def erase(*fields: str) -> frozenset[str]:
        return field_erasure.erase_fields(
            ada,
            fields,
            kinds=kinds(),
            reason="asked",
            sweep=3,
            promise=1,
            by=SYSTEM,
            at=clock.now(),
        )

    assert erase("gift") == frozenset()
    assert person_key(ada) == before, "nothing was there, and nothing was changed"
    assert erase("phone", "city", "gift") == {"phone", "city"}
    assert person_key(ada) != before, "what old copies are sealed with is gone"
    (entry,) = Entry.objects.filter(kind="field.erased")
    facts = json.loads(bytes(entry.body))["facts"]
    assert (facts["fields"], facts["sweep"], facts["promise"]) == (["city", "phone"], 3, 1)
    assert queries.find("phone", row["phone"], regions=[row["country"]]) == []
    assert queries.find("email", row["email"]) == [ada]


def test_keys_that_open_nothing_and_records_that_nothing_opens_are_found() -> None:
    (ada, _), (ben, _) = sorted(world.load(2), key=lambda each: each[0])
    boxes = bytes(SealedRecord.objects.get(person_id=ben).boxes)
    assert unreadable([ada, ben]) == []
    SealedRecord.objects.filter(person_id=ada).update(boxes=boxes)
    assert unreadable([ada, ben]) == [ada]
    assert queries.people_without_key() == []
    PersonKey.objects.filter(person_id=ada).delete()
    assert queries.people_without_key() == [ada]
    Person.objects.filter(id=ben).delete()
    assert actions.destroy_keys_without_record() == 1
    assert person_keys([ada, ben]) == {}


def test_the_record_and_not_the_index_says_whose_mailbox_it_is() -> None:
    (ada, row), (ben, _) = world.load(2)
    email = row["email"]
    assert mailboxes.owners(email) == mailboxes.owners(email.upper()) == [ada]
    assert mailboxes.owners("no address") == mailboxes.owners("nobody@example.com") == []
    BlindIndex.objects.create(kind=1, digest=blind.digests("email", email)[0], person_id=ben)
    assert queries.find("email", email) == sorted([ada, ben])
    assert mailboxes.owners(email) == [ada]


def test_an_index_key_that_was_destroyed_is_never_made_again() -> None:
    world.load(1)
    assert blind.check(0) == blind.check()
    assert len(blind.check()) == 16
    assert blind.check(3) == ""
    with pytest.raises(SecretMissing):
        blind.key("email", 3)
    assert blind.number_of("phone:e164") == 2
    assert blind.number_of("text") is None


def test_nor_the_first_one_once_people_are_known_to_be_filed_under_it() -> None:
    """Under a fresh key nobody would ever be found again."""
    world.load(1)
    with transaction.atomic():
        generations.change_generations(0, None)
    generations.current()
    InstanceSecret.objects.filter(name=blind.secret_name(0)).delete()
    instance_secret.cache_clear()
    with pytest.raises(SecretMissing):
        queries.find("email", "ada@example.com")
    assert not InstanceSecret.objects.filter(name=blind.secret_name(0)).exists()


def test_a_process_lets_go_of_an_index_key_that_another_one_replaced() -> None:
    world.load(1)
    generations.current()
    former = blind.key("email")
    IndexGenerations.objects.update_or_create(pk=1, defaults={"searched": 1, "also": None})
    InstanceSecret.objects.filter(name=blind.secret_name(0)).delete()
    instance_secret(blind.secret_name(1))
    assert generations.current().searched == 1
    assert blind.key("email") != former
    with pytest.raises(SecretMissing):
        blind.key("email", 0)


def test_a_process_that_has_just_begun_finds_people_as_one_that_asked_before() -> None:
    ((ada, row),) = world.load(1)
    generations.forget()
    assert queries.find("email", row["email"]) == [ada]


@pytest.mark.django_db(transaction=True)
def test_what_is_filed_under_is_fixed_for_one_transaction_alone() -> None:
    for ask in (
        generations.written_generations,
        generations.exclude_writers,
        lambda: generations.change_generations(0, 1),
    ):
        with pytest.raises(RuntimeError, match="for one transaction"):
            ask()
    with transaction.atomic():
        assert generations.written_generations() == (0,)
        generations.change_generations(0, 1)
        assert generations.written_generations() == (0, 1)


def test_an_address_that_nothing_can_be_sent_to_is_nobodys_mailbox() -> None:
    """As an earlier version could file it."""
    (ada, row), *_ = world.load(1)
    changing.replace(
        ada,
        {"email": f"{row['email']} (old)"},
        kinds={"email": "email"},
        origins={"email": ValueOrigin(1, None, "", "")},
        by=SYSTEM,
        at=clock.now(),
    )
    BlindIndex.objects.create(kind=1, digest=blind.digests("email", row["email"])[0], person_id=ada)
    assert queries.find("email", row["email"]) == [ada]
    assert mailboxes.owners(row["email"]) == []
