"""The plug point: what keeps the root key wraps and unwraps a handful of *wrapping
keys*, and nothing else.

A provider is asked about once a lease (``keys.lease``) by each process, never once a person: the
wrapping keys it opens wrap the keys of people in this process's memory.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from aboveboard.basics.errors import Conflict, Unavailable
from aboveboard.keys.wrapping import LocalKey


class ProviderAway(Unavailable):
    """The key provider {provider} cannot be used, so nothing was released: {why}."""

    code = "key_provider_away"
    next_step = "{fix}"


class RenewalRefused(Conflict):
    """The key provider {provider} did not make a new version of its key: {why}."""

    code = "key_renewal_refused"
    next_step = "{fix}"


class Provider(Protocol):
    """Keeps a root key. Every method may raise :class:`ProviderAway`; it is tried again a moment
    later, without a restart.

    ``name`` is what the setting says, without anything secret: it stands in errors and in
    ``aboveboard keys status``.
    """

    @property
    def name(self) -> str:
        """The provider as ``keys.root`` names it."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` (32 bytes) wrapped; ``context`` (ASCII) is bound, not stored."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what :meth:`wrap` was given, or raise ``KeyUnwrapFailed``: another key, another
        context, a changed byte."""

    def local_key(self, key_id: bytes) -> LocalKey | None:
        """Return the root key of that id itself, where it is in this
        process's hands; None elsewhere.

        Instances of the first version have people's keys wrapped by the root key
        without a wrapping key between.
        """

    def renew(self) -> str:
        """Make a new version of the root key for what is wrapped from now on, and return
        a sentence that says so.

        The versions before it still unwrap. Raises :class:`RenewalRefused` where
        this is its keeper's to do.
        """

    def settle(self, kept: Collection[bytes]) -> str:
        """Archive versions that nothing is wrapped by any more; return what the operator is to do,
        or nothing.

        ``kept``: the wrapped keys that must still open afterwards.
        """
