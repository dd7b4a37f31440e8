"""The key ring: the root-key provider of this instance, found once per process."""

from __future__ import annotations

from functools import cache

from aboveboard.basics import settings
from aboveboard.keys.provider import RootKeyProvider, from_file


@cache
def provider() -> RootKeyProvider:
    """Return the root-key provider that ``keys.root`` names."""
    current = settings.current()
    return from_file(current.path(current.keys.root.removeprefix("file:")))


def person_context(person_id: int) -> bytes:
    """Return what a person's wrapped key is bound to, so that two people's keys cannot be swapped."""
    return b"aboveboard/person-key/v1/" + person_id.to_bytes(8, "big")


def secret_context(name: str) -> bytes:
    """Return what an instance secret is bound to."""
    return b"aboveboard/instance-secret/v1/" + name.encode()
