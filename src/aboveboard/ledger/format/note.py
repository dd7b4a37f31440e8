"""Signed notes (C2SP signed-note): text, a blank line, signature lines;
Ed25519, signature type 0x01."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from aboveboard.basics.errors import Invalid

ED25519: Final = b"\x01"
"""The signature type of plain Ed25519 signatures (C2SP signed-note, "Signature types")."""

NOTE_BYTES: Final = 1_000_000
"""Longest note that is read, in bytes. The specification asks for a limit that lets
16 signatures through."""

SIGNATURES: Final = 100
"""Most signature lines that are read in one note. The specification asks for at least 16."""

_DASH = "— "


class NoteRefused(Invalid):
    """The signed note cannot be trusted: {found}."""

    code = "note_refused"
    next_step = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who says to have signed, which of their keys (4 bytes), and
    the signature's bytes."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that can check signatures: its name and its 32-byte Ed25519 public key."""

    name: str
    public_key: bytes

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """Read a verifier key, ``name+hex(key id)+base64(type || public key)``.

        Raises:
            NoteRefused: it is malformed, of another signature type, or its key id is not its own.
        """
        name, _, rest = vkey.strip().partition("+")
        id_text, _, key_text = rest.partition("+")
        key = _from_base64(key_text)
        if not is_key_name(name) or key is None or len(key) != 33 or key[:1] != ED25519:
            raise NoteRefused(
                found="the verifier key is not an Ed25519 key of the form name+id+key"
            )
        verifier = cls(name, key[1:])
        # The id is a hash of name and key: a key that was put under another's name shows here.
        if verifier.key_id.hex() != id_text:
            raise NoteRefused(found="the verifier key's id does not belong to its key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The key's short identifier: the first 4 bytes of SHA-256(name || 0x0A || 0x01 || key)."""
        return hashlib.sha256(
            self.name.encode("utf-8") + b"\n" + ED25519 + self.public_key
        ).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as one line of text that can be published."""
        return (
            f"{self.name}+{self.key_id.hex()}+"
            f"{base64.b64encode(ED25519 + self.public_key).decode()}"
        )

    def open(self, note: str) -> str:
        """Return the text of a note that this key signed, with its final newline.

        1. The note is split into text and signature lines.
        2. Lines of other keys are passed over.
        3. Every line of this key must hold; there must be at least one.

        Raises:
            NoteRefused: a step fails.
        """
        text, signatures = split(note)
        mine = [
            signature
            for signature in signatures
            if (signature.name, signature.key_id) == (self.name, self.key_id)
        ]
        if not mine:
            raise NoteRefused(found="it is not signed by the key that is trusted")
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        for signature in mine:
            try:
                key.verify(signature.value, text.encode("utf-8"))
            except InvalidSignature:
                raise NoteRefused(found="the signature is wrong") from None
        return text


class Signer:
    """A key that can sign notes. It does not print its secret."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not is_key_name(name):
            raise NoteRefused(found="the key's name is empty or holds a space or a plus sign")
        self._key = key
        self.verifier = Verifier(name, key.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Signer:
        """Return the signer named ``origin`` whose Ed25519 private key is
        ``seed`` (32 bytes, RFC 8032).

        Raises:
            NoteRefused: the name cannot be a key's name.
            ValueError: the seed is not 32 bytes.
        """
        return cls(origin, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def name(self) -> str:
        """The key's name, which for a log is its origin."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The verifier key that belongs to this signer."""
        return self.verifier.vkey

    def sign(self, text: str) -> str:
        """Return the signed note of ``text``, which ends in a newline.

        Raises:
            NoteRefused: the text does not end in a newline or holds control characters.
        """
        return f"{text}\n{self.line(text)}"

    def line(self, text: str) -> str:
        """Return the signature line alone, as it is added to a note that others signed too.

        Raises:
            NoteRefused: as :meth:`sign`.
        """
        _check_text(text)
        if not text.endswith("\n"):
            raise NoteRefused(found="its text does not end in a newline")
        return signature_line(self.name, self.verifier.key_id, self._key.sign(text.encode("utf-8")))


def split(note: str) -> tuple[str, list[Signature]]:
    """Return the text of a note (with its final newline) and its signatures, none of them checked.

    Raises:
        NoteRefused: the note is not of the form that C2SP signed-note demands.
    """
    # Both bounds before any signature is looked at: whoever sends a note decides neither memory nor
    # time.
    if len(note) > NOTE_BYTES:
        raise NoteRefused(found="it is too long")
    _check_text(note)
    # From the end, as the standard has it: the text may hold blank lines of its own.
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteRefused(found="it has no signatures")
    rows = lines[:-1].split("\n")
    if len(rows) > SIGNATURES:
        raise NoteRefused(found="it has too many signatures")
    return text + "\n", [_signature(row) for row in rows]


def signature_line(name: str, key_id: bytes, value: bytes) -> str:
    """Return a signature as it stands in a note, with its newline."""
    return f"{_DASH}{name} {base64.b64encode(key_id + value).decode()}\n"


def only_signed_by(note: str, name: str) -> str:
    """Return a note with the signature lines of that name alone: what a log signed,
    without what witnesses added.

    Raises:
        NoteRefused: the note is malformed.
    """
    text, signatures = split(note)
    kept = (
        signature_line(mine.name, mine.key_id, mine.value)
        for mine in signatures
        if mine.name == name
    )
    return f"{text}\n{''.join(kept)}"


def decode(data: bytes) -> str:
    """Return the characters of a note's bytes.

    Raises:
        NoteRefused: they are not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteRefused(found="it is not UTF-8") from None


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: not empty, no Unicode space, no plus sign,
    no control character."""
    return bool(name) and not any(
        letter.isspace() or letter == "+" or letter < " " for letter in name
    )


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    value = _from_base64(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or value is None or len(value) < 5:
        raise NoteRefused(found="a signature line is malformed")
    return Signature(name, value[:4], value[4:])


def _check_text(text: str) -> None:
    if any(letter < " " and letter != "\n" for letter in text):
        raise NoteRefused(found="it holds control characters")


def _from_base64(text: str) -> bytes | None:
    """Decode standard base64, or None if it is not exactly what encoding the result gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
