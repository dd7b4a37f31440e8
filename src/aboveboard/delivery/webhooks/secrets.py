"""The secrets that sign: made here, shown once, and kept sealed.

AES-256-GCM under a key of this instance (HKDF-SHA256, RFC 5869); 12 random bytes of nonce, then
ciphertext and tag. The number of the endpoint is associated data, so that a box copied into another
row does not open.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from aboveboard.basics.errors import Damaged
from aboveboard.keys.queries import instance_secret

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
"""Standard Webhooks, "Signature scheme": 24 to 64 bytes."""
_NONCE_BYTES: Final = 12
_INFO: Final = b"aboveboard/webhook-secrets/v1"


class SecretsDamaged(Damaged):
    """The secrets of a webhook endpoint cannot be opened: they were changed, or another root key
    sealed them."""

    code = "webhook_secrets_damaged"
    next_step = "Run: aboveboard webhook rotate NAME. Then give the receiver the new secret."


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """One secret, and until when it signs; None: until it is rotated."""

    text: str
    until: datetime | None = None

    def __repr__(self) -> str:
        return "SigningSecret(***)"


def new_secret() -> SigningSecret:
    """Return a fresh secret, as it is given to whoever receives."""
    return SigningSecret(_PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode())


def seal_secrets(endpoint: int, secrets: Sequence[SigningSecret]) -> bytes:
    """Return the box of the secrets of an endpoint."""
    nonce = os.urandom(_NONCE_BYTES)
    plain = msgspec.json.encode([[each.text, each.until] for each in secrets])
    return nonce + _cipher().encrypt(nonce, plain, _bound_to(endpoint))


def open_secrets(endpoint: int, box: bytes, *, at: datetime) -> list[SigningSecret]:
    """Return the secrets that sign now, newest first.

    Raises:
        SecretsDamaged: the box does not open.
    """
    try:
        plain = _cipher().decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound_to(endpoint))
    except (InvalidTag, ValueError):
        raise SecretsDamaged from None
    kept = msgspec.json.decode(plain, type=list[tuple[str, datetime | None]])
    return [SigningSecret(text, until) for text, until in kept if until is None or at < until]


def _bound_to(endpoint: int) -> bytes:
    return _INFO + endpoint.to_bytes(8, "big")


def _cipher() -> AESGCM:
    return AESGCM(HKDFExpand(SHA256(), 32, _INFO).derive(instance_secret("webhooks")))
