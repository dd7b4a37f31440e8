"""Cosignatures (C2SP tlog-cosignature): a witness says when it saw a checkpoint,
consistent with all it saw before.

Both types of the standard are here: Ed25519 (type 0x04), which every reader can check, and
ML-DSA-44 (type 0x06), which a quantum computer cannot forge and which new witnesses should use.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from aboveboard.ledger.format.checkpoint import Checkpoint, parse
from aboveboard.ledger.format.note import NoteRefused, is_key_name, signature_line, split

ED25519: Final = 0x04
ML_DSA_44: Final = 0x06

_KEY_BYTES: Final = {ED25519: 32, ML_DSA_44: 1312}
_SIGNATURE_BYTES: Final = {ED25519: 64, ML_DSA_44: 2420}
_LATEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """A witness's key that can check cosignatures: its name, the signature type,
    the public key's bytes."""

    name: str
    kind: int
    public_key: bytes

    @classmethod
    def from_vkey(cls, vkey: str) -> WitnessKey:
        """Read a verifier key of type 0x04 or 0x06.

        Raises:
            NoteRefused: it is malformed, of another type, or its key id is not its own.
        """
        name, _, rest = vkey.strip().partition("+")
        key_text = rest.partition("+")[2]
        try:
            data = base64.b64decode(key_text, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if not is_key_name(name) or not data or len(data) - 1 != _KEY_BYTES.get(data[0]):
            raise NoteRefused(
                found=(
                    "the witness key is not an Ed25519 or ML-DSA-44 cosignature key of the form "
                    "name+id+key"
                )
            )
        key = cls(name, data[0], data[1:])
        if key.vkey != vkey.strip():
            raise NoteRefused(found="the witness key's id does not belong to its key")
        return key

    @property
    def key_id(self) -> bytes:
        """The key's short identifier: 4 bytes."""
        return hashlib.sha256(
            self.name.encode("utf-8") + b"\n" + bytes([self.kind]) + self.public_key
        ).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line of text that can be published."""
        return (
            f"{self.name}+{self.key_id.hex()}+"
            f"{base64.b64encode(bytes([self.kind]) + self.public_key).decode()}"
        )

    def signed_at(self, note: str) -> int | None:
        """Return the moment, in seconds since 1970, at which this witness cosigned a
        note; None if it did not.

        Raises:
            NoteRefused: a line of this key does not hold, or the note is malformed.
            CheckpointRefused: the note is no checkpoint.
        """
        text, signatures = split(note)
        newest = None
        for signature in signatures:
            if (signature.name, signature.key_id) == (self.name, self.key_id):
                # Each line must hold, as in C2SP signed-note: one that is wrong makes the note
                # worthless, not shorter.
                newest = max(newest or 0, self._check(text, signature.value))
        return newest

    def _check(self, text: str, value: bytes) -> int:
        at, signature = int.from_bytes(value[:8], "big"), value[8:]
        if len(signature) != _SIGNATURE_BYTES[self.kind] or not 0 < at <= _LATEST:
            raise NoteRefused(found=f"the cosignature of {self.name} is malformed")
        try:
            if self.kind == ED25519:
                Ed25519PublicKey.from_public_bytes(self.public_key).verify(
                    signature, _ed25519_message(text, at)
                )
            else:
                MLDSA44PublicKey.from_public_bytes(self.public_key).verify(
                    signature, _ml_dsa_message(self.name, text, at)
                )
        except InvalidSignature:
            raise NoteRefused(found=f"the cosignature of {self.name} is wrong") from None
        return at


class Cosigner:
    """A witness's key that can cosign checkpoints. It does not print its secret."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        if not is_key_name(name):
            raise NoteRefused(found="the key's name is empty or holds a space or a plus sign")
        self._key: Ed25519PrivateKey | MLDSA44PrivateKey
        if kind == ED25519:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        else:
            self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.key = WitnessKey(name, kind, self._key.public_key().public_bytes_raw())

    def line(self, text: str, at: int) -> str:
        """Return the signature line for the text of a checkpoint, seen at ``at``
        (seconds since 1970, above 0).

        Raises:
            CheckpointRefused: the text is no checkpoint.
        """
        message = (
            _ed25519_message(text, at)
            if self.key.kind == ED25519
            else _ml_dsa_message(self.key.name, text, at)
        )
        return signature_line(
            self.key.name, self.key.key_id, at.to_bytes(8, "big") + self._key.sign(message)
        )


def cosigned(note: str, witnesses: Sequence[WitnessKey]) -> dict[WitnessKey, int]:
    """Return which of the witnesses cosigned a note, and when; lines that do
    not hold count as none."""
    cosigners = {}
    for witness in witnesses:
        try:
            at = witness.signed_at(note)
        except NoteRefused:
            continue
        if at is not None:
            cosigners[witness] = at
    return cosigners


def _ed25519_message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _ml_dsa_message(name: str, text: str, at: int) -> bytes:
    head: Checkpoint = parse(text)
    return b"".join(
        [
            b"subtree/v1\n\0",
            _short(name),
            at.to_bytes(8, "big"),
            _short(head.origin),
            # The start of the subtree, which for a whole tree is 0.
            bytes(8),
            head.size.to_bytes(8, "big"),
            head.root,
        ]
    )


def _short(text: str) -> bytes:
    data = text.encode("utf-8")
    if len(data) > 255:
        raise NoteRefused(found="a name is longer than 255 bytes")
    return bytes([len(data)]) + data
