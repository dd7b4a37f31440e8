"""What each mail of sign-in says: its reader's language, how long it works, and whom to ask."""

from __future__ import annotations

import pytest
from django.core import mail

from aboveboard.accounts import invitations, limits
from aboveboard.accounts.invitations import LinkReason
from aboveboard.accounts.signin.code import CodeAudience, mail_code
from aboveboard.basics import settings
from aboveboard.basics.actor import Role
from tests.accounts.conftest import JON_MAIL, SHARED_MAIL
from tests.accounts.people import staff_member

pytestmark = [pytest.mark.django_db, pytest.mark.one_database("what letters say")]


@pytest.mark.parametrize(
    ("language", "subject", "life", "reason"),
    [
        ("en", "1234-5678 is your code for ", "for 10 minutes", "Why "),
        ("en-gb", "1234-5678 is your code for ", "for 10 minutes", "Why "),
        ("fr", "1234-5678 est votre code pour ", "pendant 10 minutes", "Pourquoi "),
        ("fr-ch", "1234-5678 est votre code pour ", "pendant 10 minutes", "Pourquoi "),
        ("de", "1234-5678 ist Ihr Code für ", "10 Minuten", "Warum "),
        ("it", "1234-5678 is your code for ", "for 10 minutes", "Why "),
    ],
)
def test_a_code_is_mailed_in_the_readers_language_and_says_how_long_it_works(
    language: str, subject: str, life: str, reason: str
) -> None:
    us = settings.current().organisation
    for email in (JON_MAIL, SHARED_MAIL):
        mail_code(email, code="1234-5678", audience=CodeAudience.CUSTOMER, language=language)
    code, shared = mail.outbox
    assert code.subject == subject + us.name
    assert life in code.body
    assert limits.SIGN_IN_CODE_LIFE.total_seconds() == 10 * 60
    assert shared.subject.startswith(reason)
    assert "1234-5678" not in shared.subject + str(shared.body), "it would prove neither of them"
    for message in (code, shared):
        assert us.name in message.body
        assert us.contact in message.body


@pytest.mark.parametrize("why", LinkReason)
def test_a_link_says_for_how_many_days_it_works_and_whom_to_tell(why: LinkReason) -> None:
    us, ada = settings.current().organisation, staff_member(Role.INCIDENT_LEAD, team="Floor 2")
    invitations.send_link({"account": ada.pk, "why": why.value, "by": None})
    (message,) = mail.outbox
    assert message.to == [ada.email]
    body = str(message.body)
    for said in (ada.name, us.name, us.contact, f"for {limits.INVITATION_LIFE.days} days:"):
        assert said in body, said
    assert f"\n{settings.current().server.origin.rstrip('/')}/accounts/link/" in body
    assert ("in Floor 2" in body) is (why is LinkReason.INVITED)
