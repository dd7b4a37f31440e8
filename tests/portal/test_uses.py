"""``/you/who-has-looked/``: every use, refused ones too, each with its proof."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.sealing import verify_text
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger import queries as ledger
from tests.accounts.people import staff_client
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER, OFFERS

pytestmark = pytest.mark.django_db


def use_data_of(someone: Someone, *, granted: bool = True) -> int:
    ask = UseRequest(ADVISER, "answer-contact", ("first_name", "email"), "phone")
    refused = UseRequest(OFFERS, "personal-offers", ("phone",), "sms")
    asked = (ask if granted else refused).for_subject(Subject(someone.id))
    return access.use(asked, at=clock.now()).entry_id


def text(someone: Someone, address: str = "/you/who-has-looked/") -> str:
    return words(someone.browser.get(address))


def test_a_look_says_who_what_when_why_and_how(jon: Someone) -> None:
    use_data_of(jon)
    page = text(jon)
    assert "Our advisers, Leeds shop saw your first name and e-mail address" in page
    assert "To answer when you contact us · by phone" in page
    assert "Today " in page


def test_a_refused_look_says_why(jon: Someone) -> None:
    use_data_of(jon, granted=False)
    page = text(jon)
    assert "was refused your phone number" in page
    assert "You have not said yes to this." in page


def test_nobody_looked_is_said_so(jon: Someone) -> None:
    assert "Nobody has looked yet" in text(jon)


def test_ones_own_looks_are_shown_when_asked(jon: Someone) -> None:
    text(jon, "/you/")
    assert "Nobody has looked yet" in text(jon)
    assert "You saw" in text(jon, "/you/who-has-looked/?own=1")


def test_pages_lead_to_the_oldest_without_a_gap(jon: Someone) -> None:
    made = [use_data_of(jon) for _ in range(60)]
    seen: list[int] = []
    address = "/you/who-has-looked/"
    while address:
        context = jon.browser.get(address).context
        seen += [row["entry_id"] for row in context["rows"]]
        address = context["older"]
    assert seen == sorted(made, reverse=True)
    assert "There is nothing older" in text(jon, f"/you/who-has-looked/?after={made[0]}")


@pytest.mark.parametrize("after", ["abc", "-1", "1" * 40, "²"])
def test_a_bad_page_is_the_first_page(jon: Someone, after: str) -> None:
    use_data_of(jon)
    assert "saw your first name" in text(jon, f"/you/who-has-looked/?after={after}")


def test_the_person_is_given_the_key_of_what_a_use_refers_to(jon: Someone, other: Someone) -> None:
    ask = UseRequest(ADVISER, "answer-contact", ("email",), "phone", Subject(jon.id), "ORD-10023")
    entry_id = access.use(ask, at=clock.now()).entry_id
    page = text(jon, f"/you/who-has-looked/{entry_id}/proof/")
    (key,) = re.findall(r"--key ([0-9a-f]{64}) --says", page)
    assert verify_text(
        str(ledger.entry(entry_id).facts["reference"]), "ORD-10023", bytes.fromhex(key)
    )
    assert other.browser.get(f"/you/who-has-looked/{entry_id}/proof/").status_code == 404
    without = use_data_of(jon)
    assert "--key" not in text(jon, f"/you/who-has-looked/{without}/proof/")


def test_a_proof_waits_for_its_seal_and_can_then_be_kept(jon: Someone) -> None:
    entry = use_data_of(jon)
    assert "The proof is being prepared" in text(jon, f"/you/who-has-looked/{entry}/proof/")
    assert jon.browser.get(f"/you/who-has-looked/{entry}/proof.txt").status_code == 404
    sequence_now()
    assert "aboveboard ledger verify http" in text(jon, f"/you/who-has-looked/{entry}/proof/")
    answer = jon.browser.get(f"/you/who-has-looked/{entry}/proof.txt")
    assert answer.content.startswith(b"c2sp.org/tlog-proof@v1\n")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


def test_a_look_is_its_persons_alone(jon: Someone, other: Someone) -> None:
    entry = use_data_of(jon)
    sequence_now()
    assert "saw your" not in text(other)
    for address in (
        f"/you/who-has-looked/{entry}/proof/",
        f"/you/who-has-looked/{entry}/proof.txt",
    ):
        assert jon.browser.get(address).status_code == 200
        assert other.browser.get(address).status_code == 404
    assert jon.browser.get("/you/who-has-looked/1/proof/").status_code == 404, (
        "the adoption of the promise concerns nobody"
    )
    assert jon.browser.get("/you/who-has-looked/987654/proof/").status_code == 404


def test_wrong_method_nobody_and_staff_are_turned_away(jon: Someone) -> None:
    entry = use_data_of(jon)
    staff = staff_client()
    for address in (
        "/you/who-has-looked/",
        f"/you/who-has-looked/{entry}/proof/",
        f"/you/who-has-looked/{entry}/proof.txt",
    ):
        assert jon.browser.post(address).status_code == 405
        assert Client().get(address)["Location"].startswith("/accounts/login/")
        assert staff.get(address).status_code == 403
