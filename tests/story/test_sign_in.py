"""A customer signs in for real: their address found by blind index, the code mailed by
SMTP, the data shown."""

from __future__ import annotations

import email
import email.policy
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from aboveboard.basics import settings
from aboveboard.delivery import catcher
from tests.story.database import bytes_of_database, found_in
from tests.world import load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cache.clear()  # the counters of tries of other tests
    monkeypatch.setenv("ABOVEBOARD_MAIL_URL", f"smtp://127.0.0.1:{port}")
    settings.current.cache_clear()
    with (
        catcher.start("127.0.0.1", port, tmp_path / "mail"),
        override_settings(EMAIL_BACKEND="aboveboard.delivery.django_mail.MailBackend"),
    ):
        yield tmp_path / "mail"
    settings.current.cache_clear()


def test_a_customer_signs_in_and_leaves_no_address_behind(mailbox: Path, on_postgres: bool) -> None:
    _, row = load(30)[3]
    browser = Client()
    asked = browser.post("/accounts/login/", {"login": row["email"]})
    assert asked.status_code == 302
    code = re.search(r"\b\d{4}-\d{4}\b", _letter(mailbox, to=row["email"]))
    assert code
    assert browser.post(asked["Location"], {"code": code[0]})["Location"] == "/you/"
    assert row["first_name"] in browser.get("/you/").content.decode()
    assert not found_in(bytes_of_database(on_postgres), [row["email"], row["card_number"]])


def test_a_stranger_gets_the_same_page_and_no_mail(mailbox: Path) -> None:
    load(3)
    asked = Client().post("/accounts/login/", {"login": "stranger@example.org"})
    assert asked.status_code == 302
    time.sleep(1)
    assert not list(mailbox.glob("*.eml"))


def _letter(mailbox: Path, *, to: str) -> str:
    for _ in range(150):
        for file in mailbox.glob("*.eml"):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = letter.get_body(preferencelist=("plain",))
            if str(letter["To"]) == to and body is not None:
                return str(body.get_content())
        time.sleep(0.1)
    raise AssertionError("no mail came within 15 seconds")
