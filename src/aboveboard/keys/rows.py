"""Rows that decide are authenticated: a row that the program did not write, or not so, decides
nothing.

The MAC of a row is HMAC-SHA256 (RFC 2104) under a key of this instance, over the name of the table,
the key of the row and the columns that decide, so that a row changed, made up, or copied to another
place by somebody who can write the database but does not have the root key is known for what it is.
What a MAC cannot tell is that a row was deleted, or put back as it was before: for that the rows
are compared with the log (``recovery.comparing``). ``docs/decisions/0033`` says why so.

The bytes under the MAC are a JSON array without spaces, in UTF-8: the table, the key, the values in
the order of the declaration. Moments are RFC 3339 in UTC, bytes are base64, the keys of objects are
sorted. ``tests/keys/test_rows.py`` has a vector.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, Final, Self

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.db import models, transaction

from aboveboard.basics.errors import Damaged
from aboveboard.keys.queries import instance_secret, secret_names

log = logging.getLogger(__name__)

ROWS: Final = "rows"
_INFO: Final = b"aboveboard/rows/v1"
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class RowNotAuthentic(Damaged):
    """A row of {table} was not written by this program, or not as it stands now."""

    code = "row_not_authentic"
    next_step = "Run: aboveboard doctor. Somebody may have written to the database directly."


def mac_of(table: str, key: object, values: Iterable[object]) -> bytes:
    """Return the MAC of a row, 32 bytes. ``table`` is the Django label, ``key`` the primary key.

    Raises:
        KeyUnwrapFailed, Unavailable: the root key does not open the instance's secret.
    """
    return hmac.digest(_key(), _encode([table, key, *map(_plain, values)]), "sha256")


def is_authentic(
    table: str, key: object, values: Iterable[object], mac: bytes | memoryview | None
) -> bool:
    """Whether the MAC is that of this row. A row without one was not written by this program."""
    # Compared in constant time: who can write rows and measure could find a MAC byte by byte.
    return mac is not None and hmac.compare_digest(bytes(mac), mac_of(table, key, values))


def report_not_authentic(table: str, key: object) -> None:
    """Write to the program's log that a row decided nothing; its number alone."""
    log.error("a row of %s with the key %s is not as this program wrote it", table, key)


def has_secret() -> bool:
    """Whether this instance has the secret that rows are authenticated with."""
    return ROWS in secret_names(ROWS)


def _plain(value: object) -> object:
    # The same moment in another zone is the same value: the database gives all of them in UTC.
    if type(value) is datetime and value.tzinfo is not UTC:
        return value.astimezone(UTC)
    return value


@cache
def _key() -> bytes:
    # Derived, not used as it is: another use of the same secret can never give a MAC.
    return HKDFExpand(SHA256(), 32, _INFO).derive(instance_secret(ROWS))


def forget() -> None:
    """Clear the cached key, because the database behind this process is being replaced."""
    _key.cache_clear()


class DecidingQuerySet(models.QuerySet[Any]):
    """The rows of a model whose rows decide. What changes many at once writes the MAC of each."""

    def update(self, **changes: Any) -> int:
        """Change the rows, as Django does; one by one where the change is under the MAC."""
        if not self.model.changes_deciding_columns(changes):
            return super().update(**changes)
        with transaction.atomic():
            rows = list(self.select_for_update().order_by("pk"))
            for row in rows:
                for column, value in changes.items():
                    setattr(row, column, value)
                row.save(update_fields=list(changes))
        return len(rows)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Add rows whose keys are known, each with its MAC."""
        rows = list(objs)
        for row in rows:
            row.mac = row.new_mac()
        return super().bulk_create(rows, *args, **kwargs)


DecidingManager = models.Manager.from_queryset(DecidingQuerySet)


class DecidingRow(models.Model):
    """A row that decides who may do what. ``DECIDING`` names the columns under its MAC; of a
    reference to another row it names the column that has its number.

    A row that was read knows whether it is :attr:`authentic`. One that is not cannot be saved: the
    program must not put its MAC to what somebody else wrote.
    """

    mac = models.BinaryField(max_length=32, null=True, default=None, editable=False)

    objects = DecidingManager()

    DECIDING: ClassVar[tuple[str, ...]] = ()
    _authentic: bool = True  # made by this program and not read

    class Meta:
        """Its tables are those of the models that are made of it."""

        abstract = True

    @property
    def authentic(self) -> bool:
        """Whether this program wrote the row as it was read."""
        return self._authentic

    @classmethod
    def from_db(
        cls,
        db: str | None,
        field_names: Collection[str],
        values: Collection[Any],
        **kwargs: Any,
    ) -> Self:
        """Read a row, and hold its MAC against it."""
        row = super().from_db(db, field_names, values, **kwargs)
        row.verify_mac()
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again, and hold its MAC against it."""
        super().refresh_from_db(*args, **kwargs)
        self.verify_mac()

    def verify_mac(self) -> None:
        """Hold the MAC against the columns, as they were read."""
        self._authentic = self.mac is not None and is_authentic(
            self._meta.label, self.pk, self.deciding_values(), self.mac
        )
        if not self._authentic:
            report_not_authentic(self._meta.label, self.pk)

    @classmethod
    def changes_deciding_columns(cls, names: Iterable[str]) -> bool:
        """Whether a change of these columns is one of what is under the MAC. A reference to another
        row goes by two names, ``person`` and ``person_id``."""
        columns = {field.name: field.attname for field in cls._meta.concrete_fields}
        return not {columns.get(name, name) for name in names}.isdisjoint(cls.DECIDING)

    def deciding_values(self) -> list[object]:
        """Return the values under the MAC, in order."""
        return [getattr(self, name) for name in self.DECIDING]

    def new_mac(self) -> bytes:
        """Return the MAC of the row as it is now."""
        return mac_of(self._meta.label, self.pk, self.deciding_values())

    def save(
        self,
        *args: Any,
        update_fields: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write the row and its MAC.

        Raises:
            RowNotAuthentic: it was read from a row that this program did not write.
        """
        changed = None if update_fields is None else set(update_fields)
        if changed is not None and not self.changes_deciding_columns(changed):
            super().save(*args, update_fields=changed, **kwargs)
            return
        if not self._authentic:
            raise RowNotAuthentic(table=self._meta.label)
        with transaction.atomic():
            if self.pk is None:
                # The key is under the MAC, and the database gives it: two statements, and nobody
                # sees the row between them.
                super().save(*args, **kwargs)
                self.mac = self.new_mac()
                super().save(update_fields=["mac"])
            else:
                self.mac = self.new_mac()
                super().save(*args, update_fields=changed and {*changed, "mac"}, **kwargs)
