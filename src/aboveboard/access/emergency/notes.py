"""The note for the reviewers: sealed under the key of whom it is about, so that it goes with them.

``12 bytes nonce | AES-256-GCM(words)``, bound to the number of the entry that proves the use.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.access.models import EmergencyUse
from aboveboard.basics.personal import Personal
from aboveboard.keys.queries import person_key

_AAD = b"aboveboard/emergency/v1"
_NONCE_BYTES = 12


def seal(cipher: AESGCM, entry_id: int, note: str) -> bytes:
    """Seal a note with the person's key."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, note.encode(), _associated_data(entry_id))


def open_note(row: EmergencyUse) -> Personal[str] | None:
    """Return what the asker wrote for the reviewers of an emergency use; None where that was
    nothing, or the person's key is gone.

    It is about a person, so its opening is a use: ``review.read_note`` writes the entry first, and
    nobody outside this package opens one otherwise.
    """
    if not row.words:
        return None
    key = None if row.person_id is None else person_key(row.person_id)
    note = None if key is None else _open(AESGCM(key), row)
    return None if note is None else Personal(note)


def re_encrypt(person_id: int, old: AESGCM, new: AESGCM) -> None:
    """Seal every note about a person under their new key, in the transaction that gives it to
    them."""
    for row in EmergencyUse.objects.filter(person_id=person_id).exclude(words=b""):
        re_encrypt_one(row, old, new)


def re_encrypt_one(row: EmergencyUse, old: AESGCM, new: AESGCM) -> None:
    """Seal one note under another key. One that an earlier key sealed stays as it is, and the
    reviewer is told that it cannot be read."""
    note = _open(old, row) if row.words else None
    if note is not None:
        row.words = seal(new, row.entry_id, note)
        row.save(update_fields=["words"])


def _open(cipher: AESGCM, row: EmergencyUse) -> str | None:
    blob = bytes(row.words)
    try:
        return cipher.decrypt(
            blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _associated_data(row.entry_id)
        ).decode()
    except InvalidTag:
        return None


def _associated_data(entry_id: int) -> bytes:
    return _AAD + entry_id.to_bytes(8, "big")
