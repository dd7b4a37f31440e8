"""The encrypted stream of a document: chunks of 64 KiB, each bound to its place and
to being the last or not.

STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015), built as age builds its payload, with
AES-256-GCM. Pure; constant memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import Damaged

CHUNK_BYTES = 64 * 1024
KEY_BYTES = 32
_TAG_BYTES = 16
_AAD = b"aboveboard/attachment/v1"


class AttachmentDamaged(Damaged):
    """A document cannot be opened whole: {why}."""

    code = "attachment_damaged"
    next_step = "Restore it from a backup; see docs/how-to/operate.md."


def seal(key: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed chunks of a document that comes in pieces of any size. ``key``
    seals one document, ever."""
    cipher, number, waiting = AESGCM(key), 0, b""
    for piece in pieces:
        waiting += piece
        # One byte more shows that the chunk before it is not the last.
        while len(waiting) > CHUNK_BYTES:
            yield cipher.encrypt(_nonce(number, last=False), waiting[:CHUNK_BYTES], _AAD)
            waiting, number = waiting[CHUNK_BYTES:], number + 1
    yield cipher.encrypt(_nonce(number, last=True), waiting, _AAD)


def unseal(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the document's bytes, each chunk after it was found whole and in its place.

    Raises:
        AttachmentDamaged: at the first chunk that is not what was sealed there, or when
            the last one is missing.
    """
    cipher, number, held = AESGCM(key), 0, None
    for chunk in chunks:
        if held is not None:
            yield _open_chunk(cipher, number, held, last=False)
            number += 1
        held = chunk
    if held is None:
        raise AttachmentDamaged(why="it has no chunk")
    plain = _open_chunk(cipher, number, held, last=True)
    # A writer ends with a chunk that has something in it; an empty one after others is none of ours
    # (as in age).
    if not plain and number:
        raise AttachmentDamaged(why="its last chunk is empty")
    yield plain


def _open_chunk(cipher: AESGCM, number: int, chunk: bytes, *, last: bool) -> bytes:
    if not last and len(chunk) != CHUNK_BYTES + _TAG_BYTES:
        raise AttachmentDamaged(why=f"chunk {number} is not of the size that chunks have")
    try:
        return cipher.decrypt(_nonce(number, last=last), chunk, _AAD)
    except (InvalidTag, ValueError):
        raise AttachmentDamaged(
            why=f"chunk {number} was changed or moved, or the end is missing"
        ) from None


def _nonce(number: int, *, last: bool) -> bytes:
    # A counter and no random number: the key seals one document, so no nonce comes twice, and a
    # chunk that was moved does not open.
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
