"""Whoever asked is written, in their language, when it comes, waits, takes longer and ends."""

from __future__ import annotations

import pytest
from django.core import mail

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.personal import Personal
from aboveboard.outbox import jobs
from aboveboard.rights.requests import actions, visitors
from aboveboard.rights.requests.terms import (
    ExtensionReason,
    NewRequest,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestKind,
)
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


def letters() -> list[tuple[str, str, list[str]]]:
    """Do what waits, and return the mails that it sent: subject, text, to."""
    mail.outbox.clear()
    jobs.run_jobs_once(worker="test", limit=9)
    return [(each.subject, str(each.body), each.to) for each in mail.outbox]


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Sign in"), ("fr", "Connectez"), ("de", "an, um")]
)
def test_a_customer_learns_that_there_is_news_and_reads_it_signed_in(
    language: str, word: str
) -> None:
    (person_id, row), *_ = load(1)
    at = clock.now()
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=at,
        person_id=person_id,
        language=language,
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=at)
    actions.pause(number, PauseReason.CLARIFICATION, "Which of the letters?", by=ADVISER, at=at)
    actions.resume(number, by=ADVISER, at=at)
    actions.extend(number, ExtensionReason.COMPLEX, "Nine systems.", by=ADVISER, at=at)
    actions.refuse(number, RefusalGround.UNFOUNDED, "None were sent.", by=ADVISER, at=at)
    sent = letters()
    assert len(sent) == 4
    for subject, body, to in sent:
        assert "REQ-" in subject
        assert word in body
        assert to == [row["email"]]
        assert "Nine systems" not in body, "a mailbox is no place for it"


def test_who_has_no_account_is_written_our_words_once_their_address_is_proved() -> None:
    load(1)
    at = clock.now()
    asked = visitors.VisitorRequest(
        kind=RequestKind.ACCESS,
        address=Personal("nobody@example.org"),
        name=Personal("Ada"),
        words=Personal(""),
        country="FR",
        language="en",
    )
    number = visitors.ask(asked, at=at)
    code = next(word for word in str(mail.outbox[-1].body).split() if word.isdigit())
    assert letters() == [], "nobody has proved that it is theirs"
    visitors.prove(number, code, at=at)
    actions.refuse(number, RefusalGround.NOT_APPLICABLE, "We are {not} yours.", by=ADVISER, at=at)
    (_, receipt, _), (_, body, to) = letters()
    assert "You get an answer by" in receipt
    assert "We are {not} yours." in body
    assert to == ["nobody@example.org"]
