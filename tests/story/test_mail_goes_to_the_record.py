"""Mail about a person goes to the address on their record and to no other: sign-in codes and
notices, told to a real mail server."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.mail import get_connection
from django.test import Client, override_settings

from aboveboard.accounts.signin import background_mail
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.people import people
from aboveboard.delivery import actions as delivery
from aboveboard.delivery import queries as batches
from aboveboard.incidents.models import NoticeBatch
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.kinds import email_addresses
from aboveboard.vault import mailboxes
from aboveboard.vault import queries as vault
from aboveboard.vault.models import BlindIndex
from tests.loss import approved, lost_laptop
from tests.story.recording import Recorder, recording
from tests.world import MAPPING_FILE, adopt

pytestmark = pytest.mark.django_db(transaction=True)

ON_FILE = {
    "AW11000": ("ida@straße.example", "ida@xn--strae-oqa.example"),
    "AW11001": ("jörg@example.org", "jörg@example.org"),
    "AW11002": ("eva@νίκος.gr", "eva@xn--kxawhkp.gr"),
    "AW11003": ("xss@corp.example", "xss@corp.example"),
    "AW11004": ("kim@corp.example", "kim@corp.example"),
    "AW11005": ("Ada.Moss@Example.org.", "ada.moss@example.org"),
    "AW11006": ("Cleo <cleo.ng@example.org>", "cleo.ng@example.org"),
    "AW11007": ("sara@نامه\u200cای.com", "sara@xn--mgba3gch31f060k.com"),
}
"""What the file says of each customer, and what that is on the wire."""
REFUSED = {"AW11008": "ben@b", "AW11009": "ｊｏｎ@corp.example", "AW11010": "a..b@corp.example"}

TYPED = [
    ("ida@straße.example", "ida@xn--strae-oqa.example"),
    ("IDA@STRAẞE.example", "ida@xn--strae-oqa.example"),
    ("ida@xn--strae-oqa.example", "ida@xn--strae-oqa.example"),
    ("ida@strasse.example", None),
    ("jörg@example.org", "jörg@example.org"),
    ("Jo\u0308rg@example.org", "jörg@example.org"),
    ("JÖRG@example.org", None),
    ("eva@νίκος.gr", "eva@xn--kxawhkp.gr"),
    ("eva@νίκοσ.gr", None),
    ("xss@corp.example", "xss@corp.example"),
    ("xſs@corp.example", None),
    ("xß@corp.example", None),
    ("ｘss@corp.example", None),
    ("xss@ｃｏｒｐ.example", "xss@corp.example"),
    ("x\u200dss@corp.example", None),
    ("xss@co\u200drp.example", None),
    ("kim@corp.example", "kim@corp.example"),
    ("\u212aim@corp.example", None),
    ("ada.moss@example.org", "ada.moss@example.org"),
    ("ada.moss@example.org.", "ada.moss@example.org"),
    ("mailto:ada.moss@example.org", "ada.moss@example.org"),
    ("\u200bADA.MOSS@example.org ", "ada.moss@example.org"),
    ("cleo.ng@example.org", "cleo.ng@example.org"),
    ("sara@نامه\u200cای.com", "sara@xn--mgba3gch31f060k.com"),
    ("sara@نامهای.com", None),
    ("ben@b", None),
    ("jon@corp.example", None),
]


@pytest.fixture
def numbers(tmp_path: Path) -> dict[str, int]:
    """Load the customers, and return the number of each by customer number."""
    adopted = adopt()
    kinds = {key: each.kind_and_format for key, each in adopted.promise.fields.items()}
    mapping = mappings.load(MAPPING_FILE.read_text("utf-8"), name=MAPPING_FILE.name)
    addresses = {key: typed for key, (typed, _) in ON_FILE.items()} | REFUSED
    file = tmp_path / "customers.csv"
    rows = [row | {"email": addresses[row["customer_id"]]} for row in people(len(addresses))]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    loading.load(
        loading.ImportSource(file, mapping, kinds, adopted.serial), by=SYSTEM, at=clock.now()
    )
    return {
        row["customer_id"]: found[0]
        for row in rows
        if (found := vault.find("customer_number", row["customer_id"]))
    }


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr(background_mail, "hand_over", lambda job: job())
    with override_settings(EMAIL_BACKEND="aboveboard.delivery.django_mail.MailBackend"):
        yield


def test_a_code_goes_to_the_record_whatever_was_typed(
    numbers: dict[str, int], at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(monkeypatch) as server:
        for typed, wire in TYPED:
            cache.clear()
            server.to.clear()
            Client().post("/accounts/login/", {"login": typed})
            assert server.to == ([wire] if wire else []), typed


def test_what_import_takes_can_sign_in(
    numbers: dict[str, int], at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert numbers.keys() == ON_FILE.keys(), "the others are refused, each with its line"
    with recording(monkeypatch) as server:
        for key, (typed, wire) in ON_FILE.items():
            cache.clear()
            browser = Client()
            asked = browser.post("/accounts/login/", {"login": typed})
            code = _code(server)
            assert browser.post(asked["Location"], {"code": code})["Location"] == "/you/", typed
            assert browser.get("/you/").status_code == 200
            assert server.to[-1] == wire
            assert mailboxes.owners(typed) == [numbers[key]]


def test_a_notice_goes_to_the_record(
    numbers: dict[str, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with recording(monkeypatch) as server:
        assert _notify(numbers, tmp_path) == (len(ON_FILE), 0)
    assert sorted(server.to) == sorted(wire for _, wire in ON_FILE.values())


def test_whoever_a_mail_server_cannot_write_to_is_a_row_with_the_reason(
    numbers: dict[str, int],
    at_once: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with recording(monkeypatch, utf8=False) as server:
        assert _notify(numbers, tmp_path) == (len(ON_FILE) - 1, 1)
        batch_id = NoticeBatch.objects.get().delivery_batch
        reasons = {row.reason for row in batches.dispatches(batch_id) if row.reason}
        assert reasons == {"address-needs-smtputf8"}
        assert all(address.isascii() for address in server.to)
        with caplog.at_level(logging.ERROR):
            Client().post("/accounts/login/", {"login": "jörg@example.org"})
    assert "SMTPUTF8" in caplog.text
    assert "rg@example.org" not in caplog.text


def test_a_row_of_the_index_lets_nobody_into_the_account_of_another(
    numbers: dict[str, int], at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever can write rows points their own address at somebody else: the record decides."""
    kim, ida = numbers["AW11004"], numbers["AW11000"]
    email = 1
    BlindIndex.objects.filter(person_id=ida, kind=email).delete()
    BlindIndex.objects.filter(person_id=kim, kind=email).update(person_id=ida)
    assert vault.find("email", "kim@corp.example") == [ida]
    with recording(monkeypatch) as server:
        Client().post("/accounts/login/", {"login": "kim@corp.example"})
    assert server.to == []


def test_the_normal_form_is_what_is_sealed(numbers: dict[str, int]) -> None:
    for typed, wire in ON_FILE.values():
        assert email_addresses.read(typed) == wire
        assert vault.find("email", wire) == vault.find("email", typed)


def _code(server: Recorder) -> str:
    words = server.texts[-1].replace("\r\n", " ").split()
    return next(word for word in words if len(word) == 9 and word.replace("-", "").isdigit())


def _notify(numbers: dict[str, int], folder: Path) -> tuple[int, int]:
    """Lose everyone's details, and write to all of them; return how many were sent and failed."""
    incident = lost_laptop(list(numbers.values()), folder, at=clock.now())
    approved(incident, at=clock.now())
    done = delivery.drain(worker="test", at=clock.now())
    return done.sent, done.failed


def test_the_backend_refuses_what_is_no_address() -> None:
    from django.core import mail

    message = mail.message.EmailMessage("Hello", "You", "a@b.example", ["ben@b"])
    with pytest.raises(ValueError, match="whole domain"):
        get_connection("aboveboard.delivery.django_mail.MailBackend").send_messages([message])
