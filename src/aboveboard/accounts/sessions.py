"""Sessions in the database, readable only by the one whose cookie they are and by this instance.

The row's key is the SHA-256 of the cookie, so a stolen database is no set of cookies; its
data is sealed and bound to that row. Both matter because allauth keeps the address a customer
typed in the session until the code is confirmed. A session that does not open is an empty
one: the visitor signs in again.

Synchronous only, as the whole of Aboveboard is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from aboveboard.accounts import sealing

log = logging.getLogger(__name__)

_CONTEXT = "session"


def row_key(session_key: str | None) -> str:
    """Return the database key of a cookie's session: 40 hex characters (160
    bits) of its SHA-256."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's database store with a hashed key and sealed data."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return the sealed session, base64. Every value is JSON, as Django's
        own serialiser requires."""
        plain = json.dumps(session_dict, separators=(",", ":")).encode()
        return base64.b64encode(sealing.seal(_CONTEXT, plain, belongs_to=self._row())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the session, or an empty one when it does not open."""
        try:
            plain = sealing.unseal(_CONTEXT, base64.b64decode(session_data), belongs_to=self._row())
        except (sealing.BoxDamaged, ValueError):
            # Not an error for the visitor: after a rotation of the secret every old session looks
            # so.
            log.warning("a session did not open and was treated as empty")
            return {}
        session: dict[str, Any] = json.loads(plain)
        return session

    def exists(self, session_key: str) -> bool:
        """Whether there is a session for this cookie."""
        return bool(self.model.objects.filter(session_key=row_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row to be saved; ``save`` has given the session its key
        before it calls this."""
        return self.model(
            session_key=self._row().decode(),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session of this cookie, or this session."""
        if session_key is None:
            session_key = self.session_key
        if session_key is not None:
            self.model.objects.filter(session_key=row_key(session_key)).delete()

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        # By the digest: whoever reads the table has no cookie to send.
        row = self.model.objects.filter(
            session_key=self._row().decode(), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def _row(self) -> bytes:
        return row_key(self.session_key).encode()
