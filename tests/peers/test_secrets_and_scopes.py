"""Faults of peers about secrets, letters, scopes and keys: 8, 10, 14, 26."""

from __future__ import annotations

import base64
import io
import logging
import pickle
import secrets
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics import logs, settings
from aboveboard.basics.actor import Role
from aboveboard.delivery.letters import LetterSection, Notice, as_html, as_text, fill_placeholders
from aboveboard.keys.providers import material
from tests.accounts.people import service_client, staff_client

PASSWORD = "Gr33nfieldMeadow"
ADDRESSES = {
    "ABOVEBOARD_DATABASE_URL": f"postgresql://ab:{PASSWORD}@db.example/ab?password={PASSWORD}",
    "ABOVEBOARD_MAIL_URL": f"smtp+tls://ab:{PASSWORD}@mail.example:587",
    "ABOVEBOARD_KEYS_ROOT": f"vault:https://ab:{PASSWORD}@vault.example:8200/transit/ab",
}


@pytest.mark.django_db
def test_8_a_password_in_the_log_by_way_of_an_address_cve_2024_34715_35189(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / settings.FILE_NAME).write_text("")
    with_secrets = settings.load(tmp_path, ADDRESSES)
    browser = staff_client(Role.ADMINISTRATOR)
    monkeypatch.setattr(settings, "current", lambda: with_secrets)
    page = browser.get("/console/settings/").content.decode()
    assert "db.example" in page
    assert PASSWORD not in page
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    for form in (logs.TextLines(), logs.JsonLines()):
        handler.setFormatter(form)
        for address in ADDRESSES.values():
            record = logging.makeLogRecord(
                {"name": "x", "msg": "cannot connect to %s", "args": (address,)}
            )
            record.nested = {"options": [{"url": address}]}
            handler.emit(record)
            try:
                raise ConnectionError(address)
            except ConnectionError as error:
                record = logging.makeLogRecord({"name": "x", "msg": "failed"})
                record.exc_info = (type(error), error, error.__traceback__)
                handler.emit(record)
    assert "cannot connect" in written.getvalue()
    assert PASSWORD not in written.getvalue()
    wrong = settings.WrongSetting(name="x", found=ADDRESSES, expected="y", where="z")
    assert PASSWORD not in str(wrong)


HOSTILE = st.one_of(
    st.sampled_from(
        [
            "{{7*7}}",
            "{% debug %}",
            "{0.__class__.__mro__}",
            "{name.__class__}",
            "{name}",
            "{}",
            "{",
            "%(x)s",
            "${7*7}",
            "<script>alert(1)</script>",
            "#{7*7}",
        ]
    ),
    st.text(max_size=40).filter(lambda text: text == " ".join(text.split())),
)


@given(HOSTILE, HOSTILE)
def test_10_a_template_in_what_people_write_cve_2024_45053(name: str, words: str) -> None:
    """A name, and what an incident lead writes, are data in a letter: nothing in them is filled in,
    run, or taken for HTML."""
    said = (*fill_placeholders(("We wrote to {who}.",), {"who": words}), words)
    notice = Notice(
        subject="Your data",
        title="What happened",
        language="en",
        greeting="Dear {name},",
        greeting_nameless="Hello,",
        sections=(LetterSection("measures", "What we did", said),),
        sender="Us",
    )
    text, html = as_text(notice, name), as_html(notice, name)
    if name:
        assert f"Dear {name}," in text.replace("\n", " ")
    assert "49" not in (text + html).replace(name, "").replace(words, "")
    assert "<script" not in html.lower()


@pytest.mark.django_db
def test_14_a_client_grants_itself_scopes_cve_2025_57817() -> None:
    row, secret = service_client(purposes=["deliver-orders"], channels=["shop"])
    for scope in (
        "purpose:personal-offers",
        "purpose:deliver-orders purpose:personal-offers",
        "channel:api",
        "choose:deliver-orders",
        "purpose:*",
        "purpose:",
        "*",
        "admin",
        "PURPOSE:deliver-orders",
        "purpose:deliver-orders\x0cpurpose:personal-offers",
    ):
        answer = Client().post(
            "/oauth/token",
            {
                "grant_type": "client_credentials",
                "client_id": row.client_id,
                "client_secret": secret,
                "scope": scope,
            },
        )
        assert answer.status_code == 400, scope
        assert "access_token" not in answer.json()


SCOPE_WORDS = ("purpose:a", "purpose:b", "channel:x", "channel:y", "choose:a", "choose:b", "z")


@given(st.lists(st.sampled_from(SCOPE_WORDS), max_size=5))
def test_14_a_token_never_has_what_its_client_has_not(words: list[str]) -> None:
    own = ClientScope(frozenset({"a"}), frozenset({"x"}))
    narrowed = own.narrow(" ".join(words))
    if narrowed is not None:
        assert narrowed.purposes <= own.purposes
        assert narrowed.channels <= own.channels
        assert narrowed.choices <= own.choices


@pytest.mark.django_db
def test_14_nothing_in_the_request_widens_a_token() -> None:
    row, secret = service_client(purposes=["deliver-orders"], channels=["shop"])
    answer = Client().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": row.client_id,
            "client_secret": secret,
            "purposes": '["personal-offers"]',
            "role": "administrator",
            "expires_in": "999999999",
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    assert "personal-offers" not in body["scope"]
    assert body["expires_in"] <= 600
    client = tokens.client_for_token(body["access_token"], at=row.made_at)
    assert client is not None
    assert client.scope.purposes == {"deliver-orders"}


@pytest.mark.parametrize(
    "example",
    [bytes(32), b"\xff" * 32, b"\xab" * 32, bytes(range(32)), bytes(range(32, 0, -1)),
     bytes.fromhex("0123456789abcdef" * 4), bytes.fromhex("deadbeef" * 8), b"changeme" * 4],
    ids=lambda key: key.hex()[:8],
)  # fmt: skip
def test_26_an_example_key_is_accepted_paperless_12630(example: bytes) -> None:
    with pytest.raises(material.RootKeyMalformed, match="anybody could guess"):
        material.RootKeyVersions([example]).wrap(bytes(32), b"context")


def test_26_a_random_key_is_no_example() -> None:
    assert not any(material.is_guessable(secrets.token_bytes(32)) for _ in range(200))


class Attack:
    """What a row of the database would run where a pickle is loaded from it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.file,))


@pytest.mark.django_db
def test_26_a_pickle_in_a_table_runs_nothing_paperless_12504(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.clear()
    cache.set("tries", [1.5, 2.5])
    assert cache.get("tries") == [1.5, 2.5]
    ran = tmp_path / "ran"
    box = base64.b64encode(pickle.dumps(Attack(ran))).decode()
    for value in (box, "not base64 at all", base64.b64encode(b"\x80\x05").decode(), ""):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE site_cache SET value = %s", [value])
        assert cache.get("tries") is None
        assert not ran.exists()
    assert "passed over" in caplog.text
    assert cache.add("other", True)
    assert not cache.add("other", True), "and it still counts"
