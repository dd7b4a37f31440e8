"""The key of a request, and what is sealed under it.

Each request has a key of its own, wrapped under the key of the person it is about, so that it goes
with them in every backup; where nobody is held, under a secret of the instance. Destroying the
wrapped key destroys what was collected. A sealed value is ``12 bytes nonce | AES-256-GCM``, bound
to the request and to the place where it stands. ``details`` are JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import Damaged, NotFound
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Identifier, Match
from aboveboard.keys.queries import instance_secret, person_key
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests.terms import RequestDetails

INSTANCE_KEY: Final = "rights"
"""The name of the instance's secret that wraps the keys of requests about nobody who is held."""
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_AAD: Final = b"aboveboard/rights/v1/"


class RequestUnreadable(Damaged):
    """What was sealed of the request cannot be opened: {what}."""

    code = "request_unreadable"
    next_step = "Its key was destroyed, or it was changed. Ask the person again what is needed."


def new_key(row: RightsRequest) -> bytes:
    """Make the request's key, write it on the row under ``key_of``, and return it. The caller saves
    the row."""
    key = os.urandom(KEY_BYTES)
    wrap_key(row, key, row.key_of)
    return key


def wrap_key(row: RightsRequest, key: bytes, key_of: int | None) -> None:
    """Wrap a request's key under a person's, or the instance's for None; on the row, unsaved.

    Raises:
        NotFound: the person has no key any more.
    """
    row.key, row.key_of = seal_with(AESGCM(_wrapping(key_of)), _key_place(row), key), key_of


def request_key(row: RightsRequest) -> bytes:
    """Return the request's key.

    Raises:
        RequestUnreadable: it was destroyed, or the person's was.
    """
    if not row.key:
        raise RequestUnreadable(what="its key was destroyed")
    try:
        wrapping = _wrapping(row.key_of)
    except NotFound:
        raise RequestUnreadable(what="the person was erased") from None
    return open_with(AESGCM(wrapping), _key_place(row), bytes(row.key))


def re_wrap(row: RightsRequest, old: AESGCM, new: AESGCM) -> None:
    """Wrap the key again under the person's new one; on the row, unsaved."""
    if row.key:
        row.key = seal_with(new, _key_place(row), open_with(old, _key_place(row), bytes(row.key)))


def seal(key: bytes, place: str, plain: bytes) -> bytes:
    """Seal a value of a request. ``place``: where it stands, which it is bound to."""
    return seal_with(AESGCM(key), place.encode(), plain)


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    """Open what :func:`seal` sealed there.

    Raises:
        RequestUnreadable: it was changed, or stands elsewhere.
    """
    return open_with(AESGCM(key), place.encode(), sealed)


def seal_with(cipher: AESGCM, place: bytes, plain: bytes) -> bytes:
    """Seal with a cipher at hand."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, _AAD + place)


def open_with(cipher: AESGCM, place: bytes, sealed: bytes) -> bytes:
    """Open with a cipher at hand.

    Raises:
        RequestUnreadable: it does not open.
    """
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _AAD + place)
    except (InvalidTag, ValueError):
        raise RequestUnreadable(what="it was changed, or belongs to another request") from None


def encode_details(details: RequestDetails) -> bytes:
    """Return what is sealed of what somebody asked."""
    return json.dumps(
        {
            "identifiers": [_identifier(each) for each in details.identifiers],
            "contact": details.contact.reveal(),
            "name": details.name.reveal(),
            "acting": details.acting.reveal(),
            "words": details.words.reveal(),
            "corrections": {key: value.reveal() for key, value in details.corrections.items()},
            "purpose": details.purpose,
            "restriction": details.restriction,
            "decision": details.decision,
            "agent_request": details.agent_request,
        }
    ).encode()


def decode_details(plain: bytes) -> RequestDetails:
    """Read what :func:`encode_details` wrote."""
    stored = json.loads(plain)
    return RequestDetails(
        identifiers=tuple(map(_read_identifier, stored["identifiers"])),
        contact=Personal(stored["contact"]),
        name=Personal(stored["name"]),
        acting=Personal(stored["acting"]),
        words=Personal(stored["words"]),
        corrections={key: Personal(value) for key, value in stored["corrections"].items()},
        purpose=stored["purpose"],
        # Sealed before there was one: nobody said.
        restriction=stored.get("restriction", ""),
        decision=stored.get("decision", ""),
        agent_request=stored.get("agent_request", ""),
    )


def encode_matches(matches: list[Match]) -> bytes:
    """Return what is sealed of what a system found."""
    return json.dumps(
        [
            {
                "collection": match.collection,
                "key": match.key.reveal(),
                "by": list(match.by),
                "learned": [_identifier(each) for each in match.learned],
                "several": match.several,
            }
            for match in matches
        ]
    ).encode()


def decode_matches(plain: bytes) -> list[Match]:
    """Read what :func:`encode_matches` wrote."""
    return [
        Match(
            collection=stored["collection"],
            key=Personal(stored["key"]),
            by=tuple(stored["by"]),
            learned=tuple(map(_read_identifier, stored["learned"])),
            several=stored["several"],
        )
        for stored in json.loads(plain)
    ]


def _identifier(identifier: Identifier) -> Mapping[str, str]:
    return {"kind": identifier.kind, "value": identifier.value.reveal()}


def _read_identifier(stored: Mapping[str, Any]) -> Identifier:
    return Identifier(str(stored["kind"]), Personal(str(stored["value"])))


def _wrapping(key_of: int | None) -> bytes:
    if key_of is None:
        return instance_secret(INSTANCE_KEY)
    key = person_key(key_of)
    if key is None:
        raise NotFound(what="person")
    return key


def _key_place(row: RightsRequest) -> bytes:
    # By the entry and not by the row's own number, which there is only after it was written.
    return b"key/" + row.entry_id.to_bytes(8, "big")
