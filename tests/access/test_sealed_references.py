"""What a use refers to: sealed for one entry, checked by the person alone, and lost to all once
they are erased."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from django.db import transaction

from aboveboard.access.actions import use, use_each
from aboveboard.access.queries import reference_keys, use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.package import RecordedEntry
from aboveboard.basics.sealing import derive_key, is_sealed, verify_text
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose, repeat
from aboveboard.choices.entries import ChoiceMade
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.identity.actions import merge, split
from aboveboard.keys.models import InstanceSecret, PersonKey
from aboveboard.keys.queries import instance_secret, person_handles, person_key
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import NewEntry, append_many
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault.rekeying.people import rotate_one
from tests import world

pytestmark = pytest.mark.django_db
ORDER = "ORD-10023"


def ask(person_id: int, purpose: str = "answer-contact", reference: str = ORDER) -> int:
    request = UseRequest(world.ADVISER, purpose, ("email",), "phone", Subject(person_id), reference)
    return use(request, at=clock.now()).entry_id


def sealed_in(entry_id: int) -> str:
    return str(ledger.entry(entry_id).facts["reference"])


def pieces(text: str, size: int = 8) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def test_two_entries_with_one_reference_have_nothing_in_common() -> None:
    (ada, row), (ben, _) = world.load(2)
    quiet = UseRequest(
        world.ADVISER,
        "personal-offers",
        ("email",),
        "phone",
        Subject(kind="email", value=row["email"]),
        ORDER,
    )
    use_each([quiet], at=clock.now())
    refused = Entry.objects.latest("pk").pk
    assert ledger.entry(refused).handle is None, "a quiet refusal names nobody"
    granted = [ask(ada), ask(ada), ask(ben), ask(ada, "personal-offers"), refused]
    facts = [sealed_in(entry_id) for entry_id in granted]
    for number, fact in enumerate(facts):
        assert is_sealed(fact)
        for other in facts[number + 1 :]:
            assert not pieces(fact) & pieces(other)


def test_the_person_can_check_each_of_theirs_and_nobody_elses() -> None:
    (ada, row), (ben, _) = world.load(2)
    entry = ledger.entry(ask(ada))
    (key,) = reference_keys(ada, entry)
    assert verify_text(sealed_in(entry.id), ORDER, bytes.fromhex(key))
    assert not verify_text(sealed_in(entry.id), "ORD-10024", bytes.fromhex(key))
    (other,) = reference_keys(ben, ledger.entry(ask(ben)))
    assert not verify_text(sealed_in(entry.id), ORDER, bytes.fromhex(other))
    subject = Subject(kind="email", value=row["email"])
    request = UseRequest(world.ADVISER, "personal-offers", ("email",), "phone", subject, ORDER)
    use_each([request], at=clock.now())
    quiet = ledger.entry(Entry.objects.latest("pk").pk)
    (kept,) = reference_keys(ada, quiet)
    assert verify_text(sealed_in(quiet.id), ORDER, bytes.fromhex(kept)), (
        "kept beside a quiet refusal"
    )


def test_a_new_key_a_merge_and_a_split_leave_them_checkable() -> None:
    (ada, _), (ben, _) = world.load(2)
    before, theirs = ledger.entry(ask(ada)), ledger.entry(ask(ben))

    def checks(person_id: int, entry: ledger.LedgerEntry) -> bool:
        fact = sealed_in(entry.id)
        return any(
            verify_text(fact, ORDER, bytes.fromhex(key)) for key in reference_keys(person_id, entry)
        )

    rotate_one(ada, by=SYSTEM, at=clock.now())
    assert checks(ada, before)
    done = merge(ada, ben, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())
    rotate_one(ada, by=SYSTEM, at=clock.now())
    assert checks(ada, before)
    assert checks(ada, theirs)
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    split(done.id, kinds=kinds, reference="case/2", by=SYSTEM, at=clock.now())
    assert checks(ben, theirs)
    assert not checks(ada, theirs)


def test_after_an_erasure_no_dictionary_finds_a_reference_or_the_handle() -> None:
    ((ada, _),) = world.load(1)
    choose(
        ada,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence=ORDER,
        by=world.ADVISER,
        at=clock.now(),
    )
    entry_id, wrapped = ask(ada), bytes(PersonKey.objects.get(person_id=ada).wrapped)
    fact = sealed_in(entry_id)
    vault_actions.erase(ada, reason="asked", by=CUSTOMER, at=clock.now())
    assert reference_keys(ada, ledger.entry(entry_id)) == ()
    assert person_key(ada) is None
    # Whoever has the database, the log and every secret of the instance tries what they know.
    known = [
        instance_secret(name) for name in InstanceSecret.objects.values_list("name", flat=True)
    ]
    known += [wrapped, ada.to_bytes(8, "big"), str(ada).encode(), b""]
    for guess in (ORDER, ORDER.lower(), f" {ORDER}"):
        bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
        assert hashlib.sha256(guess.encode()).hexdigest().encode() not in bodies
        for secret in known:
            assert not verify_text(fact, guess, secret)
            assert not verify_text(fact, guess, derive_key(secret, fact) or b"")
            assert hmac.digest(secret, guess.encode(), "sha256").hex().encode() not in bodies


def test_what_was_written_before_is_still_read() -> None:
    ((ada, _),) = world.load(1)
    plain = hashlib.sha256(ORDER.encode()).hexdigest()
    facts = {"purpose": "answer-contact", "fields": ["email"], "channel": "phone", "promise": 1}
    old = NewEntry(
        "use.granted",
        world.ADVISER,
        clock.now(),
        person_handles(ada).lasting[0],
        {**facts, "reference": plain},
    )
    with transaction.atomic():
        (entry_id,) = append_many([old])
    assert [record.entry_id for record in use_records(ada)] == [entry_id]
    assert reference_keys(ada, ledger.entry(entry_id)) == ()


def test_a_choice_that_a_restored_database_takes_from_the_log_names_its_entry() -> None:
    ((ada, _),) = world.load(1)
    made = choose(
        ada,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence=ORDER,
        by=world.ADVISER,
        at=clock.now(),
    )
    receipt = choices.receipt_of(made)
    fact = str(ledger.entry(made.entry_id).facts["evidence"])
    assert verify_text(fact, ORDER, bytes.fromhex(receipt.evidence_key)), "the receipt has the key"
    entry = ledger.entry(made.entry_id)
    for evidence, found in ((fact, f"entry:{made.entry_id}"), ("call:1", "call:1")):
        Choice.objects.all().delete()
        facts = ChoiceMade.from_json({**entry.facts, "evidence": evidence})
        repeat(RecordedEntry(entry.id, entry.at, entry.actor, facts, ada))
        (again,) = choices.history(ada)
        assert again.evidence == found
        assert choices.receipt_of(again).evidence_key == ""
