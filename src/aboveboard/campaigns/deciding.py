"""How the rows of campaigns are compared with the log, declared."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import DecidingTable, NotNeeded
from aboveboard.campaigns.models import Campaign

DECIDING: Final = (
    DecidingTable(
        table="campaigns.Campaign",
        speaks_of=NotNeeded("it lives for a day; each decision, and the parcel, has its entry"),
        named_in=(),
        # Nothing to hold them against: whoever made it makes it anew.
        upgraded=lambda: Campaign.objects.filter(mac=None).delete(),
        since="campaigns.0001_initial",
    ),
)
