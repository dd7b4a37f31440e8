"""People of one incident who are judged by themselves; and what was protected of those who are
listed or estimated."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.incidents import actions, affected, groups, queries
from aboveboard.incidents.assessment.circumstances import NoSuchAnswer
from aboveboard.incidents.assessment.inquiry import inquiry
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.models import DutyRecord, Incident
from aboveboard.law.categories import bitmap
from aboveboard.ledger.models import Entry
from tests import world
from tests.incidents.conftest import AT, LEAD

KNOWN = {
    "hands": "few_known",
    "recipients": "2",
    "deletion": "yes",
    "taking": "acquired",
    "seen": "yes",
    "malicious": "no",
    "outage": "none",
    "change": "none",
    "vital": "no",
    "vulnerable": "no",
    "habits": "trace",
}
CONTACT = ["user.name", "user.contact.email"]
ORDER = [*CONTACT, "user.behavior.purchase_history"]
STOLEN = {"hands": "hostile", "malicious": "yes", "habits": "much"}


@pytest.fixture
def letter(promise: None) -> int:
    """A loss of two kinds of people, everything about it answered."""
    number = actions.open_other(title="Two letters", by=LEAD, at=AT).number
    affected.add_estimate(number, "FR", 40, CONTACT, by=LEAD, at=AT)
    affected.add_estimate(number, "DE", 2, ORDER, by=LEAD, at=AT)
    counting.count(number, by=LEAD, at=AT)
    actions.change(number, answers=KNOWN, by=LEAD, at=AT)
    return number


@pytest.fixture
def promise(db: None) -> None:
    """The sample promise in force, and somebody held."""
    world.load(2)


def risk_of(number: int) -> str:
    judged = queries.assessment(number)
    assert judged is not None
    return judged.risk


def duties_of_people(number: int) -> dict[str, str]:
    rows = DutyRecord.objects.filter(
        incident__number=number, recipient_type="individuals", dropped_at=None
    )
    return {row.jurisdiction: row.required for row in rows}


def test_the_group_that_is_worst_off_decides_for_the_authority_and_each_for_its_own_people(
    letter: int,
) -> None:
    assert risk_of(letter) == "unlikely"
    groups.set_group(letter, "Orders", ["user.behavior.purchase_history"], STOLEN, by=LEAD, at=AT)
    assert risk_of(letter) == "high"
    assert dict(duties_of_people(letter).items()) == {
        "FR": "no",
        "DE": "yes",
    }
    groups.remove_group(letter, "Orders", by=LEAD, at=AT)
    assert risk_of(letter) == "unlikely"


def test_an_answer_left_blank_is_the_incidents_again(letter: int) -> None:
    groups.set_group(letter, "Orders", ["user.behavior.purchase_history"], STOLEN, by=LEAD, at=AT)
    groups.set_group(letter, "Orders", answers={"hands": "", "habits": ""}, by=LEAD, at=AT)
    (group,) = Incident.objects.get(number=letter).groups
    assert group["answers"] == {"malicious": "yes"}
    assert group["categories"] == ["user.behavior.purchase_history"]
    assert risk_of(letter) == "unlikely"


def test_the_same_group_again_changes_nothing(letter: int) -> None:
    data = ["user.behavior.purchase_history"]
    groups.set_group(letter, "Orders", data, STOLEN, by=LEAD, at=AT)
    entries = Entry.objects.count()
    groups.set_group(letter, "Orders", data, STOLEN, by=LEAD, at=AT)
    assert Entry.objects.count() == entries
    groups.remove_group(letter, "Orders", by=LEAD, at=AT)
    with pytest.raises(NotFound):
        groups.remove_group(letter, "Orders", by=LEAD, at=AT)


def test_what_a_group_is_called_stays_out_of_the_log(letter: int) -> None:
    groups.set_group(letter, "Ada Lovelace", CONTACT, {"hands": "nobody"}, by=LEAD, at=AT)
    bodies = b"".join(bytes(entry.body) for entry in Entry.objects.all())
    assert b"Lovelace" not in bodies
    assert b"group" in bodies


def test_a_group_is_asked_what_can_change_its_own_answer(letter: int) -> None:
    groups.set_group(letter, "Orders", ["user.behavior.purchase_history"], by=LEAD, at=AT)
    assert "habits" in inquiry(letter, "Orders").asked
    assert "habits" not in inquiry(letter).asked, "nobody else has any"
    with pytest.raises(NotFound):
        inquiry(letter, "Nobody")


def test_what_is_no_group_is_refused(letter: int) -> None:
    for name, data, answers in (
        ("", CONTACT, {}),
        ("x" * 81, CONTACT, {}),
        ("Orders", [], {}),
        ("Orders", ["user.shoe_size"], {}),
        ("Orders", CONTACT, {"what_happened": "A letter."}),
    ):
        with pytest.raises(Invalid):
            groups.set_group(letter, name, data, answers, by=LEAD, at=AT)
    with pytest.raises(NoSuchAnswer):
        groups.set_group(letter, "Orders", CONTACT, {"hands": "everyone"}, by=LEAD, at=AT)
    assert Incident.objects.get(number=letter).groups == []


def test_what_was_protected_of_people_who_are_listed_or_estimated_counts_as_such(
    db: None, tmp_path: Path
) -> None:
    """EDPB Guidelines 01/2021, case 6: user names beside hashes made for passwords."""
    loaded = world.load(3)
    number = actions.open_other(title="A website", by=LEAD, at=AT).number
    accounts = ["user.account.username", "user.authorization.password"]
    hidden = accounts[1:]
    lines = [row["email"] for _, row in loaded]
    affected.add_list(number, lines, accounts, protected=hidden, by=LEAD, at=AT)
    affected.add_estimate(number, "FR", 900, accounts, protected=hidden, by=LEAD, at=AT)
    counting.count(number, by=LEAD, at=AT)
    answers = {
        **KNOWN,
        "hands": "hostile",
        "malicious": "yes",
        "protection": "hashed_strong",
        "identifiable": "no",
    }
    actions.change(number, answers=answers, by=LEAD, at=AT)
    page = queries.page(number, at=AT)
    assert page.assessment is not None
    assert page.assessment.risk == "unlikely"
    assert {row["protected"] for row in page.assessment.severities} == {bitmap(hidden)}
    actions.change(number, answers={"protection": "hashed_plain"}, by=LEAD, at=AT)
    assert risk_of(number) == "high"
    with pytest.raises(Invalid):
        affected.add_estimate(number, "FR", 1, CONTACT, protected=["user.health"], by=LEAD, at=AT)
