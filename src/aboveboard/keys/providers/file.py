"""``file:PATH``: the root key in a file that only its owner can read, as ``aboveboard init`` makes it.

The file is read anew for each lease, so a key taken away stops this process too, and one put back is found.
"""

from __future__ import annotations

import stat
from pathlib import Path

from aboveboard.basics.errors import Unavailable
from aboveboard.keys.providers import material
from aboveboard.keys.providers.provider import RenewalRefused
from aboveboard.keys.wrapping import LocalKey


class RootKeyMissing(Unavailable):
    """The root key {file} cannot be used: {why}."""

    code = "root_key_missing"
    next_step = "{fix}"


class FileProvider:
    """A root key in a file."""

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file = file

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        return self._versions().wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``."""
        return self._versions().unwrap(wrapped, context)

    def direct(self, key_id: bytes) -> LocalKey | None:
        """Return the root key itself."""
        return self._versions().of(key_id)

    def renew(self) -> str:
        """Refuse: see ``aboveboard keys rotate --to``."""
        raise RenewalRefused(provider=self.name, why="a file keeps the key it has", fix="Move to a new file: --to file:NEW.key")

    def _versions(self) -> material.Versions:
        try:
            return material.Versions(material.read(read_private(self._file)))
        except material.NotKeys as error:
            raise RootKeyMissing(file=self._file.name, why=str(error), fix="Put the file back from safekeeping.") from None


def read_private(file: Path) -> str:
    """Return the text of a file that only its owner may read.

    Raises:
        RootKeyMissing: no such file, not text, or others may read it.
    """
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise RootKeyMissing(file=file.name, why=type(error).__name__, fix="Put the file back from safekeeping.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise RootKeyMissing(file=file.name, why="other users of this machine can read it", fix=f"Run: chmod 600 {file}")
    return text
