"""What was written for the reviewers of an emergency is about a person: to read it is a use."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError

from aboveboard.access.emergency.notes import open_note
from aboveboard.access.emergency.review import read_note
from aboveboard.access.models import EmergencyUse
from aboveboard.access.queries import use_records
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Refused
from aboveboard.keys.queries import person_key
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.vault import actions as vault_actions
from tests.access.test_emergency import SECRET, adviser, ask, lead, someone

__all__ = ["adviser", "lead", "someone"]

pytestmark = pytest.mark.django_db


def test_to_read_why_it_was_asked_is_a_use_that_the_person_sees(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    person, row = someone
    ask(adviser, row)
    kept = EmergencyUse.objects.get()
    with pytest.raises(Refused):
        read_note(kept.pk, by=adviser, at=clock.now())
    assert len(use_records(person)) == 1
    note = read_note(kept.pk, by=lead, at=clock.now())
    assert note is not None
    assert note.reveal() == SECRET
    assert SECRET not in repr(note)
    seen, _ = use_records(person)
    assert (seen.note, seen.actor, seen.fields, seen.emergency) == (True, lead, (), "")
    assert ledger.entry(seen.entry_id).facts == {
        "purpose": "emergency",
        "about": kept.entry_id,
    }


def test_why_it_was_asked_is_not_read_where_the_entry_cannot_be_written(
    someone: Any, adviser: Actor, lead: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aboveboard.access.emergency import review as reviewing

    ask(adviser, someone[1])
    opened: list[object] = []

    def broken(*args: Any, **more: Any) -> int:
        raise DatabaseError("disk full")

    monkeypatch.setattr(reviewing, "append", broken)
    monkeypatch.setattr(reviewing, "open_note", opened.append)
    with pytest.raises(DatabaseError):
        read_note(EmergencyUse.objects.get().pk, by=lead, at=clock.now())
    assert not opened


def test_nothing_is_written_where_nothing_can_be_read(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    ask(adviser, someone[1], note="")
    assert read_note(EmergencyUse.objects.get().pk, by=lead, at=clock.now()) is None
    ask(adviser, someone[1])
    kept = EmergencyUse.objects.latest("pk")
    vault_actions.erase(someone[0], reason="asked", by=lead, at=clock.now())
    assert read_note(kept.pk, by=lead, at=clock.now()) is None
    assert not Entry.objects.filter(kind="emergency.note-read").exists()


def test_a_note_that_any_version_sealed_as_it_is_written_down_is_read(
    someone: Any, adviser: Actor
) -> None:
    """``12 bytes nonce | AES-256-GCM(words)``, bound to the number of its entry."""
    ask(adviser, someone[1])
    row, key, nonce = EmergencyUse.objects.get(), person_key(someone[0]), bytes(range(12))
    assert key is not None
    bound = b"aboveboard/emergency/v1" + row.entry_id.to_bytes(8, "big")
    row.words = nonce + AESGCM(key).encrypt(nonce, b"Nobody answers", bound)
    note = open_note(row)
    assert note is not None
    assert note.reveal() == "Nobody answers"
    row.entry_id += 1
    assert open_note(row) is None, "of another use"
