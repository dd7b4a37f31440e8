"""The trust centre: for anyone, without signing in, and every number can be listed."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.centre.losses import duration_in_words
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.models import Incident
from aboveboard.keys.log_signing import sequence_now
from aboveboard.promise.actions import adopt_promise
from tests.accounts.people import customer_client, staff_client
from tests.loss import LEAD, approved, lost_laptop
from tests.world import PROMISE_FILE, adopt, load

pytestmark = pytest.mark.django_db

PAGES = (
    "/trust/",
    "/trust/promise/",
    "/trust/promise/1/",
    "/trust/register/",
    "/trust/incidents/",
    "/trust/check/",
)
FILES = ("/trust/register.csv", "/trust/register.jsonld", "/trust/facts.json")


@pytest.fixture
def loss(tmp_path: Path) -> Incident:
    """A published loss of five customers' details, told to nobody yet."""
    incident = lost_laptop(
        [person for person, _ in load(5)], tmp_path, at=clock.now() - timedelta(hours=100)
    )
    incidents.publish(incident.number, by=LEAD, at=clock.now())
    return incident


def text(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_anyone_may_read_every_page_and_file() -> None:
    serial = adopt().serial
    for address in (*PAGES, *FILES):
        assert Client().get(address.replace("/1/", f"/{serial}/")).status_code == 200, address


def test_only_reading_is_possible() -> None:
    adopt()
    for address in (*PAGES, *FILES, "/log/checkpoint"):
        for method in ("post", "put", "delete"):
            assert getattr(Client(), method)(address).status_code == 405, address


def test_whoever_is_signed_in_may_read_too() -> None:
    ((person, _), *_) = load(1)
    for browser in (customer_client(person), staff_client(Role.ADVISER)):
        assert browser.get("/trust/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/trust/promise/4711/", "/trust/incidents/4711/", "/trust/nothing/"]
)
def test_what_is_missing_is_said_so(address: str) -> None:
    adopt()
    assert Client().get(address).status_code == 404


def test_the_bare_address_leads_everyone_to_their_own_first_page() -> None:
    ((person, _), *_) = load(1)
    assert Client().get("/")["Location"] == "/trust/"
    assert customer_client(person).get("/")["Location"] == "/you/"
    assert staff_client().get("/")["Location"] == "/console/"


@pytest.mark.parametrize(
    ("language", "heading", "promised", "not_english"),
    [
        ("fr", "Notre engagement", "Pour livrer vos commandes", "What we use your data for"),
        ("de", "Unser Versprechen", "Um Ihre Bestellungen zu liefern", "How we protect it"),
    ],
)
def test_pages_are_in_the_language_of_the_reader_and_so_is_the_promise(
    language: str, heading: str, promised: str, not_english: str
) -> None:
    serial = adopt().serial
    for address in PAGES:
        answer = Client().get(
            address.replace("/1/", f"/{serial}/"), headers={"Accept-Language": language}
        )
        assert answer["Content-Language"] == language, address
        assert f'<html lang="{language}"' in answer.content.decode(), address
        assert heading in answer.content.decode(), address
    page = Client().get("/trust/promise/", headers={"Accept-Language": language}).content.decode()
    assert promised in html.unescape(page)
    assert not_english not in page


def test_an_account_in_english_says_so_to_who_reads_another_language(loss: Incident) -> None:
    address = f"/trust/incidents/{loss.number}/"
    french = Client().get(address, headers={"Accept-Language": "fr"}).content.decode()
    assert "Nous avons rédigé ce récit en anglais." in html.unescape(french)
    assert 'lang="en"' in french
    assert "Un appareil perdu" in french
    assert "in English" not in text(address)


def test_the_number_of_purposes_is_the_number_listed() -> None:
    adopt()
    said = re.search(r'ab-big">\s*(\d+) purposes', text("/trust/"))
    assert said
    assert text("/trust/promise/").count('<li id="') == int(said[1])
    assert text("/trust/register/").count("Lawful basis") == int(said[1])


def test_the_history_of_the_promise_says_what_changed() -> None:
    first = adopt()
    source = PROMISE_FILE.read_text("utf-8").replace("keep: P2Y", "keep: P5Y", 1)
    second = adopt_promise(source, name="retailer.yaml", by=SYSTEM, at=clock.now())
    assert "The first promise" in text(f"/trust/promise/{first.serial}/")
    page = text(f"/trust/promise/{second.serial}/")
    assert "is kept five years instead of two years" in page
    assert "we do more" in page
    assert second.digest in page
    assert len(re.findall(r"<strong>\s*Version ", text("/trust/promise/"))) == 2


def test_the_register_can_be_taken_away() -> None:
    adopt()
    answer = Client().get("/trust/register.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    document = json.loads(Client().get("/trust/register.jsonld").content)
    assert "attachment" in answer["Content-Disposition"]
    assert (
        len(rows)
        == len(document["dpv:hasPersonalDataProcess"])
        == text("/trust/register/").count("Lawful basis")
    )


def test_nothing_lost_is_said_so() -> None:
    adopt()
    assert "We have not lost anything" in text("/trust/")
    assert "We have not lost anything" in text("/trust/incidents/")


def test_an_incident_is_hidden_until_it_is_published(tmp_path: Path) -> None:
    incident = lost_laptop([person for person, _ in load(2)], tmp_path, at=clock.now())
    assert Client().get(f"/trust/incidents/{incident.number}/").status_code == 404
    assert incident.reference not in text("/trust/incidents/")


def test_a_broken_promise_is_said_as_plainly_as_a_kept_one(loss: Incident) -> None:
    page = text(f"/trust/incidents/{loss.number}/")
    assert re.search(r"We tell you within 72 hours.*?not done in time.*?broken", page, re.S)
    assert re.search(
        r"We publish what happened here within seven days.*?4 days and 4 hours.*?kept", page, re.S
    )
    assert re.search(r'ab-big">\s*5\s*<', page)
    assert "broken" in text("/trust/")
    assert "promises broken" in text("/trust/incidents/")


def test_what_is_public_names_nobody(loss: Incident, tmp_path: Path) -> None:
    approved(loss, at=clock.now())
    addresses = (
        "/trust/",
        "/trust/incidents/",
        f"/trust/incidents/{loss.number}/",
        "/trust/facts.json",
    )
    everything = "".join(text(address) for address in addresses)
    for _, row in load(5):
        assert row["email"] not in everything
        assert row["last_name"] not in everything
    assert "17:42" not in everything, "what staff wrote down stays inside"
    assert "LT-0042" not in everything


def test_programs_read_the_same_facts(loss: Incident) -> None:
    sequence_now()
    facts = json.loads(text("/trust/facts.json"))
    (incident,) = facts["incidents"]
    assert (incident["reference"], incident["people"], incident["told"]) == (loss.reference, 5, 0)
    outcome = {promise["promise"]: promise["kept"] for promise in incident["promises"]}
    assert outcome["tell-you"] is False
    assert outcome["say-it-openly"] is True
    assert facts["record"]["size"] > 0


@pytest.mark.parametrize(
    ("took", "said"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=19), "19 hours"),
        (timedelta(hours=71), "71 hours"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=4, hours=4), "4 days and 4 hours"),
    ],
)
def test_times_are_said_as_people_say_them(took: timedelta, said: str) -> None:
    assert duration_in_words(took) == said
