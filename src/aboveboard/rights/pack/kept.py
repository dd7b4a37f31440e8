"""What is kept of a pack while it can be fetched: its key, its link, how often and how long; sealed
under the key of the request, with which it goes.

The link stands there whole, because the letter and the person's page must say it again. Whoever
could read it has the key of the pack already, which lies beside it; and by itself it opens nothing.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.personal import Personal
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import files, sealing

PACK: Final = "pack.age"
LETTER: Final = "pack-letter"
RELEASE: Final = "pack-release"


class PackWay(StrEnum):
    """How a pack is handed over."""

    LINK = "link"
    COUNTER = "counter"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """A pack that can be fetched. ``identity``: the secret half of its key, "" where only the
    person has it, sealed under a passphrase where ``locked``; ``tries``: passphrases left."""

    token: str
    identity: str
    locked: bool
    expires_at: str
    downloads: int
    tries: int
    way: str

    def is_over(self, at: datetime) -> bool:
        """Whether nothing can be fetched any more."""
        return at >= clock.from_text(self.expires_at) or self.downloads < 1


@dataclass(frozen=True, slots=True)
class PackOffer:
    """A pack that can be fetched, for a page or a letter.

    Attributes:
        way: how it is handed over.
        until: when its time is over.
        downloads: how often it can still be fetched.
        locked: whether a passphrase is asked for.
        for_own_key: whether it is sealed for a key that only the person has.
        link: its link's token; it opens nothing by itself.
        has_letter: whether there is a letter for the post.
    """

    way: PackWay
    until: datetime
    downloads: int
    locked: bool
    for_own_key: bool
    link: Personal[str]
    has_letter: bool

    def is_named_by(self, token: Personal[str]) -> bool:
        """Whether a token is that of its link."""
        return is_token(token, self.link.reveal())


def is_token(given: Personal[str], kept: str) -> bool:
    """Whether a token is the one that is kept; compared in the same time wherever they differ."""
    return hmac.compare_digest(given.reveal().encode("utf-8", "replace"), kept.encode())


def pack_offer(request_id: int, *, at: datetime) -> PackOffer | None:
    """Return the pack of a request as it can be fetched now; None where there is none, or its time
    or its downloads are over."""
    row: RightsRequest | None = RightsRequest.objects.filter(pk=request_id).first()
    if row is None or not row.key or not files.exists(request_id, RELEASE):
        return None
    release = read_release(row)
    if release.is_over(at):
        return None
    return PackOffer(
        PackWay(release.way),
        clock.from_text(release.expires_at),
        release.downloads,
        release.locked,
        not release.identity,
        Personal(release.token),
        files.exists(request_id, LETTER),
    )


def read_release(row: RightsRequest) -> KeptRelease:
    """Return what is kept of the pack of a request.

    Raises:
        NotFound: there is none.
        RequestUnreadable: the key of the request is destroyed, or it was changed.
    """
    plain = b"".join(files.read(row.pk, RELEASE, sealing.request_key(row)))
    return KeptRelease(**json.loads(plain))


def write_release(row: RightsRequest, release: KeptRelease) -> None:
    """Keep it, over what was kept before."""
    plain = json.dumps(asdict(release)).encode()
    files.write(row.pk, RELEASE, sealing.request_key(row), [plain])


def delete_pack(request_id: int) -> None:
    """Delete a pack. Done again it finds nothing left."""
    # The key first: a pack without it is noise, whatever happens next.
    for name in (RELEASE, LETTER, PACK):
        files.delete(request_id, name)
