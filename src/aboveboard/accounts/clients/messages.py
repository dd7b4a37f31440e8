"""A message that an authorised agent signed (Data Rights Protocol 1.0, 2.01, 2.04 and 3.07). Pure.

It is ``base64(64 bytes Ed25519 signature | JSON)``, as libsodium's combined mode writes it. What is
checked, in the order of section 3.07: 1. that it decodes; 2. the signature, with the key of the
agent whose token came with it; 3. that it names this agent; 4. that it names us; 5. that it was
issued before now; 6. that its time is not over.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from aboveboard.accounts import limits
from aboveboard.basics.errors import Refused

VERSIONS: Final = ("1.0", "0.9.4", "0.9.3")
"""What is spoken here; between them the form of a message did not change."""
_SIGNATURE_BYTES: Final = 64
KEY_BYTES: Final = 32


class MessageRefused(Refused):
    """The message of the agent was not taken: {why}."""

    code = "message_refused"
    next_step = "Sign a new message with the key that is registered here, and send it once."


class MessageClaims(msgspec.Struct, frozen=True):
    """Between whom a message is, and when: what 2.01 and 2.05 have alike."""

    agent_id: str = msgspec.field(name="agent-id")
    business_id: str = msgspec.field(name="business-id")
    issued_at: datetime = msgspec.field(name="issued-at")
    expires_at: datetime = msgspec.field(name="expires-at")
    version: str = msgspec.field(name="drp.version")


_claims: Final = msgspec.json.Decoder(MessageClaims)


def open_message(body: bytes, verify_key: bytes) -> bytes:
    """Return the JSON that was signed.

    Raises:
        MessageRefused: it is no base64, too short, or another key signed it.
    """
    try:
        signed = base64.b64decode(body.strip(), validate=True)
        signature, message = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        Ed25519PublicKey.from_public_bytes(verify_key).verify(signature, message)
    except (binascii.Error, ValueError):
        raise MessageRefused(why="it is not base64 of a signature and JSON") from None
    except InvalidSignature:
        raise MessageRefused(why="the signature is not of this agent's key") from None
    return message


def check_claims(message: bytes, *, agent_id: str, business_id: str, at: datetime) -> MessageClaims:
    """Return between whom the message is, once all of it is right.

    Raises:
        MessageRefused: it is for or from somebody else, its time is not now or too long, or it has
            not all five claims.
    """
    try:
        claims = _claims.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MessageRefused(why="a claim is missing, or has another form") from None
    if claims.agent_id != agent_id:
        raise MessageRefused(why="agent-id is another agent's")
    if claims.business_id != business_id:
        raise MessageRefused(why="business-id is another organisation's")
    if claims.issued_at.tzinfo is None or claims.expires_at.tzinfo is None:
        raise MessageRefused(why="a moment has no time zone")
    if claims.issued_at > at:
        raise MessageRefused(why="issued-at lies ahead of our clock")
    if claims.expires_at <= at:
        raise MessageRefused(why="expires-at is over")
    # As long as it works it must be known again, so that it works once.
    if claims.expires_at - claims.issued_at > limits.AGENT_MESSAGE_LIFE:
        raise MessageRefused(why="expires-at lies too long after issued-at")
    if claims.version not in VERSIONS:
        raise MessageRefused(why=f"drp.version is none of {', '.join(VERSIONS)}")
    return claims


def read_verify_key(text: str) -> bytes:
    """Return the 32 bytes of a verify key as the service directory has it (3.05.1): base64.

    Raises:
        ValueError: it is no such key.
    """
    padded = text.strip() + "=" * (-len(text.strip()) % 4)
    key = base64.b64decode(padded, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("an Ed25519 key has 32 bytes")
    Ed25519PublicKey.from_public_bytes(key)
    return key
