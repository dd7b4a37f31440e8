"""Handles: what stands for a person in the entries of the ledger, another in each.
``vault/FORMAT.md`` is the byte format.

The handle of somebody's nth entry is an HMAC of n under their ledger secret, so that nobody without
it can tell that two entries are about one person, and whoever has it finds all of theirs by
counting (``docs/decisions/0032-a-handle-for-each-entry.md``). The secret also seals what entries
refer to.

It is computed from the person's key until that key is changed or two people are found to be one:
from then on it is kept sealed under the person's own key. Once the key is destroyed nobody can
compute or open it again, so the entries stay and the tie is gone, in every backup too. Pure: bytes
in, bytes out."""

from __future__ import annotations

import hmac
import os
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import sealing
from aboveboard.basics.canonical import Json
from aboveboard.basics.facts import SealedBox, SealedFact
from aboveboard.keys.wrapping import KeyUnwrapFailed
from aboveboard.ledger.format import sealed_use

HANDLE_BYTES: Final = 16
SECRET_BYTES: Final = 32
_COUNT_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HANDLE: Final = b"aboveboard/handle/v1"
_ENTRY: Final = b"aboveboard/entry-handle/v1"
_SECRET: Final = b"aboveboard/ledger-secret/v1"
_AAD: Final = b"aboveboard/handles/v%d/"
_HANDLE_ITEM: Final = 0
_SECRET_ITEM: Final = 1
LATE: Final = 4
"""How many entries about a merged record may still be written after the merge, by uses that were
decided before it."""
_AHEAD: Final = 8
"""How many handles that no entry has are passed over before the search for more ends: numbers are
taken with their entries, so there are none, unless a log lost its end."""


@dataclass(frozen=True, slots=True)
class HandleSecret:
    """What the handles of somebody's entries are computed from; ``count`` are used so far."""

    value: bytes = field(repr=False)
    count: int = 0

    def handle(self, number: int) -> str:
        """Return the handle of an entry by its number among theirs, from 0."""
        # Half of the digest: 128 bits cannot collide by chance among any number of entries there
        # will be.
        return hmac.digest(self.value, _ENTRY + number.to_bytes(8, "big"), "sha256")[
            :HANDLE_BYTES
        ].hex()

    def subject(self, number: int) -> EntrySubject:
        """Return what an entry about the person needs, given its number among theirs."""
        return EntrySubject(self.handle(number), self.value)


