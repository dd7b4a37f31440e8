"""What a process remembers of its database, to be forgotten when that becomes another one."""

from __future__ import annotations

from aboveboard.accounts import sealing
from aboveboard.accounts.clients import tokens
from aboveboard.keys import log_signing, queries, ring


def forget() -> None:
    """Forget the wrapping keys, the instance's secrets and the ledger's signers."""
    for remembered in (queries.instance_secret, log_signing._signer):
        remembered.cache_clear()
    ring.forget()
    sealing.forget()
    tokens.forget()
