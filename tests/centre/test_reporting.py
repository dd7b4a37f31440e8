"""``/trust/report/``: a stranger says that something is wrong, and a lead takes it up."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from aboveboard.accounts import limits
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.incidents import actions, queries
from aboveboard.incidents import limits as case_limits
from aboveboard.incidents.case import outside
from aboveboard.incidents.models import Incident, OutsideReport
from aboveboard.incidents.terms import LossKind
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
PAGE, THANKS, LIST = "/trust/report/", "/trust/report/thanks/", "/console/incidents/outside/"
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
TEXT = "I got Ada Lovelace’s letter."


@pytest.fixture(autouse=True)
def _customers() -> None:
    load(2)


def reported(text: str = TEXT, contact: str = "me@example.org") -> outside.OutsideView:
    """Write from outside, and return the report."""
    answer = Client().post(PAGE, {"words": text, "contact": contact})
    assert answer["Location"] == THANKS
    return outside.outside_reports()[-1]


def log() -> str:
    return str(list(Entry.objects.values_list("body", flat=True)))


def test_without_an_account_something_is_reported_and_a_person_told() -> None:
    assert "Report that something is wrong" in words(Client().get("/trust/incidents/"))
    report = reported()
    assert (report.words, report.contact) == (TEXT, "me@example.org")
    assert "Thank you" in words(Client().get(THANKS))
    row = OutsideReport.objects.get()
    assert b"Ada" not in bytes(row.words or b"") + bytes(row.contact or b"")
    jobs.run_jobs_once(worker="test")
    sent = str(mail.outbox[-1].message())
    assert f"{LIST}{report.id}/" in sent
    assert "Lovelace" not in sent + log()
    assert "example.org" not in log()


def test_an_empty_or_endless_report_is_refused() -> None:
    assert Client().post(PAGE, {"words": " "}).status_code == 422
    assert Client().post(PAGE, {"words": "x" * 2_001}).status_code == 422
    assert not OutsideReport.objects.exists()


def test_a_flood_is_refused_by_address_and_by_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.SIGN_IN_RATES, "outside_report", "2/h/ip,300/h/key")
    statuses = [Client().post(PAGE, {"words": str(n)}).status_code for n in range(3)]
    assert statuses == [302, 302, 422]
    monkeypatch.setitem(limits.SIGN_IN_RATES, "outside_report", "99/h/ip,300/h/key")
    monkeypatch.setattr(outside, "OUTSIDE_WAITING", 2)
    assert Client().post(PAGE, {"words": "One more"}).status_code == 422
    assert OutsideReport.objects.count() == 2 < case_limits.OUTSIDE_WAITING


def test_a_lead_opens_an_incident_from_it() -> None:
    report, lead = reported(), staff_client(Role.INCIDENT_LEAD)
    assert "1 report from outside waits" in words(lead.get("/console/incidents/"))
    own = f"{LIST}{report.id}/"
    assert TEXT in words(lead.get(own))
    assert lead.post(own, {"step": "open", "loss": "wrong_address"}).status_code == 422
    asked = {"step": "open", "title": "A letter to the wrong house", "loss": "wrong_address"}
    opened = lead.post(own, asked)
    incident = Incident.objects.get()
    assert opened["Location"] == f"/console/incidents/{incident.number}/"
    assert (incident.loss, incident.discovered_at) == (LossKind.WRONG_ADDRESS, report.at)
    assert incident.circumstances["what_happened"] == TEXT
    assert outside.outside_report(report.id).words == ""
    assert OutsideReport.objects.get().words is None
    assert lead.post(own, asked).status_code == 422
    assert Incident.objects.count() == 1


def test_a_lead_joins_it_or_closes_it_with_a_reason() -> None:
    number = actions.open_other(title="Letters", by=ADVISER, at=clock.now()).number
    lead, first = staff_client(Role.PRIVACY_LEAD), reported()
    assert lead.post(f"{LIST}{first.id}/", {"step": "join", "number": 999}).status_code == 422
    lead.post(f"{LIST}{first.id}/", {"step": "join", "number": number})
    assert outside.outside_report(first.id).number == number
    assert "outside.report" in [row.code for row in queries.timeline(number)]
    second = reported("Buy my pills")
    assert lead.post(f"{LIST}{second.id}/", {"step": "close", "reason": ""}).status_code == 422
    lead.post(f"{LIST}{second.id}/", {"step": "close", "reason": "Advertising."})
    ended = outside.outside_report(second.id)
    assert (ended.outcome, ended.reason, ended.contact) == ("Closed", "Advertising.", "")
    assert "0 reports from outside wait" in words(lead.get("/console/incidents/"))
    assert "Closed" in words(lead.get(LIST))


def test_who_may_read_them() -> None:
    report = reported()
    assert refused_to_the_others(f"{LIST}{report.id}/", LEADS) == []
    lead = staff_client(Role.INCIDENT_LEAD)
    assert lead.get(f"{LIST}9999/").status_code == 404
    assert lead.post(f"{LIST}{report.id}/", {"step": "eat"}).status_code == 404
