"""The state of the keys, for the operator."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from aboveboard.basics import settings
from aboveboard.keys import ring
from aboveboard.keys.models import Rotation, WrappingKey
from aboveboard.keys.rotation import rewrap


@dataclass(frozen=True, slots=True)
class WrappingKeyStatus:
    """One wrapping key: how many people's keys it wraps, and who can open it."""

    key_id: str
    people: int
    made_at: datetime
    in_use: bool
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyringStatus:
    """The provider, the wrapping keys, how many people are wrapped by the root itself,
    and what is under way."""

    provider: str
    keys: tuple[WrappingKeyStatus, ...]
    direct: int
    under_way: tuple[str, ...]

    def as_json(self, at: datetime) -> dict[str, object]:
        """Return it for a program, with the lease and the age of each key in days."""
        keys = [{**asdict(key), "days": (at - key.made_at).days} for key in self.keys]
        return {
            "provider": self.provider,
            "lease": settings.current().keys.lease,
            "keys": keys,
            "wrapped_by_root": self.direct,
            "under_way": list(self.under_way),
        }

    def prove(self) -> None:
        """Open every wrapping key at its provider now.

        Raises:
            Unavailable: it cannot be asked.
            KeyUnwrapFailed: it is another root key.
        """
        ring.forget()
        for key in self.keys:
            ring.wrapping_key(bytes.fromhex(key.key_id))


def status() -> KeyringStatus:
    """Return the state of the keys. Counting reads every person's row: a minute
    for a hundred million."""
    counts = rewrap.people_by_key()
    rows = list(WrappingKey.objects.order_by("made_at", "id"))
    ids = list(dict.fromkeys(row.key_id for row in rows))
    keys = []
    for number in ids:
        ours = [row for row in rows if row.key_id == number]
        name = int(number).to_bytes(4, "big").hex()
        in_use = any(row.retired_at is None for row in ours)
        keys.append(
            WrappingKeyStatus(
                name,
                counts.pop(name, 0),
                ours[0].made_at,
                in_use,
                tuple(row.provider for row in ours),
            )
        )
    under_way = tuple(
        Rotation.objects.filter(finished_at=None).order_by("id").values_list("kind", flat=True)
    )
    return KeyringStatus(ring.provider().name, tuple(keys), sum(counts.values()), under_way)
