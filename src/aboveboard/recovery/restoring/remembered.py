"""What a process remembers of its database, to be forgotten when that becomes another one."""

from __future__ import annotations

from aboveboard.access import sequencing
from aboveboard.accounts import sealing
from aboveboard.keys import queries as keys


def forget() -> None:
    """Forget the instance's secrets and the ledger's signer."""
    for remembered in (keys.instance_secret, sequencing.signer, sealing._cipher):
        remembered.cache_clear()
