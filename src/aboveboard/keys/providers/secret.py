"""``env:NAME`` and ``secret:PATH``: the root key as the platform hands it over.

An environment variable, or a file that somebody else keeps: ``/run/secrets`` of containers,
systemd's credentials. Who may read that file is the platform's to say, so its mode is not judged
here. To rotate, hand over two keys, the new one first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from aboveboard.keys.providers import material
from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.wrapping import LocalKey


class SecretProvider:
    """A root key that ``read`` returns as text; it raises OSError or
    KeyError where there is none."""

    def __init__(self, name: str, read: Callable[[], str]) -> None:
        self.name = name
        self._read = read

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        return self._versions().wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``."""
        return self._versions().unwrap(wrapped, context)

    def local_key(self, key_id: bytes) -> LocalKey | None:
        """Return the root key itself."""
        return self._versions().find(key_id)

    def renew(self) -> str:
        """Accept a new key that was handed over before the older ones; this process cannot make
        one.

        Raises:
            RenewalRefused: only one key was handed over.
        """
        if len(self._versions().keys) > 1:
            return "The newest of the keys that were handed over is used from now on."
        fix = (
            "Hand over two keys with a space between, the new one first (openssl rand -hex 32), "
            "restart, and rotate then."
        )
        raise RenewalRefused(provider=self.name, why="only one key was handed over", fix=fix)

    def settle(self, kept: Collection[bytes]) -> str:
        """Say what is left to do."""
        return (
            f"Take all keys but the first out of {self.name}; keep them with your older backups."
            if len(self._versions().keys) > 1
            else ""
        )

    def _versions(self) -> material.RootKeyVersions:
        fix = f"Hand over 64 hex digits in {self.name} as before."
        try:
            # Read again for each lease, so that a file which the platform takes away stops this
            # process too.
            return material.RootKeyVersions(material.read(self._read()))
        except (OSError, KeyError, UnicodeDecodeError) as error:
            raise ProviderAway(
                provider=self.name, why=f"it holds nothing ({type(error).__name__})", fix=fix
            ) from None
        except material.RootKeyMalformed as error:
            raise ProviderAway(provider=self.name, why=error.details["why"], fix=fix) from None


def from_environment(name: str, variable: str) -> SecretProvider:
    """Return the provider whose key stands in an environment variable."""
    return SecretProvider(name, lambda: os.environ[variable])


def from_file(name: str, file: Path) -> SecretProvider:
    """Return the provider whose key stands in a file of the platform's,
    read again for each lease."""
    return SecretProvider(name, lambda: file.read_text("ascii"))
