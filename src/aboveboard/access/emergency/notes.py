"""What the asker wrote for the reviewers: sealed under the key of whom it is about,
so that it goes with them.

``12 bytes nonce | AES-256-GCM(words)``, bound to the number of the entry that proves the look.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.access.models import EmergencyLook
from aboveboard.keys.queries import person_key

_AAD = b"aboveboard/emergency/v1"
_NONCE_BYTES = 12


def seal(cipher: AESGCM, entry_id: int, words: str) -> bytes:
    """Seal the words with the person's key."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, words.encode(), _bound(entry_id))


def words_of(look: EmergencyLook) -> str | None:
    """Return what the asker wrote for the reviewers, or None once the person's key is gone."""
    if not look.words:
        return ""
    key = None if look.person_id is None else person_key(look.person_id)
    return None if key is None else _open(AESGCM(key), look)


def seal_anew(person_id: int, old: AESGCM, new: AESGCM) -> None:
    """Seal all words about a person under their new key, in the transaction
    that gives it to them."""
    for look in EmergencyLook.objects.filter(person_id=person_id).exclude(words=b""):
        words = _open(old, look)
        if words is not None:  # else an earlier key was theirs, and whoever reviews is told so
            look.words = seal(new, look.entry_id, words)
            look.save(update_fields=["words"])


def _open(cipher: AESGCM, look: EmergencyLook) -> str | None:
    blob = bytes(look.words)
    try:
        return cipher.decrypt(
            blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _bound(look.entry_id)
        ).decode()
    except InvalidTag:
        return None


def _bound(entry_id: int) -> bytes:
    return _AAD + entry_id.to_bytes(8, "big")
