"""How the customers of a file were collected: when, on which channel, for which purpose.
Part of the mapping file.

Pure: settings in, :class:`CollectionTerms` out; whether the promise has such a channel
and purpose is asked of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from aboveboard.basics.errors import Invalid
from aboveboard.promise.model import Promise
from aboveboard.vault.origin import IMPORT, ValueOrigin


class CollectedRefused(Invalid):
    """The mapping cannot say how these customers were collected: {why}."""

    code = "collected_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class CollectionTerms:
    """What a mapping says of the whole file. ``fields``: field to the purpose it
    alone was collected for.

    Where nothing is said the channel is ``import``, the purpose empty and the moment that of the
    import: what nobody recorded is not made up.
    """

    channel: str = IMPORT
    purpose: str = ""
    day: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def moment(self, at: datetime) -> datetime:
        """Return when the customers were collected; ``at``, the moment of the import, where the
        mapping does not say."""
        return (
            at
            if self.day is None
            # The beginning of the day: the earlier moment ends the retention sooner.
            else datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        )

    def origins(
        self, names: Iterable[str], promise_serial: int, at: datetime
    ) -> dict[str, ValueOrigin]:
        """Return the origin of each field: one object for each purpose, shared by
        every person of the file."""
        by_purpose = {
            purpose: ValueOrigin(promise_serial, self.moment(at), self.channel, purpose)
            for purpose in {self.purpose, *self.fields.values()}
        }
        return {name: by_purpose[self.fields.get(name, self.purpose)] for name in names}

    def check(self, promise: Promise, names: Iterable[str], today: date) -> None:
        """Check against the promise that all of this can have happened. ``names``: the
        fields that the file fills.

        Raises:
            CollectedRefused: a channel or purpose that the promise lacks, a field that its purpose
                does not use, a day to come.
        """
        if self.channel != IMPORT and self.channel not in promise.channels:
            raise CollectedRefused(
                why=f"the promise has no channel `{self.channel}`",
                fix=f"Use one of: {', '.join([IMPORT, *promise.channels])}.",
            )
        if self.day is not None and self.day > today:
            raise CollectedRefused(
                why=f"{self.day} is still to come",
                fix="Give the day on which they were collected, under `day:`.",
            )
        filled = set(names)
        for name in self.fields:
            if name not in filled:
                raise CollectedRefused(
                    why=f"no column fills `{name}`", fix="Name fields under `columns:` alone."
                )
        for purpose in dict.fromkeys([self.purpose, *self.fields.values()]):
            if purpose:
                self._check_purpose(
                    promise,
                    purpose,
                    [name for name in filled if self.fields.get(name, self.purpose) == purpose],
                )

    @staticmethod
    def _check_purpose(promise: Promise, purpose: str, names: Iterable[str]) -> None:
        known = promise.purposes.get(purpose)
        if known is None:
            raise CollectedRefused(
                why=f"the promise has no purpose `{purpose}`",
                fix=f"Use one of: {', '.join(promise.purposes)}.",
            )
        without = sorted(set(names) - set(known.fields))
        if without:
            raise CollectedRefused(
                why=f"`{purpose}` does not use {', '.join(without)}",
                fix=(
                    "Say under `collected: fields:` which purpose each of these was collected for, "
                    "or drop it."
                ),
            )


def read(raw: Any) -> CollectionTerms:
    """Read the ``collected:`` of a mapping file; None means that it says nothing.

    Raises:
        CollectedRefused: an unknown key, or a value of another shape.
    """
    if raw is None:
        return CollectionTerms()
    if not isinstance(raw, dict):
        raise _malformed("`collected` is not a list of `name: text`")
    channel, purpose, day = raw.get("channel", IMPORT), raw.get("purpose", ""), raw.get("day")
    fields = raw.get("fields") or {}
    for key in raw:
        if key not in ("channel", "purpose", "day", "fields"):
            raise _malformed(f"`{key}` is not a setting")
    if not isinstance(channel, str) or not isinstance(purpose, str) or not channel:
        raise _malformed("`channel` and `purpose` are not the keys of a channel and a purpose")
    if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
        raise _malformed("`day` is not a day such as 2019-05-31")
    if not isinstance(fields, dict) or not all(
        isinstance(part, str) for pair in fields.items() for part in pair
    ):
        raise _malformed("`fields` is not a list of `field: purpose`")
    return CollectionTerms(channel, purpose, day, fields)


def _malformed(why: str) -> CollectedRefused:
    return CollectedRefused(
        why=why,
        fix=(
            "Write `collected:` with channel, purpose, day and fields; see "
            "docs/how-to/import-your-customers.md."
        ),
    )
