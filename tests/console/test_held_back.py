"""The privacy lead decides about rows that may be of another person than the one who was erased,
and lets somebody who was erased come back; each is confirmed on a page of its own."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics.actor import Role
from aboveboard.intake import held_back, notes
from aboveboard.intake.models import ErasedPerson, HeldBackRow
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.trials.nightly import Import, adopted, codes, erase, imported, known, person
from tests.trials.test_held_back import FILE, PHONE
from tests.trials.test_imports import HEADER, row

__all__ = ["adopted", "imported"]

pytestmark = pytest.mark.django_db
LIST = "/console/retention/held-back/"
LET_IN = "/console/retention/let-in/"


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.PRIVACY_LEAD)


@pytest.fixture
def page(imported: Import) -> str:
    """The page of the row that is held back: a stranger's, who shares a phone with one erased."""
    imported(HEADER + row("T001") + row("T002", "Ben,Hale", **PHONE))
    erase("T002")
    imported(FILE)
    return f"{LIST}{HeldBackRow.objects.get().pk}/"


def decided() -> int:
    return Entry.objects.filter(kind="held-back.decided").count()


@pytest.mark.parametrize("address", [LIST, LET_IN, ""], ids=["list", "let in", "row"])
def test_only_the_privacy_lead_comes_in(page: str, address: str) -> None:
    assert refused_to_the_others(address or page, [Role.PRIVACY_LEAD]) == []


def test_rows_are_listed_with_where_why_and_how_far_the_decisions_are(
    lead: Client, page: str
) -> None:
    listed = words(lead.get(LIST))
    assert "1 to decide, 0 decided" in listed
    assert "Line 3 of customers.csv" in listed
    assert "It has the phone number of somebody who was erased on" in listed
    run = HeldBackRow.objects.get().run_id
    assert "Line 3 of customers.csv" in words(lead.get(f"{LIST}?import={run}"))
    empty = words(lead.get(f"{LIST}?import={run + 1}"))
    assert "No row needs a decision" in empty
    assert "No row was decided about" in words(lead.get(f"{LIST}?decided=yes"))
    assert "1 row of an imported file needs a decision" in words(lead.get("/console/retention/"))
    assert lead.get(f"{LIST}404/").status_code == 404


def test_to_take_a_row_is_confirmed_and_then_the_next_import_takes_it(
    lead: Client, page: str, imported: Import
) -> None:
    assert lead.post(page, {"answer": "take", "reference": ""}).status_code == 422
    assert lead.post(page, {"answer": "take", "reference": "Zoe Park"}).status_code == 422
    assert lead.post(page, {"answer": "waiting", "reference": "call/7"}).status_code == 422
    answer = {"answer": "take", "reference": "call/7"}
    asked = lead.post(page, answer)
    assert "this brings them back against their will" in words(asked)
    assert decided() == 0, "nothing happens before it is confirmed"
    assert imported(FILE).loaded == 0
    assert lead.post(page, answer | {"confirmed": "yes"})["Location"] == LIST
    shown = words(lead.get(page))
    assert "it is taken when the file is imported again" in shown
    assert "privacy lead" in shown
    assert lead.post(page, answer | {"confirmed": "yes"}).status_code == 422
    assert decided() == 1
    assert "0 to decide, 1 decided" in words(lead.get(f"{LIST}?decided=yes"))
    assert imported(FILE).loaded == 1
    assert known("T902")
    assert person("T002") is None
    assert lead.get(page).status_code == 404


def test_a_row_is_kept_out_and_the_decision_undone(
    lead: Client, page: str, imported: Import
) -> None:
    assert lead.get(f"{page}undo/").status_code == 405
    assert lead.post(f"{page}undo/").status_code == 409
    assert lead.post(page, {"answer": "keep-out", "reference": ""}).status_code == 302
    assert "It stays out" in words(lead.get(page))
    assert codes(imported(FILE)) == [(3, "", "kept_out")]
    assert lead.post(f"{page}undo/")["Location"] == page
    assert "whose row is it?" in words(lead.get(page))
    assert held_back.count_held_back().waiting == 1
    assert codes(imported(FILE)) == [(3, "", "maybe_erased")]
    assert decided() == 2


def test_who_was_erased_is_let_in_after_a_page_that_says_what_it_means(
    lead: Client, page: str, imported: Import
) -> None:
    number = ErasedPerson.objects.get().pk
    for wrong in ({"erasure": "x"}, {"erasure": str(number + 1)}, {"erasure": str(2**70)}):
        assert lead.post(LET_IN, {"reference": "form/9"} | wrong).status_code == 422
    answer = {"erasure": str(number), "reference": "form/9"}
    assert "it undoes what they asked for" in words(lead.post(LET_IN, answer))
    assert ErasedPerson.objects.get().readmitted_at is None
    assert "They can come in again" in words(lead.post(LET_IN, answer | {"confirmed": "yes"}))
    assert "let in again before" in words(lead.post(LET_IN, answer))
    assert "form/9" in words(lead.get(LET_IN))
    assert lead.post(f"{LET_IN}{number}/undo/")["Location"] == LET_IN
    assert "form/9" not in words(lead.get(LET_IN))
    assert imported(HEADER + row("T002", "Ben,Hale", **PHONE)).loaded == 0
    assert "They can come in again" in words(lead.post(LET_IN, answer | {"confirmed": "yes"}))
    assert imported(HEADER + row("T002", "Ben,Hale", **PHONE)).loaded == 1


def test_a_row_under_a_number_that_may_be_somebody_elses_is_taken_or_left_as_a_whole(
    lead: Client, imported: Import
) -> None:
    imported(HEADER + row("T001"))
    other = {"email": "zoe@example.org", "birth_date": "1999-01-02"}
    assert imported(HEADER + row("T001", "Zoe,Park", **other)).asked == 1
    listed = "/console/retention/differences/"
    address = f"{listed}{notes.list_differences()[0].id}/"
    assert "may have been given to somebody else" in words(lead.get(address))
    assert lead.post(address, {"answer": "another"}).status_code == 302
    assert "No value needs a decision" in words(lead.get(listed))
    again = imported(HEADER + row("T001", "Zoe,Park", **other))
    assert (again.changed, again.asked, again.loaded) == (0, 0, 0)
