"""Putting new entries into the tree, with the signing key that the ledger itself may not fetch."""

from __future__ import annotations

from functools import cache

from aboveboard.basics import clock, settings
from aboveboard.keys.queries import instance_secret
from aboveboard.ledger import sequencing
from aboveboard.ledger.actions import sequence
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.note import Signer


@cache
def signer() -> Signer:
    """Return the signer of this instance's checkpoints."""
    return Signer.from_seed(settings.current().ledger.origin, instance_secret("ledger-signing"))


def sequence_now() -> Checkpoint | None:
    """Put every waiting entry into the tree and sign the new checkpoint; None if nothing waited."""
    return sequence(at=clock.now(), signer=signer())


def check_published() -> None:
    """Look whether the published log is one that this database can go on with, and change nothing.

    Raises:
        LogAhead, LogForked, LogOfAnotherKey: it is not, and nothing can be signed.
    """
    sequencing.check_published(signer().vkey)
