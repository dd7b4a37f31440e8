"""Requests that come by mail are proposed, and prove nothing; mail of programs is passed over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aboveboard.basics import clock
from aboveboard.connectors import registry
from aboveboard.connectors.imap import automatic, messages
from aboveboard.connectors.imap.connector import ImapConnector, MailboxSettings
from aboveboard.connectors.outgoing.addresses import OutgoingRules
from aboveboard.outbox import jobs
from aboveboard.rights import limits
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import actions, mailbox, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestKind
from tests.world import ADVISER, load

HUMAN = "From: Mary Smith <mary.smith@example.org>\nTo: privacy@shop.example\n"
PROGRAMS = (
    "Auto-Submitted: auto-replied",
    "Precedence: bulk",
    "Return-Path: <>",
    "List-Id: <news.example.org>",
    "X-Auto-Response-Suppress: All",
    "Content-Type: multipart/report; boundary=x",
    "X-Failed-Recipients: a@example.org",
)


def mail(headers: str, text: str = "Hello") -> messages.MailMessage:
    return messages.parsed(f"{headers}\n{text}\n".encode())


@pytest.mark.parametrize("header", PROGRAMS)
def test_what_a_program_wrote_is_known_by_its_headers(header: str) -> None:
    assert automatic.is_automatic(mail(f"{HUMAN}{header}\n"))


@pytest.mark.parametrize("header", ["Auto-Submitted: no", "Precedence: normal", "Subject: x"])
def test_what_a_person_wrote_is_theirs(header: str) -> None:
    assert not automatic.is_automatic(mail(f"{HUMAN}{header}\n"))


def test_mail_from_where_nobody_reads_is_a_programs() -> None:
    assert automatic.is_automatic(mail("From: Mailer <MAILER-DAEMON@example.org>\n"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What do you know about me?", RequestKind.ACCESS),
        ("Please DELETE everything", RequestKind.ERASURE),
        ("Bitte löschen Sie alles", RequestKind.ERASURE),
        ("Je m’oppose à cette utilisation", RequestKind.OBJECTION),
        ("Bitte berichtigen Sie meine Adresse", RequestKind.CORRECTION),
        ("Je veux me désabonner", RequestKind.STOP_ASKING),
    ],
)
def test_what_is_asked_for_is_guessed_by_words(text: str, kind: RequestKind) -> None:
    assert mailbox.guess_kind(text) is kind


class StubMailbox(ImapConnector):
    """A mailbox with these messages, which remembers what it marked."""

    def __init__(self, *mails: messages.MailMessage, takes_requests: bool = True) -> None:
        settings = MailboxSettings(
            "mail.example.org", 993, "privacy", None, (), "", "", takes_requests
        )
        super().__init__("privacy-mail", settings, lambda: "", OutgoingRules(()))
        self.waiting = list(mails)

    def unmarked(self, mark: str, *, most: int, days: int) -> Iterator[messages.MailMessage]:
        while self.waiting:
            yield self.waiting[0]
            del self.waiting[0]


@pytest.mark.django_db
def test_a_mail_is_proposed_confirmed_by_a_person_and_proves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (_, row), *_ = load(1)
    box = StubMailbox(
        mail(f"From: Ada <{row['email']}>\nSubject: My data\n", "Please delete it all."),
        mail(f"{HUMAN}Auto-Submitted: auto-replied\n"),
        mail("From: privacy@adventure-works.example\n", "Our own answer, sent back"),
        mail("Subject: from nobody\n"),
    )
    other = StubMailbox(mail(HUMAN), takes_requests=False)
    monkeypatch.setattr(registry, "active", lambda: [box, other])
    assert mailbox.propose_new(at=clock.now()) == 4
    assert (box.waiting, len(other.waiting)) == ([], 1)
    stored = RightsRequest.objects.get()
    assert b"delete it all" not in bytes(stored.details)
    assert row["email"].encode() not in bytes(stored.details)
    record = queries.request(stored.pk)
    assert (record.kind, record.state.stage) == (RequestKind.ERASURE, RequestStage.CONFIRMING)
    assert queries.details(stored.pk).words.reveal() == "My data\n\nPlease delete it all."
    actions.confirm(stored.pk, by=ADVISER, at=clock.now())
    jobs.run_jobs_once(worker="test")
    state = queries.request(stored.pk).state
    assert (state.stage, state.evidence, state.planned) == (RequestStage.PROVING, (), False)

    monkeypatch.setattr(limits, "UNPROVED_A_DAY", 1)
    box.waiting.append(mail(HUMAN, "One more"))
    assert mailbox.propose_new(at=clock.now()) == 0
    assert len(box.waiting) == 1, "it is not lost: it comes again tomorrow"
