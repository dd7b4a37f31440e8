"""The key ring: wrapping keys that this process holds open, each for a short lease only.

The provider of the root key opens a wrapping key; from then on people's keys are unwrapped here, in
memory. When the lease (``keys.lease``) is over the provider is asked again, so one that is down or
has withdrawn the key stops releases within seconds, and they go on by themselves once it answers.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from time import monotonic

from aboveboard.basics import settings
from aboveboard.basics.errors import Unavailable
from aboveboard.keys.limits import KEY_PROVIDER_REST
from aboveboard.keys.models import InstanceSecret, WrappingKey
from aboveboard.keys.providers.places import provider_at
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.wrapping import KeyUnwrapFailed, LocalKey, wrapped_by


class WrappingKeyElsewhere(Unavailable):
    """The wrapping key {key} is kept by {held}, but keys.root names {provider}."""

    code = "wrapping_key_elsewhere"
    next_step = "Set keys.root to {held}; to move the keys, run: aboveboard keys rotate --to URL"


@cache
def provider() -> Provider:
    """Return the provider that ``keys.root`` names."""
    current = settings.current()
    return provider_at(current.keys.root, current)


@dataclass(frozen=True, slots=True)
class _HeldKey:
    key: LocalKey
    until: float


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Unavailable
    until: float


_held: dict[bytes, _HeldKey] = {}
_failed: dict[bytes, _Failed] = {}
_asking = threading.Lock()


def forget() -> None:
    """Drop every key, and the lock that a thread of the parent process may have held."""
    global _asking
    _held.clear()
    _failed.clear()
    _asking = threading.Lock()


# A child of a fork shares no lock with its parent's threads, and asks the provider for itself.
os.register_at_fork(after_in_child=forget)


def unwrap(wrapped: bytes, context: bytes) -> bytes:
    """Return the key inside ``wrapped``, by the wrapping key that its head names.

    Raises:
        KeyUnwrapFailed: no key at hand wrapped it, or it was changed.
        Unavailable: the provider of the root key cannot be asked.
    """
    return wrapping_key(wrapped_by(wrapped)).unwrap(wrapped, context)


def wrapping_key(key_id: bytes) -> LocalKey:
    """Return the wrapping key of that id, asking the provider when its lease is over."""
    # Without the lock, on the way of every use; a lease that just ended is found out under it.
    held = _held.get(key_id)
    if held is not None and held.until > monotonic():
        return held.key
    with _asking:  # one thread asks; the others find its answer
        held = _held.get(key_id)
        if held is not None and held.until > monotonic():
            return held.key
        failed = _failed.get(key_id)
        if failed is not None and failed.until > monotonic():
            # A new one each time: one exception raised in several threads would gather the traces
            # of all.
            raise type(failed.error)(**failed.error.details)
        _held.pop(key_id, None)
        try:
            key = _open(key_id)
        except Unavailable as error:
            # Threads that queue behind a provider that is down must not each wait for it in turn.
            _failed[key_id] = _Failed(error, monotonic() + KEY_PROVIDER_REST.total_seconds())
            raise
        _held[key_id] = _HeldKey(key, monotonic() + settings.current().keys.lease)
        return key


def _open(key_id: bytes) -> LocalKey:
    root = provider()
    kept = list(
        WrappingKey.objects.filter(key_id=int.from_bytes(key_id, "big")).values_list(
            "provider", "wrapped"
        )
    )
    if not kept:
        # The first version wrapped people's keys by the root key itself.
        direct = root.local_key(key_id)
        if direct is None:
            raise KeyUnwrapFailed(why="it was wrapped by another root key")
        return direct
    ours = [(name, bytes(wrapped)) for name, wrapped in kept if scheme(name) == scheme(root.name)]
    if not ours:
        raise WrappingKeyElsewhere(key=key_id.hex(), held=kept[0][0], provider=root.name)
    # The copy under the provider's present name first; then those under a name it had before, such
    # as another path of the same file.
    for name, wrapped in sorted(ours, key=lambda copy: copy[0] != root.name):
        try:
            key = LocalKey(root.unwrap(wrapped, wrapping_context(key_id)))
        except KeyUnwrapFailed:
            if name == root.name:
                raise
            continue
        # What a provider opened must be the key that was asked for: anything else would unwrap to
        # noise later, and look like damage.
        if key.id == key_id:
            return key
    raise WrappingKeyElsewhere(key=key_id.hex(), held=ours[0][0], provider=root.name)


def is_root_key_here(root: LocalKey) -> bool:
    """Whether a root key is this database's: it opens a wrapping key, or what the first version
    wrapped by it directly."""
    for number, wrapped in WrappingKey.objects.filter(provider__startswith="file:").values_list(
        "key_id", "wrapped"
    ):
        key_id = int(number).to_bytes(4, "big")
        with suppress(KeyUnwrapFailed):  # another version's: the next one may be this key's
            if LocalKey(root.unwrap(bytes(wrapped), wrapping_context(key_id))).id == key_id:
                return True
    for name, wrapped in InstanceSecret.objects.values_list("name", "wrapped"):
        with suppress(KeyUnwrapFailed):  # as above
            root.unwrap(bytes(wrapped), secret_context(name))
            return True
    return False


def scheme(url: str) -> str:
    """Return the kind of provider that a setting names: ``file``, ``vault``."""
    return url.partition(":")[0]


def person_context(person_id: int) -> bytes:
    """Return what a person's wrapped key is bound to, so that two people's
    keys cannot be swapped."""
    return b"aboveboard/person-key/v1/" + person_id.to_bytes(8, "big")


def secret_context(name: str) -> bytes:
    """Return what an instance secret is bound to."""
    return b"aboveboard/instance-secret/v1/" + name.encode()


def wrapping_context(key_id: bytes) -> bytes:
    """Return what a wrapping key is bound to at its provider: ASCII,
    because providers take text."""
    return b"aboveboard/wrapping-key/v1/" + key_id.hex().encode()
