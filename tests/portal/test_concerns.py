"""``/you/who-has-looked/concern/``: saying that a look seems wrong, by when it is answered, and the
answer beside the look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from aboveboard.access import actions as access
from aboveboard.access import limits
from aboveboard.access.concerns.actions import answer, raise_concern, take
from aboveboard.access.concerns.queries import own_concerns
from aboveboard.access.concerns.terms import KIND, Concern, ConcernVerdict
from aboveboard.access.models import RaisedConcern
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.outbox.models import Message
from tests.accounts.people import staff_client, staff_member
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER

pytestmark = pytest.mark.django_db
LIST = "/you/who-has-looked/"
FORM = f"{LIST}concern/"
NOTE = "My neighbour Ann works there"


def use_data_of(someone: Someone) -> int:
    ask = UseRequest(
        ADVISER, "answer-contact", ("first_name", "email"), "phone", Subject(someone.id)
    )
    return access.use(ask, at=clock.now()).entry_id


def answered(number: int, verdict: ConcernVerdict, text: str) -> None:
    lead = actor_for(staff_member(Role.PRIVACY_LEAD))
    take(number, by=lead, at=clock.now())
    answer(number, verdict, text, by=lead, at=clock.now())


def test_the_form_says_which_look_it_is_and_by_when_it_is_answered(jon: Someone) -> None:
    entry = use_data_of(jon)
    assert f"{FORM}?about={entry}" in jon.browser.get(LIST).content.decode()
    page = words(jon.browser.get(f"{FORM}?about={entry}"))
    assert "Our advisers, Leeds shop saw your first name and e-mail address" in page
    assert "To answer when you contact us · by phone" in page
    assert "answers you by" in page
    assert "You can enter up to 2,000 characters" in page, "without JavaScript too"


def test_what_is_sent_is_in_the_queue_and_the_log_has_a_code_alone(jon: Someone) -> None:
    entry = use_data_of(jon)
    sent = {"concern": "no-contact", "words": NOTE}
    page = words(jon.browser.post(f"{FORM}?about={entry}", sent, follow=True))
    assert "Thank you. We have told our privacy team. They will reply by" in page
    (row,) = RaisedConcern.objects.all()
    assert row.due_at - row.at == limits.CONCERN_ANSWER
    facts = dict(ledger.entry(row.entry_id).facts)
    assert facts.pop("due") == clock.to_text(row.due_at)
    assert facts == {"about": entry, "concern": "no-contact"}
    assert NOTE.encode() not in bytes(row.words)
    bodies = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True))
    assert b"neighbour" not in bodies
    assert Message.objects.get(kind=KIND).ref == {"entry": row.entry_id}


def test_the_privacy_lead_is_mailed_a_link_and_nothing_about_anybody(jon: Someone) -> None:
    entry = use_data_of(jon)
    jon.browser.post(f"{FORM}?about={entry}", {"concern": "no-contact", "words": NOTE})
    assert jobs.run_jobs_once(worker="test") == 1
    (sent,) = mail.outbox
    assert f"Entry {entry} of the record" in sent.body
    assert f"/console/concerns/{RaisedConcern.objects.get().pk}/" in sent.body
    said = f"{sent.subject} {sent.body}"
    personal = [jon.row[column] for column in ("first_name", "last_name", "email")]
    assert not any(each in said for each in [*personal, "neighbour"])


def test_beside_the_look_stands_when_it_was_asked_and_by_when_it_is_answered(
    jon: Someone, other: Someone
) -> None:
    entry = use_data_of(jon)
    use_data_of(jon)
    jon.browser.post(f"{FORM}?about={entry}", {"concern": "too-much"})
    for address in (LIST, f"{LIST}{entry}/proof/", f"{FORM}?about={entry}"):
        page = words(jon.browser.get(address))
        assert page.count("You asked about this on") == 1, address
        assert "Our privacy team answers by" in page
    page = jon.browser.get(LIST).content.decode()
    assert page.count("This looks wrong") == 1, "what waits is not asked again"
    assert "Send" not in words(jon.browser.get(f"{FORM}?about={entry}"))
    jon.browser.post(f"{FORM}?about={entry}", {"concern": "too-much"})
    assert RaisedConcern.objects.count() == 1
    assert "You asked" not in words(other.browser.get(LIST))


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        (ConcernVerdict.RIGHT, "We checked: it was in order."),
        (ConcernVerdict.WRONG, "We checked: it was wrong. We are sorry."),
        (ConcernVerdict.UNCLEAR, "We checked, and could not find out."),
    ],
)
def test_the_answer_stands_beside_the_look(
    jon: Someone, verdict: ConcernVerdict, says: str
) -> None:
    entry = use_data_of(jon)
    jon.browser.post(f"{FORM}?about={entry}", {"concern": "too-much"})
    answered(RaisedConcern.objects.get().pk, verdict, "We spoke to the team.\nIt will not recur.")
    page = words(jon.browser.get(LIST))
    assert says in page
    assert "We spoke to the team. It will not recur." in page
    assert "We answered on" in page
    assert "answers by" not in page
    assert "This looks wrong" in page, "they may ask again"


def test_it_may_be_about_the_whole_list(jon: Someone) -> None:
    jon.browser.post(FORM, {"concern": Concern.OTHER.value})
    (asked,) = own_concerns(jon.id)
    assert asked.about is None
    assert not use_records(jon.id), "a concern is no look"
    assert "You asked about this on" in words(jon.browser.get(LIST))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose what looks wrong."),
        ({"concern": "made-up"}, "valid choice"),
        ({"concern": "other", "words": "x" * 2_001}, "2000 characters or fewer"),
    ],
)
def test_bad_input_is_asked_again(jon: Someone, sent: dict[str, str], says: str) -> None:
    answer = jon.browser.post(FORM, sent)
    assert (answer.status_code, says in words(answer)) == (422, True)
    assert not own_concerns(jon.id)


def test_who_tells_us_again_and_again_is_told_so_and_few_mails_go(
    jon: Someone, other: Someone
) -> None:
    """Each mailed the privacy lead, without limit: a mailbox that is flooded is read by nobody."""
    for _ in range(limits.CONCERNS_A_DAY):
        jon.browser.post(FORM, {"concern": "other"})
    refused = jon.browser.post(FORM, {"concern": "other"})
    assert (refused.status_code, int(refused["Retry-After"]) > 86_000) == (429, True)
    assert "5 messages within a day" in words(refused)
    assert len(own_concerns(jon.id)) == limits.CONCERNS_A_DAY
    other.browser.post(FORM, {"concern": "too-much"})
    assert jobs.run_jobs_once(worker="test") == 1
    assert len(mail.outbox) == 1, "the first comes at once"
    waiting = Message.objects.filter(kind=KIND, done_at=None)
    assert {message.due_at - clock.now() > timedelta(minutes=50) for message in waiting} == {True}
    waiting.update(due_at=clock.now())  # an hour later
    assert jobs.run_jobs_once(worker="test") == 1
    assert mail.outbox[1].subject == "Customers have questioned looks at their data (5 messages)"
    assert mail.outbox[1].body.count("/console/concerns/") == 5
    assert "More was seen than was needed." in mail.outbox[1].body
    assert not waiting.exists()
    tomorrow = clock.now() + timedelta(days=1)
    assert raise_concern(jon.id, None, Concern.OTHER, by=CUSTOMER, at=tomorrow)


def test_anothers_look_is_not_there(jon: Someone, other: Someone) -> None:
    address = f"{FORM}?about={use_data_of(jon)}"
    assert jon.browser.get(address).status_code == 200
    assert other.browser.get(address).status_code == 404
    assert other.browser.post(address, {"concern": "other"}).status_code == 404
    for nobodys in ("1", "987654"):
        assert jon.browser.get(f"{FORM}?about={nobodys}").status_code == 404


def test_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    staff = staff_client()
    assert jon.browser.put(FORM).status_code == 405
    assert jon.browser.post(f"{FORM}sent/").status_code == 405
    for address in (FORM, f"{FORM}sent/"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
        assert staff.get(address).status_code == 403
    assert jon.browser.get(f"{FORM}sent/")["Location"] == LIST, "nothing was sent"
