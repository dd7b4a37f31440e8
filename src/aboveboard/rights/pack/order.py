"""The order of a pack: what the worker needs to make it, sealed beside the request from when staff
have it made until it is made or failed.

The event says that there is one, and in which way it is handed over; this holds the rest: the
public half of its key, the secret half as it will be kept (``seal``), and what the person reads.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from aboveboard.basics.errors import NotFound
from aboveboard.basics.personal import Personal
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack.seal import PackKeys
from aboveboard.rights.requests import files, sealing

ORDER: Final = "pack-order"
"""The name of the sealed file."""


class PackOrderLost(NotFound):
    """What the copy was ordered with is not in the instance's folder, as after a restore."""

    code = "pack_order_lost"
    next_step = "Have the copy made again."

    def __init__(self) -> None:
        super().__init__(what="order")


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """What is kept of an order. ``tries``: how often its making was begun."""

    public: str
    kept: str
    locked: bool
    words: str
    tries: int = 0

    @property
    def keys(self) -> PackKeys:
        """The keys of the pack."""
        return PackKeys(self.public, Personal(self.kept), self.locked)


def order_of(keys: PackKeys, words: str) -> KeptOrder:
    """Return a new order."""
    return KeptOrder(keys.public, keys.kept.reveal(), keys.locked, words)


def read_order(row: RightsRequest) -> KeptOrder:
    """Return the order of a request's pack.

    Raises:
        PackOrderLost: there is none.
        RequestUnreadable: the key of the request is destroyed, or it was changed.
    """
    key = sealing.request_key(row)
    if not files.exists(row.pk, ORDER):
        raise PackOrderLost
    return KeptOrder(**json.loads(b"".join(files.read(row.pk, ORDER, key))))


def write_order(row: RightsRequest, order: KeptOrder) -> None:
    """Keep it, over what was kept before."""
    plain = json.dumps(asdict(order)).encode()
    files.write(row.pk, ORDER, sealing.request_key(row), [plain])


def delete_order(request_id: int) -> None:
    """Delete it. Done again it finds nothing left."""
    files.delete(request_id, ORDER)
