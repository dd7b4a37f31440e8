"""``/you/who-has-looked/``: every use, refused ones too, each with its proof."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_date
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aboveboard.access import actions as access
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.sealing import verify_text
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.committing import commit_handles
from aboveboard.ledger.format import own_list
from tests.accounts.people import staff_client
from tests.pages import words
from tests.portal.conftest import Someone
from tests.world import ADVISER, OFFERS

pytestmark = pytest.mark.django_db


def use_data_of(someone: Someone, *, granted: bool = True, days: float = 0) -> int:
    ask = UseRequest(ADVISER, "answer-contact", ("first_name", "email"), "phone")
    refused = UseRequest(OFFERS, "personal-offers", ("phone",), "sms")
    asked = (ask if granted else refused).for_subject(Subject(someone.id))
    return access.use(asked, at=clock.now() - timedelta(days=days)).entry_id


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


def test_looks_are_found_by_year_by_who_and_by_purpose(jon: Someone) -> None:
    for days, granted in ((0, True), (0, False), (800, True)):
        use_data_of(jon, granted=granted, days=days)
    this_year = timezone.localtime(clock.now()).year
    page = text(jon)
    assert "3 looks in all." in page
    for question in ("Year All years", "Who Everyone", "What for Everything"):
        assert question in page
    answers = {
        f"?year={this_year}": "2 of 3 looks.",
        "?who=adviser/Leeds+shop": "2 of 3 looks.",
        "?purpose=personal-offers": "1 of 3 looks.",
        f"?year={this_year}&purpose=personal-offers": "1 of 3 looks.",
        f"?year={this_year - 1}": "0 of 3 looks.",
    }
    for query, words_of_it in answers.items():
        assert words_of_it in text(jon, f"/you/who-has-looked/{query}")
    page = text(jon, "/you/who-has-looked/?purpose=personal-offers")
    assert "was refused your phone number" in page
    assert "saw your" not in page
    assert "Nobody has looked in this way" in text(
        jon, f"/you/who-has-looked/?year={this_year - 1}"
    )


@pytest.mark.parametrize(
    "query", ["year=1999", "year=x", "who=adviser", "who=%2F", "purpose=nothing", "year=%00"]
)
def test_what_no_look_has_is_not_asked_for(jon: Someone, query: str) -> None:
    use_data_of(jon)
    assert "1 look in all." in text(jon, f"/you/who-has-looked/?{query}")


def test_what_was_chosen_is_kept_from_page_to_page(jon: Someone) -> None:
    asked = [use_data_of(jon) for _ in range(30)]
    use_data_of(jon, granted=False)
    text(jon, "/you/")
    first = jon.browser.get("/you/who-has-looked/?purpose=answer-contact&who=adviser/Leeds+shop")
    second = jon.browser.get(first.context["older"])
    seen = [row["entry_id"] for page in (first, second) for row in page.context["rows"]]
    assert seen == asked[::-1]
    for page in (first, second):
        assert "30 of 31 looks." in words(page)
    assert "purpose=answer-contact" in second.context["newest"]
    own = text(jon, second.context["toggle"])
    assert "30 of 32 looks." in own
    assert "Hide the times I looked" in own


def test_how_many_there_were_stands_in_a_picture_and_in_a_table(jon: Someone) -> None:
    for granted in (True, True, False):
        use_data_of(jon, granted=granted)
    page = jon.browser.get("/you/who-has-looked/")
    month = format_date(timezone.localdate(), "LLLL y", locale="en_GB")
    assert f'aria-label="3 looks, the most in {month}: 3."' in page.content.decode()
    assert f"{month} 2 1" in words(page), "allowed and refused, in the table"
    rows = page.context["picture"]["rows"]
    assert [row["number"] for row in rows] == [0, 0, 0, 0, 0, 3]


def test_many_years_are_a_column_each_that_leads_to_its_months(jon: Someone) -> None:
    for days in (0, 1_200, 1_200):
        use_data_of(jon, days=days)
    then = timezone.localtime(clock.now() - timedelta(days=1_200))
    page = jon.browser.get("/you/who-has-looked/")
    rows = {row["label"]: row for row in page.context["picture"]["rows"]}
    assert list(rows) == [str(year) for year in range(then.year, timezone.localdate().year + 1)]
    assert rows[str(then.year)]["number"] == 2
    page = jon.browser.get(rows[str(then.year)]["href"])
    months = page.context["picture"]["rows"]
    assert len(months) == 12
    assert months[then.month - 1]["number"] == 2
    assert sum(row["number"] for row in months) == 2


def test_a_year_begins_at_midnight_where_the_customer_lives(
    jon: Someone, crowd: list[Someone]
) -> None:
    """Half past eleven on New Year's Eve in Britain, and the same moment in Germany."""
    eve = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    use_data_of(jon, days=(clock.now() - eve) / timedelta(days=1))
    use_data_of(jon)
    assert "1 of 2 looks." in text(jon, "/you/who-has-looked/?year=2025")
    german = next(someone for someone in crowd if someone.row["country"] == "DE")
    use_data_of(german, days=(clock.now() - eve) / timedelta(days=1))
    use_data_of(german)
    page = german.browser.get("/you/who-has-looked/?year=2025")
    assert "Insgesamt 2 Zugriffe." in words(page), "it was 2026 there already: no look of 2025"


def test_a_look_of_long_ago_costs_no_reading_of_those_between(jon: Someone) -> None:
    """Thousands of looks, of which one is asked for: one entry is read for it."""
    old = use_data_of(jon, granted=False)
    list(
        access.use_many(
            UseRequest(ADVISER, "answer-contact", ("email",), "phone"),
            [jon.id] * 300,
            at=clock.now(),
        )
    )
    text(jon)
    with CaptureQueriesContext(connection) as asked:
        page = jon.browser.get("/you/who-has-looked/?purpose=personal-offers")
    assert [row["entry_id"] for row in page.context["rows"]] == [old]
    assert not any('"handle" IN' in query["sql"] for query in asked)


def test_the_whole_list_can_be_kept_and_is_its_persons_alone(jon: Someone, other: Someone) -> None:
    made = [use_data_of(jon), use_data_of(jon, granted=False)]
    use_data_of(other)
    sequence_now()
    assert "Download the whole list" in text(jon)
    assert jon.browser.get("/you/who-has-looked/whole-list.json").status_code == 404
    commit_handles(by=SYSTEM, at=clock.now())
    sequence_now()
    answer = jon.browser.get("/you/who-has-looked/whole-list.json")
    assert answer["Content-Disposition"] == 'attachment; filename="who-has-looked.json"'
    proved = own_list.verify(own_list.parse(answer.content.decode()), signer().verifier)
    shown = {entry.id for _, entry in proved.entries}
    assert shown.issuperset(made)
    theirs = other.browser.get("/you/who-has-looked/whole-list.json").content.decode()
    others = own_list.verify(own_list.parse(theirs), signer().verifier).entries
    assert shown.isdisjoint(entry.id for _, entry in others)
