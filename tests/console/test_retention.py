"""What the privacy lead does about retention: holds, restrictions, sweeps, and two
records of one person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.person_codes import person_code
from aboveboard.identity.models import MergedPerson
from aboveboard.intake.models import FieldNote
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.retention import queries as retention
from aboveboard.retention.actions import place_hold
from aboveboard.retention.reasons import HoldReason
from aboveboard.retention.sweep import erasing, queries, reviewing
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import aliases
from aboveboard.vault import queries as vault
from aboveboard.vault.origin import ValueOrigin
from tests.accounts.people import customer_client, staff_client
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
Someone = tuple[int, dict[str, str]]


@pytest.fixture
def two() -> tuple[Someone, Someone]:
    one, other, *_ = load(3)
    return one, other


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.PRIVACY_LEAD)


def test_only_the_privacy_lead_comes_in(two: tuple[Someone, Someone]) -> None:
    assert (
        refused_to_the_others(f"/console/retention/people/{two[0][0]}/", [Role.PRIVACY_LEAD]) == []
    )


def test_a_hold_is_placed_seen_by_the_customer_and_released(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    page = f"/console/retention/people/{person}/"
    assert "Legal holds None." in words(lead.get(page))
    asked = lead.post(f"{page}hold/", {})
    assert asked.status_code == 422
    assert "Choose a reason." in asked.content.decode()
    assert (
        lead.post(f"{page}hold/", {"why": "claim", "reference": "case/7", "until": ""}).status_code
        == 302
    )
    assert "case/7" in lead.get(page).content.decode()
    assert "case/7" in lead.get("/console/retention/").content.decode()
    assert "We have to keep your data for now" in words(customer_client(person).get("/you/"))
    again = lead.post(f"{page}hold/", {"why": "claim", "reference": "case/7", "until": ""})
    assert "There is an open one" in again.content.decode()
    (hold,) = retention.holds(person)
    assert lead.post(f"{page}holds/{hold.id}/", {"reference": "ruling/7"}).status_code == 302
    assert "ruling/7" in lead.get(page).content.decode()
    assert "We have to keep your data" not in words(customer_client(person).get("/you/"))


def test_a_restriction_is_placed_seen_and_lifted_once_they_were_told(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    page = f"/console/retention/people/{person}/"
    day = f"{clock.now() + timedelta(days=9):%Y-%m-%d}"
    assert (
        lead.post(
            f"{page}restrict/", {"why": "accuracy_contested", "reference": "call/9", "until": day}
        ).status_code
        == 302
    )
    assert "We are not using your data at the moment" in words(customer_client(person).get("/you/"))
    (row,) = retention.restrictions(person)
    assert row.until is not None
    assert f"{row.until - timedelta(days=1):%Y-%m-%d}" == day, "the last day counts to its end"
    assert (
        "They must be informed first" in lead.get(f"{page}restrictions/{row.id}/").content.decode()
    )
    assert lead.post(f"{page}restrictions/{row.id}/", {"reference": "letter/3"}).status_code == 302
    assert not retention.retention_statuses([person], at=clock.now())[person].restricted


def test_a_sweep_is_listed_to_the_last_row(lead: Client, two: tuple[Someone, Someone]) -> None:
    at = clock.now() + timedelta(days=366 * 12)
    sweep = reviewing.review(by=SYSTEM, at=at)
    page = lead.get(f"/console/retention/sweeps/{sweep.id}/").content.decode()
    assert f"aboveboard sweep --erase {sweep.digest}" in page
    assert page.count("Everything\n") == 3
    erasing.erase(sweep.digest, by=SYSTEM, at=lambda: at)
    page = lead.get(f"/console/retention/sweeps/{sweep.id}/?outcome=person").content.decode()
    assert "the whole record was erased" in page
    assert lead.get("/console/retention/sweeps/99/").status_code == 404
    assert queries.outcomes(sweep.id) == {"person": 3}


def test_two_records_are_compared_without_a_value_made_one_and_two_again(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (one, row), (other, other_row) = two
    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "")
    vault_actions.correct(
        other, "email", row["email"], kinds=kinds, origin=origin, by=ADVISER, at=clock.now()
    )
    address = f"/console/retention/duplicates/{one}/{other}/"
    page = words(lead.get(address))
    for value in (row["email"], other_row["email"], row["last_name"], other_row["last_name"]):
        assert value not in page.split()
    form = lead.get(address).context["form"]
    said = {name: field.initial for name, field in form.fields.items() if name != "reference"}
    assert lead.post(address, said).status_code == 422
    assert lead.post(address, said | {"reference": "case/1"}).status_code == 302
    assert aliases.current_number(other) == one
    merged = MergedPerson.objects.get()
    assert "Undo" in lead.get(f"/console/retention/people/{other}/").content.decode(), (
        "the old number leads to the page"
    )
    assert (
        lead.post(
            f"/console/retention/merges/{merged.pk}/undo/", {"reference": "case/2"}
        ).status_code
        == 302
    )
    assert vault.held_fields(other)
    assert "undone" in lead.get("/console/retention/duplicates/").content.decode()
    assert lead.get(f"/console/retention/duplicates/{one}/404/").status_code == 404


def test_a_person_one_has_looked_up_leads_here(lead: Client, two: tuple[Someone, Someone]) -> None:
    (person, row), _ = two
    asked = {"who": row["email"], "channel": "email", "fields_wanted": ["email"], "reference": ""}
    purposes = [
        key
        for key, purpose in in_force().promise.purposes.items()
        if "privacy-lead" in purpose.roles and "email" in purpose.fields
    ]
    assert purposes, "the sample lets the privacy lead look somebody up"
    asked["channel"] = in_force().promise.purposes[purposes[0]].channels[0]
    page = lead.post(f"/console/people/{purposes[0]}/", asked).content.decode()
    assert f"/console/retention/people/{person_code(person)}/" in page


def test_one_person_is_erased_after_two_pages_and_the_person_can_be_told(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, row), _ = two
    page = f"/console/retention/people/{person}/erase/"
    assert refused_to_the_others(page, [Role.PRIVACY_LEAD]) == []
    assert lead.post(page, {}).status_code == 422
    asked = lead.post(page, {"why": "asked"})
    assert asked.status_code == 200
    assert "Nobody can undo this" in words(asked)
    assert vault.person(person) is not None
    done = lead.post(page, {"why": "asked", "confirmed": "yes"})
    assert "Tell the person: On " in words(done)
    assert vault.person(person) is None
    assert not vault.find("customer_number", row["customer_id"])
    assert lead.get(page).status_code == 404


def test_whoever_is_under_a_hold_is_not_erased_and_the_page_says_why(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    place_hold(person, HoldReason.CLAIM, reference="case/7", until=None, by=ADVISER, at=clock.now())
    page = f"/console/retention/people/{person}/erase/"
    assert "GDPR Art. 17(3)(e)), reference case/7" in words(lead.get(page))
    assert lead.post(page, {"why": "asked", "confirmed": "yes"}).status_code == 409
    assert vault.person(person) is not None


def test_a_value_that_differs_is_listed_and_decided(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    note = FieldNote.objects.create(
        person_id=person, field="email", state="asked", digest=b"1", at=clock.now(), line=7
    )
    assert "1 value of an imported file needs a decision" in words(lead.get("/console/retention/"))
    listed = "/console/retention/differences/"
    assert refused_to_the_others(listed, [Role.PRIVACY_LEAD]) == []
    assert person_code(person) in words(lead.get(listed))
    page = f"{listed}{note.pk}/"
    assert lead.get(page).status_code == 200
    assert lead.post(page, {"answer": "erased"}).status_code == 422
    assert lead.post(page, {"answer": "keep"}).status_code == 302
    assert FieldNote.objects.get().state == "keep"
    assert lead.post(page, {"answer": "take"}).status_code == 422
    assert "No value needs a decision" in words(lead.get(listed))
    assert lead.get(f"{listed}404/").status_code == 404


def test_whom_to_write_to_is_recorded_shown_and_ended(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    page = f"/console/retention/people/{person}/"
    assert refused_to_the_others(f"{page}write-to/", [Role.PRIVACY_LEAD]) == []
    assert lead.post(f"{page}write-to/", {"why": "child", "instead": ""}).status_code == 422
    parent = {"why": "child", "instead": "parent@example.org"}
    assert lead.post(f"{page}write-to/", parent).status_code == 302
    written = Entry.objects.count()
    again = lead.post(f"{page}write-to/", parent | {"instead": "Parent@Example.org"}, follow=True)
    assert "That is recorded already. Nothing was changed." in words(again)
    assert Entry.objects.count() == written
    shown = words(lead.get(page))
    assert "Somebody else is written to instead of them" in shown
    assert "parent@example.org" not in shown
    assert lead.post(f"{page}write-to-them/").status_code == 302
    assert "They are written to themselves" in words(lead.get(page))


def test_how_it_is_safe_to_write_is_recorded_shown_and_ended(
    lead: Client, two: tuple[Someone, Someone]
) -> None:
    (person, _), _ = two
    page = f"/console/retention/people/{person}/"
    assert refused_to_the_others(f"{page}safe-contact/", [Role.PRIVACY_LEAD]) == []
    assert lead.post(f"{page}safe-contact/", {"safe": ["sms"], "instead": ""}).status_code == 422
    risk = {"safe": ["sms"], "instead": "Her post is read at home."}
    assert lead.post(f"{page}safe-contact/", risk).status_code == 302
    shown = words(lead.get(page))
    assert "Safe: Text message. Nothing is sent by another way." in shown
    assert "read at home" not in shown
    assert lead.post(f"{page}safe-contact/", risk | {"safe": []}).status_code == 302
    assert "No way is safe. A person calls them." in words(lead.get(page))
    assert lead.post(f"{page}any-contact/").status_code == 302
    assert "at risk:" in words(lead.get(page))