@dataclass(frozen=True, slots=True)
class PersonHandles:
    """What the ledger calls one person.

    Attributes:
        secret: of their entries.
        lasting: the handles of entries from before each entry had one of its own.
        joined: the secrets of records that were merged into theirs, no longer counted on.
    """

    secret: HandleSecret
    lasting: tuple[str, ...]
    joined: tuple[HandleSecret, ...] = ()

    @property
    def secrets(self) -> tuple[HandleSecret, ...]:
        """Every secret that entries about them have handles of, their own first."""
        return (self.secret, *self.joined)

    def fallback_handles(self) -> Iterator[str]:
        """Yield a handle for each way in which an older backup may know the person: by the secret
        of a record that was merged into theirs, or by a lasting handle."""
        yield from (secret.handle(secret.count) for secret in self.joined)
        yield from self.lasting

    def all(self) -> Iterator[str]:
        """Yield the handle of every entry about them."""
        for secret in self.secrets:
            yield from map(secret.handle, range(secret.count))
        yield from self.lasting

    def secret_of(self, handle: str) -> HandleSecret | None:
        """Return the secret that an entry's handle is computed from; None for a lasting one, and
        for somebody else's."""
        for secret in self.secrets:
            # The newest first: that is what people look at.
            if any(secret.handle(number) == handle for number in reversed(range(secret.count))):
                return secret
        return None

    def merged_with(self, other: PersonHandles) -> PersonHandles:
        """Return these, and those of a record that is merged into theirs."""
        lasting = tuple(dict.fromkeys((*self.lasting, *other.lasting)))
        # A use that was decided before the merge may still write its entry after it.
        late = HandleSecret(other.secret.value, other.secret.count + LATE)
        return PersonHandles(self.secret, lasting, (*self.joined, late, *other.joined))

    def minus(self, other: PersonHandles) -> PersonHandles:
        """Return these without those of a record that is split off again."""
        theirs = {secret.value for secret in other.secrets}
        return PersonHandles(
            self.secret,
            tuple(handle for handle in self.lasting if handle not in other.lasting),
            tuple(secret for secret in self.joined if secret.value not in theirs),
        )

    def count_used(self, wanted: Container[str]) -> tuple[list[str], int]:
        """Return which of these handles stand for the person, and how many of their own secret are
        used then: in a restored database the log may be ahead of the count."""
        matches = [handle for handle in self.all() if handle in wanted]
        count = number = self.secret.count
        while number < count + _AHEAD:
            if (handle := self.secret.handle(number)) in wanted:
                matches.append(handle)
                count = number + 1
            number += 1
        return matches, count

    def keys_of(self, handle: str | None, facts: Mapping[str, Json]) -> dict[str, list[str]]:
        """Return the keys, in hex, that the sealed facts of an entry about them have, by fact: one
        each, unless the entry has a lasting handle and records were merged."""
        secret = None if handle is None else self.secret_of(handle)
        return {
            name: [
                key.hex()
                for secret in ((secret,) if secret else self.secrets)
                if (key := sealing.derive_key(secret.value, fact)) is not None
            ]
            for name, fact in facts.items()
            if isinstance(fact, str) and sealing.is_sealed(fact)
        }


@dataclass(frozen=True, slots=True)
class EntrySubject:
    """The person whom one entry is about: what it calls them, and the secret for what it refers
    to."""

    handle: str
    _secret: bytes = field(repr=False)

    def seal(self, text: str) -> SealedFact:
        """Return what somebody wrote, sealed for this entry."""
        return sealing.seal_with_secret(self._secret, text)

    def seal_use(self, text: str) -> SealedBox:
        """Return what a use was, sealed for this entry."""
        return sealed_use.seal_use(self._secret, text)


@dataclass(frozen=True, slots=True)
class HiddenSubject:
    """The person whom one entry is about, where the log may not say so yet: it names nobody, and
    they are known by whose secret opens it."""

    _secret: bytes = field(repr=False)
    handle: None = None

    def seal(self, text: str) -> SealedFact:
        """Return what somebody wrote, sealed for this entry."""
        return sealing.seal_with_secret(self._secret, text)

    def seal_use(self, text: str) -> SealedBox:
        """Return what a use was, sealed for this entry."""
        return sealed_use.seal_use(self._secret, text)


@dataclass(frozen=True, slots=True)
class NamelessHandle:
    """Stands where an entry names nobody, also where somebody was meant. ``key`` seals what the
    entry refers to and nothing else; unless it is kept, nobody can check that any more."""

    key: bytes = field(default_factory=sealing.new_key, repr=False)
    handle: None = None

    def seal(self, text: str) -> SealedFact:
        """Return what somebody wrote, sealed for this entry."""
        return sealing.seal(text, self.key)

    def seal_use(self, text: str) -> SealedBox:
        """Return what a use was, sealed under a key that nobody keeps: it was about nobody."""
        return sealed_use.seal_use(os.urandom(SECRET_BYTES), text)


def handles_of(person_id: int, key: bytes, kept: bytes | None, count: int) -> PersonHandles:
    """Return a person's handles: computed from their key, or those that are kept. ``count``: how
    many entries have one so far.

    Raises:
        KeyUnwrapFailed: what is kept does not open with the person's key.
    """
    handles = _from_key(key) if kept is None else unseal(person_id, key, kept)
    return PersonHandles(HandleSecret(handles.secret.value, count), handles.lasting, handles.joined)


