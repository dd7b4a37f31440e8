"""Explaining without using: who may see a field, why something was refused, would
something be allowed."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest
from django.test import Client

from aboveboard.access.actions import use
from aboveboard.access.explain.field import in_emergency, uses_of_field
from aboveboard.access.explain.person import NotAUse, explain_entry, explain_request
from aboveboard.access.lookup import NoOneFound
from aboveboard.access.models import QuietRefusal
from aboveboard.access.queries import use_records
from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.commands.access import explain as command
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries as vault
from tests.accounts.people import customer_client, staff_client
from tests.promise import retailer
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db
PROMISE = retailer()
OFFER = UseRequest(
    Actor(ActorKind.STAFF, "", "offers-service"), "personal-offers", ("email",), "email"
)
OFFERED = UseRequest(OFFERS, "personal-offers", ("email",), "email")
ANYBODY = Actor(ActorKind.STAFF, "", "adviser")


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(3)[0]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def test_every_purpose_of_every_field_is_said_and_no_other() -> None:
    for field in PROMISE.fields:
        found = uses_of_field(PROMISE, field)
        assert [one.purpose for one in found] == [
            key for key, purpose in PROMISE.purposes.items() if field in purpose.fields
        ]
        assert all(
            one.who and one.how and one.article.startswith("Art. 6(1)") and one.conditions
            for one in found
        )


def test_what_must_hold_is_said_in_sentences() -> None:
    said = {one.purpose: " ".join(one.conditions) for one in uses_of_field(PROMISE, "country")}
    assert "Only if the person said yes" in said["personal-offers"]
    assert "Not if the person objected." in said["improve-shops"]
    assert "Not while its use is restricted." in said["deliver-orders"]
    assert "Also when its use is restricted (public interest)." in said["tax-accounts"]
    assert "In an emergency: our advisers" in in_emergency(PROMISE, "country")
    assert in_emergency(PROMISE, "card_number") == ""


def test_a_field_nobody_has_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="customer_number, title"):
        uses_of_field(PROMISE, "shoe")


def test_what_would_come_of_it_is_what_comes_of_it_and_nothing_is_opened(
    someone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = someone
    with monkeypatch.context() as patched:
        patched.setattr(vault, "open_record", lambda *args: pytest.fail("opened"))
        decision, entry_id = explain_request(
            OFFER.for_subject(Subject(person)), by=SYSTEM, at=clock.now()
        )
    outcome = use(
        UseRequest(OFFERS, "personal-offers", ("email",), "email", Subject(person)),
        at=clock.now(),
    )
    assert not outcome.allowed
    assert decision.reasons == outcome.reasons
    assert entry_id < outcome.entry_id
    asked = UseRequest(ANYBODY, "answer-contact", ("email",), "phone", Subject(person))
    assert explain_request(asked, by=SYSTEM, at=clock.now())[0].allowed


def test_asking_about_somebody_is_a_look_that_they_see(someone: Any) -> None:
    person, row = someone
    _, entry_id = explain_request(OFFER.for_subject(Subject(person)), by=SYSTEM, at=clock.now())
    (seen,) = use_records(person)
    assert (seen.entry_id, seen.asked) == (entry_id, True)
    assert (
        "nothing was opened" in customer_client(person).get("/you/who-has-looked/").content.decode()
    )
    assert row["email"].encode() not in bytes(Entry.objects.get(pk=entry_id).body)


def test_words_that_the_promise_does_not_have_stay_out_of_the_ledger(someone: Any) -> None:
    person, row = someone
    asked = UseRequest(ANYBODY, row["email"], (row["last_name"],), row["phone"], Subject(person))
    _, entry_id = explain_request(asked, by=SYSTEM, at=clock.now())
    body = bytes(Entry.objects.get(pk=entry_id).body)
    assert not [
        value for value in (row["email"], row["last_name"], row["phone"]) if value.encode() in body
    ]


def test_why_says_each_reason_by_the_promise_of_that_time(someone: Any) -> None:
    outcome = use(
        UseRequest(ADVISER, "answer-contact", ("card_number",), "post", Subject(someone[0])),
        at=clock.now(),
    )
    found = explain_entry(outcome.entry_id, by=SYSTEM, at=clock.now())
    assert found.reasons == ("This purpose does not need one of: card_number.",)
    granted = use(
        UseRequest(ADVISER, "answer-contact", ("email",), "phone", Subject(someone[0])),
        at=clock.now(),
    )
    assert explain_entry(granted.entry_id, by=SYSTEM, at=clock.now()).reasons == ()


def test_why_of_a_quiet_look_up_tells_the_true_reason_and_is_kept_apart_too(someone: Any) -> None:
    person, row = someone
    with pytest.raises(NoOneFound):
        use(
            UseRequest(
                OFFERS,
                "personal-offers",
                ("email",),
                "email",
                Subject(kind="email", value=row["email"]),
            ),
            at=clock.now(),
        )
    quiet = Entry.objects.latest("id").pk
    found = explain_entry(quiet, by=SYSTEM, at=clock.now())
    assert found.reasons == ("The person has not said yes to this.",)
    assert Entry.objects.get(pk=found.asked).handle is None
    assert [record.entry_id for record in use_records(person)] == [found.asked, quiet]


def test_to_ask_why_leaves_as_much_of_a_look_up_of_nobody_as_of_one_of_somebody(
    someone: Any,
) -> None:
    person, row = someone
    for email, reason, about in (
        (row["email"], "The person has not said yes to this.", person),
        ("nobody@example.org", SENTENCES[ReasonCode.NOBODY_TO_SHOW], None),
    ):
        with pytest.raises(NoOneFound):
            use(OFFERED.for_subject(Subject(kind="email", value=email)), at=clock.now())
        found = explain_entry(Entry.objects.latest("id").pk, by=SYSTEM, at=clock.now())
        assert found.reasons == (reason,)
        assert QuietRefusal.objects.get(entry_id=found.asked).person_id == about


def test_an_entry_that_is_no_use_is_said_to_be_none(someone: Any) -> None:
    adopted = Entry.objects.filter(kind="promise.adopted").latest("id").pk
    with pytest.raises(NotAUse, match=r"promise\.adopted"):
        explain_entry(adopted, by=SYSTEM, at=clock.now())
    with pytest.raises(NotFound):
        explain_entry(10**9, by=SYSTEM, at=clock.now())


def test_the_command_answers_all_three(someone: Any, capsys: pytest.CaptureFixture[str]) -> None:
    person, _ = someone
    assert run("phone") == 0
    assert "Nobody else, and for no other reason." in capsys.readouterr().out
    asked = [
        "--would",
        "offers-service",
        "--purpose",
        "personal-offers",
        "--field",
        "email",
        "--channel",
        "email",
        "--person",
        str(person),
    ]
    assert run(*asked) == 1
    assert "The person has not said yes to this." in capsys.readouterr().out
    assert run(*asked, "--json") == 1
    assert json.loads(capsys.readouterr().out)["reasons"][0]["code"] == "no_consent"
    outcome = use(
        UseRequest(ADVISER, "answer-contact", ("card_number",), "phone", Subject(person)),
        at=clock.now(),
    )
    assert run("--entry", str(outcome.entry_id)) == 0
    assert "This purpose does not need" in capsys.readouterr().out
    with pytest.raises(Invalid, match="give one of"):
        run()
    with pytest.raises(Invalid, match="--would needs"):
        run("--would", "adviser")


def test_the_pages_are_the_privacy_leads_and_answer_in_sentences(someone: Any) -> None:
    person, row = someone
    lead = staff_client(Role.PRIVACY_LEAD)
    page = "/console/promise/explain/"
    assert (
        "Nobody else, and for no other reason."
        in lead.get(page, {"field": "phone"}).content.decode()
    )
    assert lead.get(page, {"field": "shoe"}).status_code == 422
    outcome = use(
        UseRequest(ADVISER, "answer-contact", ("card_number",), "phone", Subject(person)),
        at=clock.now(),
    )
    assert (
        "This purpose does not need"
        in lead.post(f"{page}entry/", {"entry": outcome.entry_id}).content.decode()
    )
    assert lead.post(f"{page}entry/", {"entry": 10**9}).status_code == 422
    asked = {
        "who": row["email"],
        "role": "offers-service",
        "purpose": "personal-offers",
        "channel": "email",
        "fields_wanted": ["email"],
    }
    text = lead.post(f"{page}allowed/", asked).content.decode()
    assert "It would be refused" in text
    assert row["first_name"] not in text.split("<main")[1]
    assert lead.post(f"{page}allowed/", asked | {"who": "nobody@example.org"}).status_code == 422
    adviser = staff_client(Role.ADVISER)
    for address in ("", "entry/", "allowed/"):
        assert adviser.get(f"{page}{address}").status_code == 403
        assert Client().get(f"{page}{address}").status_code == 302
