"""Whatever writes a person's number waits for an erasure that is under way, and finds nobody after
it: nothing of theirs is written behind its back, and neither ends in a fault.

Each thing is done while an erasure has the person locked: an action that does not wait for it ends
too soon, and what it wrote is found afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.access.by_identifier import use_each
from aboveboard.access.emergency import actions as emergency
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.explain.person import explain_entry
from aboveboard.access.models import EmergencyUse, QuietRefusal
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.accounts.models import Account
from aboveboard.accounts.signin.code import CodeAudience, account_of
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake import load as loading
from aboveboard.intake.models import FieldNote
from aboveboard.vault import actions as vault
from aboveboard.vault.locking import lock_person
from tests import world
from tests.concurrency.crew import at_once
from tests.recovery.files import ASK, source, written

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = UseRequest(world.OFFERS, "personal-offers", ("email",), "email")
PATIENCE = 4.0
"""Seconds for which an erasure that has the person locked lets the other go on alone: enough for
one that does not wait to be done."""


def beside_an_erasure(person_id: int, work: Callable[[], object], *, begun: bool = True) -> object:
    """Begin ``work`` while an erasure holds the person, and has deleted what there is, or, if not
    ``begun``, has yet to; return what came of it."""
    locked, done = threading.Event(), threading.Event()

    def erase() -> None:
        with transaction.atomic():
            lock_person(person_id)
            if begun:
                vault.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())
            locked.set()
            done.wait(PATIENCE)
            if not begun:
                vault.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())

    def do() -> object:
        assert locked.wait(60)
        try:
            return work()
        finally:
            done.set()

    erased, outcome = at_once([erase, do])
    assert erased is None, erased
    return outcome


def _refuser() -> tuple[int, UseRequest]:
    """Return somebody who said no, and a look-up by their address that comes to nothing for it."""
    (person_id, row), *_ = world.load(3)
    choose(
        person_id,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:1",
        by=world.ADVISER,
        at=clock.now(),
    )
    return person_id, OFFER.for_subject(Subject(kind="email", value=row["email"]))


def test_no_look_up_names_who_is_erased_meanwhile_and_neither_fails() -> None:
    person_id, ask = _refuser()
    outcome = beside_an_erasure(person_id, lambda: use_each([ask], at=clock.now())[0])
    assert isinstance(outcome, UseResult | AboveboardError), outcome
    assert not QuietRefusal.objects.filter(person_id__isnull=False).exists()


def test_no_explanation_names_who_is_erased_meanwhile_and_neither_fails() -> None:
    person_id, ask = _refuser()
    use_each([ask], at=clock.now())
    quiet = QuietRefusal.objects.get(person_id=person_id)
    outcome = beside_an_erasure(
        person_id, lambda: explain_entry(quiet.entry_id, by=world.ADVISER, at=clock.now())
    )
    assert not isinstance(outcome, Exception), outcome
    assert not QuietRefusal.objects.filter(person_id__isnull=False).exists()


def test_no_account_is_made_for_who_is_erased_while_they_sign_in() -> None:
    (person_id, row), *_ = world.load(3)
    assert beside_an_erasure(person_id, lambda: _sign_in(row["email"])) is None
    assert not Account.objects.customers().exists()


def _sign_in(email: str) -> Account | None:
    return account_of(email, CodeAudience.CUSTOMER)


def test_no_import_asks_about_who_is_erased_meanwhile(tmp_path: Path) -> None:
    (person_id, row), *_ = world.load(3)
    again = source(written(tmp_path / "again.csv", [row | {"email": "new@example.org"}]), ASK)
    outcome = beside_an_erasure(
        person_id, lambda: loading.load(again, by=SYSTEM, at=clock.now(), processes=1)
    )
    assert not isinstance(outcome, Exception), outcome
    assert not FieldNote.objects.exists()


def test_no_emergency_names_who_is_erased_meanwhile_and_nobody_waits_for_ever() -> None:
    (person_id, row), *_ = world.load(3)
    outcome = beside_an_erasure(
        person_id,
        lambda: emergency.break_glass(
            Subject(kind="email", value=row["email"]),
            ("first_name",),
            EmergencyGround.LIFE_IN_DANGER,
            by=world.ADVISER,
            at=clock.now(),
        ),
        begun=False,
    )
    assert isinstance(outcome, UseResult | AboveboardError), outcome
    assert not EmergencyUse.objects.filter(person_id__isnull=False).exists()
