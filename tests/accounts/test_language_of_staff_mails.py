"""Mails to staff are in the organisation’s language: each text in each, with what it must say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent

from aboveboard import accounts, console, credentials
from aboveboard.access.concerns.terms import Concern
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.accounts import mail
from aboveboard.basics import settings
from aboveboard.basics.actor import Role
from aboveboard.rights.requests.terms import RequestKind

LANGUAGES = ("en", "fr", "de")
DUE = datetime(2026, 12, 4, 22, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PAGE = "https://data.example.org/console/x/"
ADA = SimpleNamespace(name="Ada Byron", team="Floor 2", role=Role.PRIVACY_LEAD)
ADA.role_in_words = "privacy lead"
INCIDENT = {"incident": "INC-0007", "page": PAGE}


def concern(kind: Concern) -> dict[str, Any]:
    return {"about": 12, "concern": kind.value, "in_words": "Why", "due_at": DUE, "page": PAGE}


def asked(kind: RequestKind, needs: str) -> dict[str, Any]:
    return {
        "reference": "REQ-0042",
        "kind": kind.value,
        "needs": needs,
        "due_at": DUE,
        "page": PAGE,
    }


FACTS: dict[str, dict[str, Any]] = {
    "accounts/mail/invited": {"member": ADA, "link": PAGE, "days": 3},
    "accounts/mail/reset": {"member": ADA, "link": PAGE, "days": 3},
    "console/mail/case_role": INCIDENT | {"role": "scribe"},
    "console/mail/changes_answered": INCIDENT,
    "console/mail/changes_requested": INCIDENT,
    "console/mail/concern_handed_over": {"concerns": [concern(Concern.TOO_MUCH)]},
    "console/mail/concerns": {"concerns": [concern(each) for each in Concern]},
    "console/mail/emergency": {
        "role": "adviser",
        "team": "Floor 2",
        "why": EmergencyGround.MISSING_PERSON.value,
        "why_in_words": "Why",
        "due": DUE,
        "page": PAGE,
    },
    "console/mail/outside_report": {"page": PAGE},
    "console/mail/webhook_paused": {"name": "CRM", "why": "gone", "page": PAGE},
    "credentials/mail/reused": {"member": ADA, "link": PAGE},
    "console/mail/requests": {"requests": [asked(kind, "late") for kind in RequestKind]},
}
SAYS = {
    ("accounts/mail/invited", "fr"): "responsable de la protection des données",
    ("accounts/mail/invited", "de"): "3 Tage lang",
    ("console/mail/concerns", "fr"): "avant le 4 décembre 2026",
    ("console/mail/concerns", "de"): "bis 4. Dezember 2026",
    ("console/mail/requests", "fr"): "avant le 4 décembre 2026",
    ("console/mail/requests", "de"): "Die Frist ist abgelaufen. Antwort bis 4. Dezember 2026",
    ("console/mail/emergency", "en"): "by 04 December 2026, 23:30 (CET)",
    ("console/mail/emergency", "fr"): "le 4 décembre 2026, 23:30 (CET)",
    ("console/mail/emergency", "de"): "bis 4. Dezember 2026, 23:30 (CET)",
}


def to_staff(language: str, template: str, facts: dict[str, Any], patch: pytest.MonkeyPatch) -> Any:
    """Send it in this language; return the message."""
    current = settings.current()
    organisation = replace(current.organisation, language=language)
    with patch.context() as patched:
        patched.setattr(settings, "current", lambda: replace(current, organisation=organisation))
        mail.send_to_staff(template, facts, zone=BERLIN)
    return sent.outbox[-1]


@pytest.mark.parametrize("template", FACTS)
def test_each_text_says_in_each_language_what_it_must(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = set()
    for language in LANGUAGES:
        message = to_staff(language, template, FACTS[template], monkeypatch)
        assert message.to == [settings.current().organisation.contact]
        body = str(message.body)
        assert PAGE in body
        assert "{" not in message.subject + body
        assert SAYS.get((template, language), "") in body
        subjects.add(message.subject)
    assert len(subjects) == len(LANGUAGES), "each is in a language of its own"


@pytest.mark.parametrize("kind", Concern)
def test_what_seems_wrong_is_said_in_each_language(
    kind: Concern, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in ("fr", "de"):
        facts = {"concerns": [concern(kind)]}
        message = to_staff(language, "console/mail/concerns", facts, monkeypatch)
        (line,) = [each for each in str(message.body).splitlines() if " 12 " in each]
        assert len(line.partition(":")[2].strip(" .")) > 5, "nothing is left out"


def test_what_a_request_needs_is_said_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {"late", "soon", "confirm", "resume", "answer_by_hand", "review", "answer", "open"}
    for language in LANGUAGES:
        lines = [asked(kind, needs) for kind in RequestKind for needs in moves]
        message = to_staff(language, "console/mail/requests", {"requests": lines}, monkeypatch)
        written = {line for line in str(message.body).splitlines() if line.startswith("REQ-")}
        assert len(written) == len(lines), "each kind and each need has words of its own"


@pytest.mark.parametrize("why", EmergencyGround)
def test_what_an_emergency_was_is_said_in_each_language(
    why: EmergencyGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in ("fr", "de"):
        facts = FACTS["console/mail/emergency"] | {"why": why.value}
        message = to_staff(language, "console/mail/emergency", facts, monkeypatch)
        assert len(str(message.body).split("\n\n")[1]) > 10


def test_every_text_to_staff_is_among_these() -> None:
    files = {
        f"{package.__name__.rpartition('.')[2]}/mail/{file.name.partition('.')[0]}"
        for package in (accounts, console, credentials)
        for file in Path(str(package.__file__)).parent.glob("templates/*/mail/*.txt")
    }
    # Those go to customers, in their language, and to staff who sign in, in their browser's.
    assert files - {"accounts/mail/code", "accounts/mail/shared"} == FACTS.keys()
