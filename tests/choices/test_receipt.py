"""A receipt, whole: for each basis that leaves a choice and each answer, what stands in it; and
that it carries the proof of its entry."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.receipt import Receipt, ReceiptNotPossible, as_json_ld
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.log_signing import sequence_now
from aboveboard.law import categories
from aboveboard.promise import explain
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.model import LawfulBasis
from aboveboard.promise.queries import in_force
from tests.world import ADVISER, PROMISE_FILE, entries, load

MADE = Receipt(
    choice_id=7,
    person="a" * 32,
    answer=ChoiceAnswer.YES,
    channel="portal",
    evidence="portal:3",
    evidence_key="e" * 64,
    at=datetime(2026, 11, 22, 9, 41, tzinfo=UTC),
    purpose="personal-offers",
    title="Personal offers",
    what="We send you offers.",
    why="So that you hear of them.",
    basis=LawfulBasis.CONSENT,
    categories=("your name", "your e-mail address"),
    recipients=("Post & Parcel",),
    kept="We keep it for two years.",
    promise_serial=3,
    promise_digest="d" * 64,
    controller="Adventure Works Ltd",
    contact="privacy@adventure-works.com",
    proof="c2sp.org/tlog-proof@v1\n",
)


def golden(basis: str, status: str) -> dict[str, Any]:
    return {
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
            "ab": "https://w3id.org/dpv/schema/consent-27560#",
        },
        "@type": "dpv:ConsentRecord",
        "ab:schema_version": "ISO/IEC TS 27560:2023",
        "dct:identifier": "choice/7",
        "dpv:hasDataSubject": "a" * 32,
        "dpv:hasDataController": {
            "dct:title": "Adventure Works Ltd",
            "dpv:hasContact": "privacy@adventure-works.com",
        },
        "dpv:hasProcess": {
            "dpv:hasPurpose": {
                "dct:identifier": "personal-offers",
                "dct:title": "Personal offers",
                "dct:description": "We send you offers. So that you hear of them.",
            },
            "dpv:hasLegalBasis": basis,
            "dpv:hasPersonalData": ["your name", "your e-mail address"],
            "dpv:hasRecipient": ["Post & Parcel"],
            "dpv:hasStorageCondition": "We keep it for two years.",
        },
        "dpv:hasNotice": {"dct:identifier": "promise/3", "ab:sha256": "d" * 64},
        "ab:event": {
            "dpv:hasConsentStatus": status,
            "dct:date": "2026-11-22T09:41:00.000000Z",
            "ab:method": "portal",
            "ab:evidence": "portal:3",
            "ab:evidenceKey": "e" * 64,
        },
        "ab:proof": "c2sp.org/tlog-proof@v1\n",
    }


STATUSES = {
    (LawfulBasis.CONSENT, ChoiceAnswer.YES): "dpv:ConsentGiven",
    (LawfulBasis.CONSENT, ChoiceAnswer.NO): "dpv:ConsentWithdrawn",
    (LawfulBasis.LEGITIMATE_INTERESTS, ChoiceAnswer.YES): "dpv:ObjectionWithdrawn",
    (LawfulBasis.LEGITIMATE_INTERESTS, ChoiceAnswer.NO): "dpv:ObjectionLodged",
    (LawfulBasis.PUBLIC_TASK, ChoiceAnswer.YES): "dpv:ObjectionWithdrawn",
    (LawfulBasis.PUBLIC_TASK, ChoiceAnswer.NO): "dpv:ObjectionLodged",
}


@pytest.mark.parametrize(("basis", "answer"), STATUSES)
def test_a_receipt_says_all_of_this_and_nothing_else(
    basis: LawfulBasis, answer: ChoiceAnswer
) -> None:
    earlier = frozenset(ChoiceAnswer) - {answer}
    written = as_json_ld(replace(MADE, basis=basis, answer=answer, earlier=earlier))
    assert written == golden(basis.value, STATUSES[basis, answer])
    assert json.loads(json.dumps(written)) == written


def test_nothing_is_withdrawn_that_was_never_there() -> None:
    first = {
        (basis, answer): as_json_ld(replace(MADE, basis=basis, answer=answer))["ab:event"]
        for basis, answer in STATUSES
    }
    said = {key: event["dpv:hasConsentStatus"] for key, event in first.items()}  # type: ignore[index, call-overload]
    assert said[LawfulBasis.CONSENT, ChoiceAnswer.NO] == "dpv:ConsentRefused"
    assert not [status for status in said.values() if status and "Withdrawn" in status]


@pytest.mark.parametrize(
    "basis", [basis for basis in LawfulBasis if (basis, "yes") not in STATUSES]
)
def test_a_basis_that_leaves_no_choice_has_no_receipt(basis: LawfulBasis) -> None:
    with pytest.raises(KeyError):
        as_json_ld(replace(MADE, basis=basis))


@pytest.mark.django_db
def test_a_no_after_a_yes_withdraws_it() -> None:
    person, _ = load(2)[0]
    for answer in (ChoiceAnswer.YES, ChoiceAnswer.NO):
        choice = choose(
            person,
            "personal-offers",
            answer,
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=clock.now(),
        )
    written: Any = as_json_ld(queries.receipt_of(choice))
    assert written["ab:event"]["dpv:hasConsentStatus"] == "dpv:ConsentWithdrawn"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_receipt_says_what_was_asked_then_in_the_words_of_its_reader(language: str) -> None:
    """Also once another promise is in force that asks in other words."""
    person, _ = load(2)[0]
    choice = choose(
        person,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="phone",
        evidence="call:417",
        by=ADVISER,
        at=clock.now(),
    )
    then = in_force()
    spoken = then.promise.in_language(language)
    asked = spoken.purposes["personal-offers"]
    adopt_promise(
        PROMISE_FILE.read_text("utf-8")
        .replace(asked.title, "Something else")
        .replace(asked.what, "Something else"),
        name="later.yaml",
        by=SYSTEM,
        at=clock.now(),
    )
    assert in_force().promise.in_language(language).purposes["personal-offers"] != asked
    receipt = queries.receipt_of(choice, language)
    (entry,) = entries(person, "choice.made")
    labels = [categories.get(key).label for key in spoken.categories_of(asked.fields)]
    assert receipt == Receipt(
        choice_id=choice.id,
        person=str(entry.handle),
        answer=ChoiceAnswer.YES,
        waits=False,
        earlier=frozenset(),
        channel="phone",
        evidence="call:417",
        evidence_key=receipt.evidence_key,
        at=choice.at,
        purpose="personal-offers",
        title=asked.title,
        what=asked.what,
        why=asked.why,
        basis=LawfulBasis.CONSENT,
        categories=tuple(label[language] for label in labels),
        recipients=tuple(spoken.recipients[key].title for key in asked.recipients),
        kept=explain.retention_in_words(asked.retention, language),
        promise_serial=then.serial,
        promise_digest=then.digest,
        controller="Adventure Works Cycles Ltd",
        contact=spoken.organisation.contact,
        proof=None,
    )
    assert receipt.categories
    assert len(receipt.evidence_key) == 64


@pytest.mark.django_db
@pytest.mark.parametrize("purpose", ["no-such-purpose", "answer-contact"])
def test_there_is_no_receipt_of_what_the_promise_did_not_ask(purpose: str) -> None:
    person, _ = load(2)[0]
    choice = choose(
        person,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    with pytest.raises(ReceiptNotPossible):
        queries.receipt_of(replace(choice, purpose=purpose))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("purpose", "answer", "status"),
    [
        ("personal-offers", ChoiceAnswer.YES, "dpv:ConsentGiven"),
        ("personal-offers", ChoiceAnswer.NO, "dpv:ConsentRefused"),
        ("improve-shops", ChoiceAnswer.NO, "dpv:ObjectionLodged"),
        ("improve-shops", ChoiceAnswer.YES, None),
    ],
)
def test_the_receipt_of_a_choice_has_its_promise_and_its_proof(
    purpose: str, answer: ChoiceAnswer, status: str | None
) -> None:
    person, _ = load(2)[0]
    choice = choose(
        person,
        purpose,
        answer,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    assert queries.choice_of(person, choice.id) == choice
    assert as_json_ld(queries.receipt_of(choice))["ab:proof"] is None, "it waits to be sequenced"
    sequence_now()
    written: Any = as_json_ld(queries.receipt_of(choice))
    assert written["ab:event"]["dpv:hasConsentStatus"] == status
    assert written["dpv:hasProcess"]["dpv:hasPurpose"]["dct:identifier"] == purpose
    assert written["dpv:hasNotice"]["dct:identifier"] == f"promise/{choice.promise_serial}"
    controller = written["dpv:hasDataController"]["dct:title"]
    assert controller == "Adventure Works Cycles Ltd", "its legal name, where the promise has one"
    assert written["ab:proof"].startswith("c2sp.org/tlog-proof@v1")
