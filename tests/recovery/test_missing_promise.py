"""A promise was adopted after the backup, and the log does not hold its text: what is to be done
for people does not wait until somebody adopts it again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics.actor import SYSTEM
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.intake.models import ErasedIdentifier, ErasedPerson
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import PromiseMissing, in_force
from aboveboard.recovery.restoring.rules import ReplayOutcome
from aboveboard.recovery.upgrading import authenticate_rows
from aboveboard.vault import actions as vault
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.queries import find, held_fields, person
from tests.recovery import stand
from tests.recovery.stand import NOW, WEEK
from tests.world import ADVISER, PROMISE_FILE, load

pytestmark = pytest.mark.django_db(transaction=True)


def test_erasures_are_repeated_and_new_ones_made_while_the_promise_is_missing(
    tmp_path: Path,
) -> None:
    authenticate_rows(by=SYSTEM, at=NOW)
    (gone, row), (less, less_row), (later, later_row), (stays, _) = load(4)
    choose(
        gone,
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:1",
        by=ADVISER,
        at=NOW - WEEK,
    )
    made = stand.back_up(tmp_path / "backups", NOW - WEEK)
    text = PROMISE_FILE.read_text("utf-8") + "\n# as of this week\n"
    adopt_promise(text, name="new.yaml", by=SYSTEM, at=NOW - timedelta(days=2))
    kinds = {key: each.kind_and_format for key, each in in_force().promise.fields.items()}
    at = NOW - timedelta(days=1)
    vault.erase(gone, reason="asked", by=SYSTEM, at=at)
    erase_fields(less, ["email"], kinds=kinds, reason="asked", by=SYSTEM, at=at)
    stand.sequence_now()

    done = stand.restore(made.records, made.keys)

    repeated = {line.kind for line in done.lines if line.outcome is ReplayOutcome.REPEATED}
    assert {"erasure.done", "field.erased"} <= repeated
    with pytest.raises(PromiseMissing):
        in_force()
    with pytest.raises(PromiseMissing):
        use(UseRequest(ADVISER, "answer-contact", ("email",), "phone", Subject(stays)), at=NOW)
    assert person(gone) is None
    assert find("email", row["email"]) == []
    assert "email" not in held_fields(less)
    assert find("email", less_row["email"]) == []
    # As before the backup: what they said no to is remembered with them.
    (remembered,) = ErasedPerson.objects.all()
    assert remembered.objections == ["personal-offers"]
    assert ErasedIdentifier.objects.filter(erased=remembered).count() > 1

    vault.erase(later, reason="asked", by=SYSTEM, at=NOW)
    assert find("customer_number", later_row["customer_id"]) == []
    assert ErasedPerson.objects.count() == 2

    adopt_promise(text, name="new.yaml", by=SYSTEM, at=NOW)
    assert use(
        UseRequest(ADVISER, "answer-contact", ("email",), "phone", Subject(stays)), at=NOW
    ).allowed
