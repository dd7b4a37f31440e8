"""Putting new entries into the tree, with the signing keys that the ledger itself may not fetch."""

from __future__ import annotations

from functools import cache

from django.db import transaction

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.package import RecordedEntry
from aboveboard.keys.queries import instance_secret, secret_names
from aboveboard.ledger import published, signing
from aboveboard.ledger.actions import change_key, keep_key_change, sequence
from aboveboard.ledger.entries import SigningKeyReplaced
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.note import Signer


def signer() -> Signer:
    """Return the signer of this instance's checkpoints."""
    return signers()[-1]


def signers() -> list[Signer]:
    """Return every signer this instance has had, the one that signs now last."""
    return [_signer(generation) for generation in range(1, signing.generation() + 1)]


def sequence_now() -> Checkpoint | None:
    """Put every waiting entry into the tree and sign the new checkpoint; None if nothing waited."""
    try:
        return _sequence()
    # Between our reading of the key and the signature; the second try reads the new one.
    except signing.SigningKeyChanged:
        return _sequence()


def rotate_key(*, by: Actor) -> Signer:
    """Make a new signing key and let it sign from now on; return its signer.

    1. The new secret is made and kept, on its own: until step 2 nothing uses it, and a
       second try finds it again.
    2. One transaction writes the change and its entry. From its commit on, no
       process signs with the old key.
    3. The first checkpoint under the new key is signed by the old one too, and
       kept in the published log.

    Raises:
        SigningKeyChanged: somebody else changed it at the same moment.
    """
    old = signers()
    # Outside the transaction: a secret that is kept and never used does no harm, one that signs and
    # is lost ends the log.
    new = _signer(len(old) + 1)
    with transaction.atomic():
        change_key(len(old) + 1, old=old[-1].vkey, new=new.vkey, by=by, at=clock.now())
    sequence_now()
    return new


def check_published() -> None:
    """Check that the published log is one that this database can continue, and change nothing.

    Raises:
        LogAhead, LogForked, LogOfAnotherKey: it is not, and nothing can be signed.
    """
    published.check_published(*(each.vkey for each in signers()))


def _sequence() -> Checkpoint | None:
    *former, now = signers()
    return sequence(at=clock.now(), signer=now, former=former)


def holds_secret_of(generation: int, vkey: str) -> bool:
    """Whether this instance holds the secret of the key ``vkey`` as that
    generation; none is made."""
    return _secret(generation) in secret_names() and _signer(generation).vkey == vkey


class SigningKeyNotRestored(NotFound):
    """The new signing key is not in the keys that were restored: replace it again, with
    `aboveboard ledger rotate-key`.
    """

    code = "signing_key_not_restored"


def repeat_replacement(entry: RecordedEntry[SigningKeyReplaced]) -> None:
    """After a restore, sign with the key that the entry says took over.

    Raises:
        SigningKeyNotRestored: the restored keys are older than the entry.
    """
    number, vkey = entry.facts.generation, entry.facts.new
    # Asked without making one: a fresh secret under the name of the lost one would be a key that
    # nobody announced.
    if not holds_secret_of(number, vkey):
        raise SigningKeyNotRestored
    keep_key_change(number, vkey=vkey, entry_id=entry.id, at=entry.at)


def local_verifier_keys() -> list[str]:
    """Return the vkey of every signing key whose secret is in this database, whether the log was
    changed to it yet or not. A secret opens with the root key alone: nobody without it can put
    another here."""
    return [
        Signer.from_seed(settings.current().ledger.origin, instance_secret(name, make=False)).vkey
        for name in secret_names(_secret(1))
    ]


def _secret(generation: int) -> str:
    return "ledger-signing" if generation == 1 else f"ledger-signing.{generation}"


def forget() -> None:
    """Clear the cached signers, because the database behind this process is being replaced."""
    _signer.cache_clear()


@cache
def _signer(generation: int) -> Signer:
    return Signer.from_seed(settings.current().ledger.origin, instance_secret(_secret(generation)))