def secret_of(person_id: int, key: bytes, kept: bytes | None, count: int) -> HandleSecret:
    """Return what the handles of a person's entries are computed from, alone: all that an entry
    about them needs, and a use computes no more. As :func:`handles_of`.

    Raises:
        KeyUnwrapFailed: what is kept does not open with the person's key.
    """
    value = _secret(key) if kept is None else unseal(person_id, key, kept).secret.value
    return HandleSecret(value, count)


def seal(person_id: int, key: bytes, handles: PersonHandles) -> bytes:
    """Return the handles sealed under the person's key. How many entries their own secret counts
    stands beside them, not within."""
    if not handles.lasting or any(len(each) != 2 * HANDLE_BYTES for each in handles.lasting):
        raise ValueError("a handle is 32 hex digits, and a person has at least one")
    secrets = b"".join(
        bytes([_SECRET_ITEM]) + each.value + each.count.to_bytes(_COUNT_BYTES, "big")
        for each in (HandleSecret(handles.secret.value), *handles.joined)
    )
    lasting = b"".join(bytes([_HANDLE_ITEM]) + bytes.fromhex(each) for each in handles.lasting)
    # At random: how often a key seals handles is counted nowhere.
    nonce = os.urandom(_NONCE_BYTES)
    box = AESGCM(key).encrypt(nonce, secrets + lasting, _associated_data(2, person_id))
    return b"\x02" + nonce + box


def unseal(person_id: int, key: bytes, kept: bytes) -> PersonHandles:
    """Return what :func:`seal` was given, or what the first version of this format kept: handles
    alone.

    Raises:
        KeyUnwrapFailed: unknown version, changed, another person's, or not whole.
    """
    version = kept[0] if kept else 0
    if version not in (1, 2):
        raise KeyUnwrapFailed(why="the handles do not start with a known version")
    nonce, box = kept[1 : 1 + _NONCE_BYTES], kept[1 + _NONCE_BYTES :]
    try:
        plain = AESGCM(key).decrypt(nonce, box, _associated_data(version, person_id))
    except (InvalidTag, ValueError):
        raise KeyUnwrapFailed(why="the handles do not open with their person's key") from None
    if version == 1:
        if not plain or len(plain) % HANDLE_BYTES:
            raise KeyUnwrapFailed(why="the handles are not whole")
        return PersonHandles(_from_key(key).secret, _hex(plain))
    return _read(plain)


def _secret(key: bytes) -> bytes:
    return hmac.digest(key, _SECRET, "sha256")


def _from_key(key: bytes) -> PersonHandles:
    secret = HandleSecret(_secret(key))
    return PersonHandles(secret, (hmac.digest(key, _HANDLE, "sha256")[:HANDLE_BYTES].hex(),))


def _read(plain: bytes) -> PersonHandles:
    """Read the items of version 2: every secret, the person's own first, then every handle."""
    secrets: list[HandleSecret] = []
    at = 0
    while plain[at : at + 1] == bytes([_SECRET_ITEM]):
        item = plain[at + 1 : at + 1 + SECRET_BYTES + _COUNT_BYTES]
        count = int.from_bytes(item[SECRET_BYTES:], "big")
        secrets.append(HandleSecret(item[:SECRET_BYTES], count))
        at += 1 + SECRET_BYTES + _COUNT_BYTES
    items = plain[at:]
    size = 1 + HANDLE_BYTES
    # Strict to the last byte: what opened rightly and has another form was written by another
    # version, and guessing at it would lose entries.
    if not secrets or not items or len(items) % size or any(items[::size]):
        raise KeyUnwrapFailed(why="the handles are not whole")
    handles = b"".join(items[place + 1 : place + size] for place in range(0, len(items), size))
    return PersonHandles(secrets[0], _hex(handles), tuple(secrets[1:]))


def _hex(handles: bytes) -> tuple[str, ...]:
    return tuple(
        handles[at : at + HANDLE_BYTES].hex() for at in range(0, len(handles), HANDLE_BYTES)
    )


def _associated_data(version: int, person_id: int) -> bytes:
    return _AAD % version + person_id.to_bytes(8, "big")
