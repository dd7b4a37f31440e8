"""Concerns in the console: the queue, one concern, taking, handing over, reading and answering."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.access.actions import use
from aboveboard.access.concerns.actions import raise_concern
from aboveboard.access.concerns.queries import concern, own_concerns
from aboveboard.access.concerns.terms import Concern
from aboveboard.access.limits import CONCERN_ANSWER
from aboveboard.access.models import RaisedConcern
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, Role
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
QUEUE = "/console/concerns/"
NOTE = "My neighbour Ann works there"
Someone = tuple[int, dict[str, str]]


@pytest.fixture
def ann() -> Someone:
    return load(3)[0]


@pytest.fixture
def me() -> Account:
    return staff_member(Role.PRIVACY_LEAD)


@pytest.fixture
def lead(me: Account) -> Client:
    return staff_client(account=me)


@pytest.fixture
def second() -> Account:
    return staff_member(Role.PRIVACY_LEAD, email="second@staff.example", team="Head office")


def raised(
    ann: Someone, *, by: Actor = ADVISER, note: str = NOTE, whole: bool = False
) -> tuple[int, str]:
    ask = UseRequest(by, "answer-contact", ("first_name",), "phone", Subject(ann[0]))
    about = None if whole else use(ask, at=clock.now()).entry_id
    entry = raise_concern(
        ann[0], about, Concern.NO_CONTACT, words=note, by=CUSTOMER, at=clock.now()
    )
    number = int(RaisedConcern.objects.get(entry_id=entry).pk)
    return number, f"{QUEUE}{number}/"


def test_the_first_page_says_how_many_wait(lead: Client, ann: Someone) -> None:
    assert "Customers wait for an answer" not in words(lead.get("/console/"))
    raised(ann)
    assert "1 question about a look waits." in words(lead.get("/console/"))
    assert "wait for an answer" not in words(staff_client(Role.ADVISER).get("/console/"))


def test_the_queue_lists_what_waits_mine_and_answered(
    lead: Client, me: Account, ann: Someone
) -> None:
    number, page = raised(ann)
    text = words(lead.get(QUEUE))
    assert "They were not in contact with us at that time" in text
    assert "nobody has taken it" in text
    assert "None." in words(lead.get(f"{QUEUE}?show=mine"))
    lead.post(f"{page}take/")
    assert me.name in words(lead.get(f"{QUEUE}?show=mine"))
    lead.post(page, {"verdict": "wrong", "words": "It will not recur."})
    assert "None." in words(lead.get(QUEUE))
    assert "It was wrong" in words(lead.get(f"{QUEUE}?show=answered"))
    for odd in ("?show=all", "?page=-1", "?page=abc", "?page=99999999999"):
        assert lead.get(f"{QUEUE}{odd}").status_code == 200
    assert concern(number).verdict == "wrong"


def test_what_is_late_is_marked(lead: Client, ann: Someone) -> None:
    then = clock.now() - CONCERN_ANSWER
    raise_concern(ann[0], None, Concern.OTHER, by=CUSTOMER, at=then)
    assert "1 is overdue" in words(lead.get("/console/"))
    text = words(lead.get(QUEUE))
    assert "1 waits, 1 overdue" in text
    number = RaisedConcern.objects.get().pk
    assert "The answer has been overdue since" in words(lead.get(f"{QUEUE}{number}/"))


def test_a_page_shows_the_look_and_not_who_asked(
    lead: Client, ann: Someone, second: Account
) -> None:
    _, page = raised(ann, by=actor_for(second))
    text = words(lead.get(page))
    assert second.name in text
    assert "Head office" in text
    assert "To answer when you contact us · by phone" in text
    assert "first name" in text
    for secret in (NOTE, ann[1]["first_name"], ann[1]["email"]):
        assert secret not in text


def test_the_whole_list_and_a_refused_look_are_shown_too(lead: Client, ann: Someone) -> None:
    _, page = raised(ann, whole=True)
    assert "The list of who has looked, as a whole." in words(lead.get(page))
    ask = UseRequest(ADVISER, "personal-offers", ("email",), "email", Subject(ann[0]))
    about = use(ask, at=clock.now()).entry_id
    entry = raise_concern(ann[0], about, Concern.OTHER, by=CUSTOMER, at=clock.now())
    text = words(lead.get(f"{QUEUE}{RaisedConcern.objects.get(entry_id=entry).pk}/"))
    assert "refused" in text


def test_what_they_wrote_is_opened_under_a_purpose_and_they_see_it(
    lead: Client, ann: Someone
) -> None:
    _, page = raised(ann)
    sent = {"fields_wanted": ["first_name"], "channel": "portal"}
    answer = lead.post(f"{page}read/answer-contact/", sent)
    text = words(answer)
    assert answer.status_code == 200
    assert NOTE in text
    assert ann[1]["first_name"] in text
    assert ann[1]["email"] not in text
    assert use_records(ann[0])[0].actor.role == "privacy-lead"
    nothing = lead.post(f"{page}read/answer-contact/", {"channel": "portal"})
    assert (nothing.status_code, "Select what you need to see" in words(nothing)) == (422, True)
    assert lead.post(f"{page}read/deliver-orders/", sent).status_code == 302, "not this role’s"


def test_where_nothing_was_written_that_is_said(lead: Client, ann: Someone) -> None:
    _, page = raised(ann, note="")
    assert "See who it is" in words(lead.get(page))
    sent = {"fields_wanted": ["first_name"], "channel": "portal"}
    assert "Nothing." in words(lead.post(f"{page}read/answer-contact/", sent))


def test_it_is_taken_handed_over_and_answered(
    lead: Client, me: Account, second: Account, ann: Someone
) -> None:
    number, page = raised(ann)
    assert "Send the answer" not in words(lead.get(page)), "it is taken first"
    assert lead.post(f"{page}take/")["Location"] == page
    assert "Send the answer" in words(lead.get(page))
    other = staff_client(account=second)
    late = other.post(f"{page}take/")
    assert (late.status_code, "Someone else is answering this" in words(late)) == (409, True)
    handed = lead.post(f"{page}hand-over/", {"to": second.pk}, follow=True)
    assert "Handed over." in words(handed)
    assert concern(number).owner_id == second.pk
    for wrong in ({}, {"to": me.pk}, {"to": "x"}):
        assert lead.post(f"{page}hand-over/", wrong).status_code == 422
    late = lead.post(page, {"verdict": "right", "words": "It was our letter."})
    assert (late.status_code, "Someone else is answering this" in words(late)) == (422, True)
    done = other.post(page, {"verdict": "right", "words": "It was our letter."}, follow=True)
    assert "Answered. The customer is told" in words(done)
    assert "Send the answer" not in words(other.get(page))
    (own,) = own_concerns(ann[0])
    assert own.words is not None
    assert own.words.reveal() == "It was our letter."


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"words": "Fine."}, "Choose what you found."),
        ({"verdict": "made-up", "words": "Fine."}, "valid choice"),
        ({"verdict": "right", "words": " "}, "Write an answer to the customer."),
        ({"verdict": "right", "words": "x" * 2_001}, "at most 2000 characters"),
    ],
)
def test_bad_input(lead: Client, ann: Someone, sent: dict[str, str], says: str) -> None:
    number, page = raised(ann)
    lead.post(f"{page}take/")
    answer = lead.post(page, sent)
    assert (answer.status_code, says in words(answer)) == (422, True)
    assert concern(number).verdict is None


def test_nobody_answers_for_a_look_of_their_own(lead: Client, me: Account, ann: Someone) -> None:
    number, page = raised(ann, by=actor_for(me))
    text = words(lead.get(page))
    assert "Another privacy lead must answer this" in text
    assert "Ask the administrator to add another privacy lead." in text
    assert "Take it" not in text
    refused = lead.post(f"{page}take/")
    assert (refused.status_code, "something that you did yourself" in words(refused)) == (409, True)
    assert concern(number).owner_id is None


def test_wrong_role_wrong_method_signed_out_and_no_such_concern(lead: Client, ann: Someone) -> None:
    _, page = raised(ann)
    assert not refused_to_the_others(QUEUE, {Role.PRIVACY_LEAD})
    adviser = staff_client(account=Account.objects.get(email="adviser@staff.example"))
    assert adviser.get(page).status_code == 403
    for below in ("take/", "hand-over/", "read/answer-contact/"):
        assert lead.get(f"{page}{below}").status_code == 405
        assert adviser.post(f"{page}{below}").status_code == 403
        assert lead.post(f"{QUEUE}4711/{below}").status_code == 404
    assert lead.post(QUEUE).status_code == 405
    assert lead.get(f"{QUEUE}4711/").status_code == 404
