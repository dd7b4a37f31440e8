"""A base of customers with two losses: a laptop with an export, and a leaked file, partly ours."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.custody import actions as custody
from aboveboard.custody.queries import DeviceRow, ExportRow
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.delivery.letters import LetterBody
from aboveboard.delivery.rendering import RenderedNotice
from aboveboard.incidents.leaks.opening import open_from_leak, sample
from aboveboard.incidents.models import Incident
from tests import world
from tests.world import HOLDER

LEAD = Actor(ActorKind.STAFF, "900011", Role.INCIDENT_LEAD, "Security")
SECOND = Actor(ActorKind.STAFF, "900012", Role.PRIVACY_LEAD, "Privacy")
STAFF = world.ADVISER
AT = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)

EXPORTED = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "address_line1",
    "city",
    "postal_code",
    "country",
    "card_number",
)

People = Sequence[tuple[int, dict[str, str]]]


@pytest.fixture
def people(db: None) -> People:
    """Sixty made-up customers in the vault."""
    return world.load(60)


def laptop(encrypted: EncryptionState = EncryptionState.NO, tag: str = "LT-0042") -> DeviceRow:
    """A registered laptop."""
    return custody.register_device(
        kind=DeviceKind.LAPTOP,
        name="Field laptop",
        tag=tag,
        encrypted=encrypted,
        holder_id=HOLDER,
        by=STAFF,
        at=AT,
    )


def export(
    device: DeviceRow,
    person_ids: Sequence[int],
    folder: Path,
    fields: tuple[str, ...] = EXPORTED,
    at: datetime = AT,
) -> ExportRow:
    """An export of these people on the device."""
    return custody.make_export(
        person_ids,
        fields,
        purpose="deliver-orders",
        out=folder / f"customers-{device.tag}.csv",
        device_id=device.id,
        unprotected=True,
        by=STAFF,
        at=at,
    )


def leak_bytes(rows: Sequence[dict[str, str]], strangers: int = 5) -> bytes:
    """A file as it is found: our rows among those of strangers, one line of
    rubbish, e-mail;phone;hash."""
    lines = ["email;phone;password_hash"]
    lines += [
        f"{row['email'].upper()};{row['phone']};{hashlib.md5(row['email'].encode()).hexdigest()}"  # noqa: S324 - leaks have MD5
        for row in rows
    ]
    lines += [
        f"stranger{number}@elsewhere.example;+44 20 7946 {number:04d};{'a' * 32}"
        for number in range(strangers)
    ]
    lines += ["half a li"]
    return "\r\n".join(lines).encode("cp1252")


def open_leak(content: bytes, *, again: bool = False) -> Incident:
    """Open an incident from a leaked file, with its columns as guessed."""
    seen = sample(io.BytesIO(content))
    return open_from_leak(
        io.BytesIO(content),
        seen.form,
        [guess.role for guess in seen.columns],
        file_name="forum-dump.csv",
        again=again,
        by=LEAD,
        at=AT,
    )


def whole_text(notice: RenderedNotice) -> str:
    """All that a notice says as plain text, the person's own lines in their place."""
    assert isinstance(notice.text, LetterBody), "what all are told alike is encoded once"
    return notice.text.joined()
