"""What a pack is sealed with: a key pair of its own, made as the pack is ordered.

The worker that makes the pack needs the public half alone. The secret half is kept as it will be
kept beside the pack: as it is, or locked under the passphrase of the person; of a key of the
person's own there is none. So no passphrase is ever carried from a form to the worker.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.personal import Personal
from aboveboard.custody import parcel
from aboveboard.rights.pack import agefile


@dataclass(frozen=True, slots=True)
class PackSeal:
    """What a pack is sealed with besides: a public age key of the person's own, with which only
    they open it, or a passphrase; neither: it is opened for them as they fetch it."""

    age_key: str = ""
    passphrase: Personal[str] | None = None


NO_SEAL: Final = PackSeal()


@dataclass(frozen=True, slots=True)
class PackKeys:
    """The keys of one pack. ``public``: what it is sealed to; ``kept``: the secret half as it is
    kept, "" where only the person has it; ``locked``: whether that is under a passphrase."""

    public: str
    kept: Personal[str]
    locked: bool = False


def make_keys(seal: PackSeal) -> PackKeys:
    """Return the keys of a new pack.

    Raises:
        WrongAgeKey, SecretAgeKey: the person's own key is none.
    """
    if seal.age_key:
        # Refused as it is given, and not when the pack is made.
        parcel.recipients([seal.age_key])
        return PackKeys(seal.age_key, Personal(""))
    identity = agefile.new_identity()
    public = agefile.public_key(identity)
    if seal.passphrase is None:
        return PackKeys(public, identity)
    locked = b64encode(agefile.lock_identity(identity, seal.passphrase)).decode()
    return PackKeys(public, Personal(locked), locked=True)
