"""Root keys as text: one or more of 64 hex digits, the newest first. Pure, and shared by all
who keep a key that way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from aboveboard.basics.errors import Damaged
from aboveboard.keys.wrapping import KEY_BYTES, KeyUnwrapFailed, LocalKey, wrapped_by


class RootKeyMalformed(Damaged):
    """The text is not a root key: {why}."""

    code = "root_key_malformed"
    next_step = "Put it back from safekeeping."


def read(text: str) -> list[bytes]:
    """Return the keys that ``text`` holds, the newest first.

    Raises:
        RootKeyMalformed: nothing there, or something that is not 64 hex digits.
    """
    words = text.split()
    if not words:
        raise RootKeyMalformed(why="it is empty")
    keys = []
    for word in words:
        try:
            key = bytes.fromhex(word)
        except ValueError:
            raise RootKeyMalformed(why="it is not 64 hex digits") from None
        if len(key) != KEY_BYTES:
            raise RootKeyMalformed(why="it is not 64 hex digits")
        keys.append(key)
    return keys


def is_guessable(key: bytes) -> bool:
    """Whether a key is a pattern that somebody typed and not random: up to half of it again and
    again, or bytes counted up or down."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    # By any length: "c0ffee" and "12345" repeated end in the middle, and are typed as easily.
    return len(steps) == 1 or any(
        key[length:] == key[:-length] for length in range(1, KEY_BYTES // 2 + 1)
    )


def write(keys: Sequence[bytes]) -> str:
    """Return the text that :func:`read` reads."""
    return "".join(f"{key.hex()}\n" for key in keys)


class RootKeyVersions:
    """The versions of a root key that are at hand: the first wraps, each
    unwraps what it wrapped."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self.keys = tuple(keys)
        self._all = [LocalKey(key) for key in keys]

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap with the newest, if it is one that nobody could guess.

        What an earlier version wrapped under such a key still opens; nothing new is put under it.

        Raises:
            RootKeyMalformed: the newest key is a pattern that anybody could guess.
        """
        if is_guessable(self.keys[0]):
            raise RootKeyMalformed(why="it is an example, which anybody could guess")
        return self._all[0].wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap with the one that wrapped it, or raise ``KeyUnwrapFailed``."""
        version = self.find(wrapped_by(wrapped))
        if version is None:
            raise KeyUnwrapFailed(why="it was wrapped by another root key")
        return version.unwrap(wrapped, context)

    def find(self, key_id: bytes) -> LocalKey | None:
        """Return the version of that id, or None."""
        return next((key for key in self._all if key.id == key_id), None)
