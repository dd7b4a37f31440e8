"""An instruction not to write, or to write to somebody else, comes along when two records become
one, and goes back when they are two again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aboveboard.basics import clock
from aboveboard.delivery import correspondence
from aboveboard.delivery.models import Correspondence
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.identity import actions as identity
from aboveboard.intake import former
from aboveboard.intake.models import FormerAddress
from aboveboard.promise.queries import in_force
from aboveboard.recovery.comparing import compare_rows
from aboveboard.rights import correction
from aboveboard.vault.actions import erase
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db

CHILD, DECEASED = CorrespondenceReason.CHILD, CorrespondenceReason.DECEASED
GUARDIAN = "guardian@example.org"


@pytest.fixture
def two() -> tuple[int, int]:
    (kept, _), (merged, _) = load(2)
    return kept, merged


def instruct(person: int, why: CorrespondenceReason, instead: str | None, *, ago: int) -> None:
    at = clock.now() - timedelta(hours=ago)
    correspondence.instruct(person, why, instead=instead, by=ADVISER, at=at)


def merge(kept: int, merged: int) -> int:
    done = identity.merge(kept, merged, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    return done.id


def split(number: int) -> None:
    kinds = {key: each.kind_and_format for key, each in in_force().promise.fields.items()}
    identity.split(number, kinds=kinds, reference="case/2", by=ADVISER, at=clock.now())


def written_to(number: int) -> str | None:
    """Return the reason and, if there is one, the address that is written to instead."""
    found = correspondence.instructions([number]).get(number)
    if found is None:
        return None
    address = found.open(at=clock.now())
    return found.why.value if address is None else address.reveal()


def test_a_childs_guardian_is_written_to_after_the_records_became_one(
    two: tuple[int, int],
) -> None:
    kept, merged = two
    instruct(merged, CHILD, GUARDIAN, ago=1)
    number = merge(kept, merged)
    assert [written_to(each) for each in two] == [GUARDIAN, GUARDIAN]
    identity.expire_undo_data(at=clock.now())
    split(number)
    assert [written_to(each) for each in two] == [None, GUARDIAN]
    assert list(compare_rows()) == []


@pytest.mark.parametrize("newer", ["kept", "merged"])
def test_the_newer_instruction_is_the_persons_and_each_gets_their_own_back(
    two: tuple[int, int], newer: str
) -> None:
    kept, merged = two
    instruct(kept, DECEASED, None, ago=1 if newer == "kept" else 2)
    instruct(merged, CHILD, GUARDIAN, ago=2 if newer == "kept" else 1)
    number = merge(kept, merged)
    expected = "deceased" if newer == "kept" else GUARDIAN
    assert [written_to(each) for each in two] == [expected, expected]
    assert list(compare_rows()) == []
    split(number)
    assert [written_to(each) for each in two] == ["deceased", GUARDIAN]
    assert list(compare_rows()) == []


def test_what_was_ended_while_they_were_one_does_not_come_back(two: tuple[int, int]) -> None:
    kept, merged = two
    instruct(merged, DECEASED, None, ago=1)
    number = merge(kept, merged)
    correspondence.end(kept, by=ADVISER, at=clock.now())
    split(number)
    assert [written_to(each) for each in two] == [None, None]
    assert list(compare_rows()) == []


def test_it_goes_with_the_person_whichever_number_it_was_recorded_for(
    two: tuple[int, int],
) -> None:
    kept, merged = two
    instruct(kept, DECEASED, None, ago=2)
    instruct(merged, CHILD, GUARDIAN, ago=1)
    merge(kept, merged)
    erase(kept, reason="asked", by=ADVISER, at=clock.now())
    assert not Correspondence.objects.exists()


def test_a_former_address_is_told_after_the_records_became_one(two: tuple[int, int]) -> None:
    kept, merged = two
    correction.correct(
        merged,
        "email",
        "new@example.org",
        channel="phone",
        proved=True,
        by=ADVISER,
        at=clock.now(),
    )
    merge(kept, merged)
    (row,) = FormerAddress.objects.all()
    both = former.open_changed_address(row.pk, at=clock.now())
    assert both is not None
    assert both.person_id == kept
    assert "@" in both.before.reveal()
