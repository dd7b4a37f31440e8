"""A third party whom a person lets in: nobody by silence, for the purpose and the time that they
said, seen in their record under its name, ended in one press and by the clock."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client
from aboveboard.accounts.models import ServiceClient
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import Invalid
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.delivery.actions import drain
from aboveboard.identity.actions import merge
from aboveboard.outbox import jobs
from aboveboard.promise.actions import adopt_promise
from aboveboard.third_parties.actions import ThirdPartyRefused, end, let_in
from tests.accounts.people import customer_client, staff_client, staff_member
from tests.pages import words
from tests.story.recording import Recorder, recording
from tests.world import PROMISE_FILE, load

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/you/third-parties/"
PARTY, PURPOSE = "consumer-advice", "get-advice"
NAME = "Fairwheel Consumer Advice"


@pytest.fixture
def people() -> list[tuple[int, dict[str, str]]]:
    return load(4)


@pytest.fixture
def token(people: object) -> str:
    client, _ = make_client(
        name="Fairwheel", role="third-party", team="", purposes=[PURPOSE], channels=["api"],
        rights=[f"third-party:{PARTY}"], by=SYSTEM, at=clock.now(),
    )  # fmt: skip
    row = ServiceClient.objects.get(pk=client.id)
    return tokens.issue(row, at=clock.now(), life=timedelta(days=365))


def ask(token: str, row: dict[str, str], *fields: str) -> Any:
    body = {
        "person": {"kind": "customer_number", "value": row["customer_id"]},
        "purpose": PURPOSE,
        "fields": list(fields) or ["last_name"],
        "channel": "api",
    }
    headers = {"Authorization": f"Bearer {token}"}
    return Client().post(
        "/api/v1/uses", json.dumps(body), content_type="application/json", headers=headers
    )


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json().get("reasons", [])]


def last_day(days: int = 30) -> date:
    return clock.now().date() + timedelta(days=days)


def said(by: Actor = CUSTOMER) -> dict[str, Any]:
    return {"channel": "portal", "evidence": "portal:1", "by": by, "at": clock.now()}


def test_a_person_lets_one_in_sees_each_look_and_ends_it_at_once(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), (_, other), *_ = people
    browser = customer_client(person)
    silent, nobody = ask(token, row), ask(token, {"customer_id": "no-such-number-1"})
    assert silent.status_code == nobody.status_code
    assert silent.json()["code"] == nobody.json()["code"], "it learns not who is held here"
    assert "You have not let them in." in words(browser.get("/you/who-has-looked/"))

    offered = words(browser.get(PAGE))
    assert f"Let {NAME} in" in offered
    assert "May they read your customer number, name, postcode and country?" in offered
    sent = {"party": PARTY, "purpose": PURPOSE, "last_day": last_day().isoformat(), "let_in": "1"}
    assert "They are let in" in words(browser.post(PAGE, sent, follow=True))
    answer = ask(token, row)
    assert answer.json()["values"] == {"last_name": row["last_name"]}
    assert ask(token, other).status_code == nobody.status_code, "one person alone let it in"
    page = words(browser.get(PAGE))
    assert f"Who is let in {NAME} Until the end of" in page
    assert "saw your last name" in page
    listed = words(browser.get("/you/who-has-looked/"))
    assert f"Somebody you let in, {NAME} saw your last name" in listed

    browser.post(PAGE, sent)
    assert len(choices.history(person)) == 1, "said twice it is one"
    ending = {"party": PARTY, "purpose": PURPOSE, "end": "1"}
    assert "Ended" in words(browser.post(PAGE, ending, follow=True))
    refused = ask(token, row)
    assert refused.status_code == 403
    assert codes(refused) == ["third_party_ended"]
    page = words(browser.get(PAGE))
    assert "Who was let in before" in page
    assert "You ended their access." in page, "what it tried since is shown too"


def test_no_token_of_a_third_party_is_without_its_name(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), *_ = people
    scope = tokens.scope_of(ServiceClient.objects.get(name="Fairwheel"))
    narrowed = scope.narrow(f"purpose:{PURPOSE} channel:api")
    assert narrowed is not None
    assert narrowed.third_party == PARTY
    yes = said() | {"channel": "api"}
    choose(person, PURPOSE, ChoiceAnswer.YES, **yes)
    assert "values" not in ask(token, row).json(), "a yes to the purpose lets nobody in by itself"
    no = {
        "person": {"kind": "email", "value": row["email"]}, "purpose": "personal-offers",
        "answer": "no", "channel": "api", "evidence": "x/1",
    }  # fmt: skip
    answer = Client().post(
        "/api/v1/choices", no, content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert answer.status_code == 403, "nor may it say anything of what people choose"


def test_it_ends_by_the_clock_and_the_person_is_written_to_at_each_step(
    people: list[tuple[int, dict[str, str]]], token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person, row), (second, _), *_ = people
    let_in(person, PARTY, PURPOSE, last_day(30), **said())
    let_in(second, PARTY, PURPOSE, last_day(30), **said())
    begun = clock.now()
    with recording(monkeypatch) as server:
        work(server, monkeypatch, begun)
        assert [subject(each) for each in server.texts] == ["You let somebody in"] * 2
        assert all(row["last_name"] not in each for each in server.texts)
        end(second, PARTY, PURPOSE, **said())
        work(server, monkeypatch, begun + timedelta(days=25))
        assert [subject(each) for each in server.texts[2:]] == [
            "Somebody’s access to your data ends soon"
        ], "who ended it is reminded of nothing"
        assert "values" in ask(token, row).json()
        work(server, monkeypatch, begun + timedelta(days=32))
        assert codes(ask(token, row)) == ["third_party_expired"]
        assert subject(server.texts[3]) == "Somebody’s access to your data has ended"
        assert len(server.texts) == 4


def work(server: Recorder, monkeypatch: pytest.MonkeyPatch, at: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: at)
    jobs.run_jobs_once(worker="test", limit=20, at=at)
    drain(worker="test", at=at)


def subject(text: str) -> str:
    return str(email.message_from_string(text, policy=email.policy.default)["Subject"])


def test_an_advisers_word_waits_for_the_persons_hand_and_their_end_counts_at_once(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), *_ = people
    adviser = staff_member(Role.ADVISER, team="Leeds shop")
    staff = staff_client(account=adviser)
    note = note_of(staff, row)
    sent = {"note": note, "answer": f"in/{PARTY}/{PURPOSE}", "last_day": last_day().isoformat()}
    page = staff.post("/console/people/third-party/", sent | {"evidence": "417"})
    assert "It counts once the person says so" in words(page)
    assert "values" not in ask(token, row).json()
    colleague = actor_for(staff_member(Role.ADVISER, email="b@staff.example", team="Leeds shop"))
    let_in(person, PARTY, PURPOSE, last_day(), **said(colleague))
    assert "values" not in ask(token, row).json(), "nor does a second one’s"
    assert not choices.waiting_choices(confirmable_by=colleague)
    browser = customer_client(person)
    assert f"Do you want to let {NAME} in?" in words(browser.get(PAGE))
    own = {"party": PARTY, "purpose": PURPOSE, "last_day": last_day().isoformat(), "let_in": "1"}
    browser.post(PAGE, own)
    assert "values" in ask(token, row).json()
    assert "Do you want to let" not in words(browser.get(PAGE))
    ended = {"note": note, "answer": f"end/{PARTY}/{PURPOSE}", "evidence": "418"}
    assert "They cannot read anything more from us." in words(
        staff.post("/console/people/third-party/", ended)
    )
    assert codes(ask(token, row)) == ["third_party_ended"]


def note_of(staff: Client, row: dict[str, str]) -> str:
    asked = {"who": row["email"], "channel": "phone", "fields_wanted": ["first_name"]}
    page = staff.post("/console/people/answer-contact/", asked | {"reference": "call 417"})
    return str(page.context["note"])


def test_who_acts_for_them_lets_in_but_never_over_their_own_end(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), *_ = people
    attorney = Actor(ActorKind.REPRESENTATIVE, "", "attorney")
    assert not let_in(person, PARTY, PURPOSE, last_day(), **said(attorney)).waits
    assert "values" in ask(token, row).json()
    end(person, PARTY, PURPOSE, **said())
    assert let_in(person, PARTY, PURPOSE, last_day(), **said(attorney)).waits
    assert codes(ask(token, row)) == ["third_party_ended"]


def test_a_later_no_to_the_purpose_goes_before_it_and_a_merge_keeps_the_stricter(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), (second, _), *_ = people
    let_in(person, PARTY, PURPOSE, last_day(), **said())
    let_in(second, PARTY, PURPOSE, last_day(), **said())
    end(second, PARTY, PURPOSE, **said())
    choose(person, PURPOSE, ChoiceAnswer.NO, **said())
    assert "values" not in ask(token, row).json()
    let_in(person, PARTY, PURPOSE, last_day(20), **said())
    assert "values" in ask(token, row).json(), "by name, and after the no"
    merge(person, second, chosen={}, reference="case/1", by=SYSTEM, at=clock.now())
    assert "values" not in ask(token, row).json()


def test_a_field_that_the_promise_added_since_is_not_read(
    people: list[tuple[int, dict[str, str]]], token: str
) -> None:
    (person, row), *_ = people
    let_in(person, PARTY, PURPOSE, last_day(), **said())
    named = "[customer_number, first_name, last_name, postal_code, country]"
    text = PROMISE_FILE.read_text("utf-8")
    assert text.count(named) == 2
    adopt_promise(
        text.replace(named, named.replace("]", ", email]")), name="promise.yaml", by=SYSTEM,
        at=clock.now(),
    )  # fmt: skip
    assert codes(ask(token, row, "email", "last_name")) == ["third_party_other_field"]
    assert "values" in ask(token, row).json()


@pytest.mark.parametrize("days", [-1, 200])
def test_a_day_that_is_over_or_later_than_promised_is_refused(
    people: list[tuple[int, dict[str, str]]], token: str, days: int
) -> None:
    (person, _), *_ = people
    with pytest.raises(ThirdPartyRefused, match="Give a day from today"):
        let_in(person, PARTY, PURPOSE, last_day(days), **said())
    sent = {"party": PARTY, "purpose": PURPOSE, "last_day": last_day(days).isoformat()}
    assert customer_client(person).post(PAGE, sent).status_code == 422
    assert not choices.history(person)


def test_nobody_lets_in_whom_we_did_not_register_or_promise(
    people: list[tuple[int, dict[str, str]]],
) -> None:
    (person, _), *_ = people
    assert "There is nobody to let in here" in words(customer_client(person).get(PAGE))
    for party in (PARTY, "courier"):
        with pytest.raises(ThirdPartyRefused):
            let_in(person, party, PURPOSE, last_day(), **said())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"rights": ["third-party:courier"]}, "Name one of: consumer-advice"),
        ({"purposes": [PURPOSE, "deliver-orders"]}, "Leave out deliver-orders"),
        ({"choices": ["personal-offers"]}, "Leave out personal-offers"),
        ({"rights": [f"third-party:{PARTY}", "request:access"]}, "Leave out request:access"),
        ({"purposes": []}, "--purpose"),
    ],
)
def test_a_client_of_a_third_party_does_nothing_else(
    people: object, changed: dict[str, Any], why: str
) -> None:
    made: dict[str, Any] = {
        "name": "Fairwheel", "role": "third-party", "team": "", "purposes": [PURPOSE],
        "channels": ["api"], "rights": [f"third-party:{PARTY}"], "by": SYSTEM, "at": clock.now(),
    }  # fmt: skip
    with pytest.raises(Invalid, match=why):
        make_client(**made | changed)
