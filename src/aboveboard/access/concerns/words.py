"""What a person wrote about a use, and what they were answered: sealed under their key, so that it
goes with them.

``12 bytes nonce | AES-256-GCM(words)``, bound to the entry of the concern and to which of the two
it is.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.access.models import RaisedConcern
from aboveboard.keys.queries import person_key

OWN: Final = "words"
"""The column of what the person wrote."""
ANSWER: Final = "answer_words"
"""The column of what they were answered."""
_AAD: Final = b"aboveboard/concern/v1/"
_NONCE_BYTES: Final = 12


def seal(person_id: int, column: str, entry_id: int, words: str) -> bytes:
    """Seal words under the person's key; nothing where there are none, or no key any more.

    The caller has locked the person: a rotation of their key meanwhile would leave these words
    behind under the old one.
    """
    key = person_key(person_id)
    if key is None or not words:
        return b""
    return _seal(AESGCM(key), column, entry_id, words)


def read(row: RaisedConcern, column: str) -> str | None:
    """Return the words in a column; None where there are none, or they cannot be read."""
    key = person_key(row.person_id) if getattr(row, column) else None
    return None if key is None else _open(AESGCM(key), row, column)


def re_encrypt(person_id: int, old: AESGCM, new: AESGCM) -> None:
    """Seal all words of a person under their new key, in the transaction that gives it to them."""
    for row in RaisedConcern.objects.filter(person_id=person_id):
        re_encrypt_one(row, old, new)


def re_encrypt_one(row: RaisedConcern, old: AESGCM, new: AESGCM) -> None:
    """Seal the words of one concern under another key. What an earlier key sealed stays as it is,
    and is shown as words that cannot be read."""
    for column in (OWN, ANSWER):
        words = _open(old, row, column) if getattr(row, column) else None
        if words is not None:
            setattr(row, column, _seal(new, column, row.entry_id, words))
    row.save(update_fields=[OWN, ANSWER])


def _seal(cipher: AESGCM, column: str, entry_id: int, words: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, words.encode(), _associated_data(column, entry_id))


def _open(cipher: AESGCM, row: RaisedConcern, column: str) -> str | None:
    blob = bytes(getattr(row, column))
    associated = _associated_data(column, row.entry_id)
    try:
        return cipher.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], associated).decode()
    except InvalidTag:
        return None


def _associated_data(column: str, entry_id: int) -> bytes:
    return _AAD + column.encode() + entry_id.to_bytes(8, "big")
