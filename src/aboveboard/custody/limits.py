"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SELECT_PAGE: Final = 5_000
"""People whose ids are read at a time while a selection is handed over. Our
choice: ten batches of uses."""

EXPORT_LISTED: Final = 1_000_000
"""People of a list that an export remembers, so that a list with somebody twice has them in once.
Our choice: 100 MB. Selections, which name nobody twice, may be longer."""

CAMPAIGN_FRESH: Final = timedelta(minutes=15)
"""How old a yes of a campaign's run that was killed may be when it goes on; an older one is asked
again. Our choice: a no that was said meanwhile must not be passed over."""

AGREEMENTS: Final = 5_000
"""Agreements in a register of data sharing. Our choice: the UK's own of all bodies had 525 in 2025
(House of Lords, HL12970)."""

AGREEMENT_TEXT: Final = 10_000
"""Longest field of a sharing agreement, in characters. Our choice: some pages."""

DEVICE_LABEL: Final = 40
"""Longest label of a device, in characters: what fits on a sticker. Our choice."""

DEVICE_NAME: Final = 120
"""Longest name of a device, in characters. Our choice."""

DEVICE_SERIAL: Final = 80
"""Longest serial number, in characters. Our choice: an identifier of osquery has 36."""

INVENTORY_BYTES: Final = 32 * 1024 * 1024
"""Largest file of an inventory, in bytes. Our choice: 100,000 devices with 40 columns."""
