"""``/you/notices/``: what was lost of yours, in the words that were sent to you."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.incidents.models import Incident
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices.recipients import NoticeNews
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client
from tests.incidents.test_versions import add, letter
from tests.loss import LEAD, SECOND, approved, lost_laptop
from tests.portal.conftest import Someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def loss(jon: Someone, crowd: list[Someone], tmp_path: Path) -> Incident:
    """A laptop with Jon and some others on it."""
    others = [someone.id for someone in crowd if someone.row["country"] in ("FR", "DE", "AU")]
    return lost_laptop([jon.id, *others], tmp_path, at=clock.now())


def text(someone: Someone, address: str) -> str:
    return someone.browser.get(address).content.decode()


def test_nothing_is_shown_before_a_second_person_approved(jon: Someone, loss: Incident) -> None:
    assert "ab-callout--act" not in text(jon, "/you/")
    assert "We have not lost any of your data" in text(jon, "/you/notices/")
    assert jon.browser.get(f"/you/notices/{loss.number}/").status_code == 404


def test_whoever_was_in_it_reads_what_what_it_means_and_what_to_do(
    jon: Someone, loss: Incident
) -> None:
    approved(loss, at=clock.now())
    for address in ("/you/", "/you/notices/"):
        page = text(jon, address)
        assert "We lost a laptop with your details on it" in page
        assert "your e-mail address" in page
        assert f'href="/you/notices/{loss.number}/"' in page
    page = text(jon, f"/you/notices/{loss.number}/")
    for heading in (
        "What happened",
        "Which details were involved",
        "What you should do now",
        "Questions and your rights",
    ):
        assert heading in page
    assert "your payment card" not in page, "it was not on the laptop"


def test_whoever_was_not_in_it_reads_nothing(other: Someone, loss: Incident) -> None:
    approved(loss, at=clock.now())
    assert "ab-callout--act" not in text(other, "/you/")
    assert other.browser.get(f"/you/notices/{loss.number}/").status_code == 404


@pytest.mark.parametrize("country", ["FR", "DE"])
def test_it_is_in_the_persons_language(crowd: list[Someone], loss: Incident, country: str) -> None:
    approved(loss, at=clock.now())
    someone = next(someone for someone in crowd if someone.row["country"] == country)
    answer = someone.browser.get(f"/you/notices/{loss.number}/")
    assert f'lang="{country.lower()}"' in answer.content.decode()
    assert "What happened" not in answer.content.decode()


def test_missing_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    assert jon.browser.get("/you/notices/4711/").status_code == 404
    staff = staff_client()
    for address in ("/you/notices/", "/you/notices/1/"):
        assert jon.browser.post(address).status_code == 405
        assert Client().get(address)["Location"].startswith("/accounts/login/")
        assert staff.get(address).status_code == 403


def test_who_is_told_more_later_still_reads_what_was_written_before(
    jon: Someone,
) -> None:
    number = letter()
    person = [(jon.id, jon.row)]
    add(number, person, "user.name")
    first = notices.prepare(number, by=LEAD, at=clock.now())
    notices.approve(first.id, by=SECOND, at=clock.now())
    jobs.run_jobs_once(worker="test")
    add(number, person, "user.contact.email")
    more = notices.prepare_new(number, NoticeNews.MORE, by=LEAD, at=clock.now())
    notices.approve(more.id, by=SECOND, at=clock.now())
    jobs.run_jobs_once(worker="test")
    newest, _, before = text(jon, f"/you/notices/{number}/").partition(
        "What we wrote to you before"
    )
    assert "We now know that more of your details were involved." in newest
    assert "your e-mail address" in newest
    assert "your name" in before
