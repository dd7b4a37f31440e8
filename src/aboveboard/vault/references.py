"""What stands for a person in notices to other systems: ``per_`` and 43 characters.

It is the person's number under AES-SIV (RFC 5297), with the number of whom it is for: always the
same for one recipient, so that they know it again, and another for each, so that two recipients
cannot compare whom they know. Without the key of this instance it says nothing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from aboveboard.keys.queries import instance_secret
from aboveboard.vault.aliases import current_number
from aboveboard.vault.models import Person

REFERENCE: Final = "reference"
"""The kind of identifier that such a reference is, where a person is named by what is known of
them."""
_PREFIX: Final = "per_"
_BOUND: Final = b"aboveboard/person-reference/v1"
_BYTES: Final = 8


def reference_for(recipient: int, person_id: int) -> str:
    """Return what stands for a person in what one recipient is sent."""
    plain = recipient.to_bytes(_BYTES, "big") + person_id.to_bytes(_BYTES, "big")
    box = base64.urlsafe_b64encode(_cipher().encrypt(plain, [_BOUND]))
    return _PREFIX + box.decode().rstrip("=")


def references_for(recipients: Iterable[int], person_ids: Iterable[int]) -> list[str]:
    """Return everything that stands for a person, who may have several numbers."""
    numbers = list(person_ids)
    return [reference_for(recipient, number) for recipient in recipients for number in numbers]


def find_by_reference(reference: str) -> list[int]:
    """Return the person whom a reference stands for, if they are held; else nobody."""
    try:
        text = reference.removeprefix(_PREFIX) if reference.startswith(_PREFIX) else ""
        box = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        plain = _cipher().decrypt(box, [_BOUND])
    except (InvalidTag, ValueError, binascii.Error):
        return []
    person_id = current_number(int.from_bytes(plain[_BYTES:], "big"))
    return [person_id] if Person.objects.filter(id=person_id).exists() else []


def _cipher() -> AESSIV:
    return AESSIV(HKDFExpand(SHA256(), 64, _BOUND).derive(instance_secret("references")))
