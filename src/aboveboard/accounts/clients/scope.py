"""What a program may ask for, and how that is said in an OAuth scope:
``purpose:deliver-orders channel:shop``. Pure.

RFC 6749, 3.3: a scope is words with spaces between, in any order. Naming no purpose means all of
the program's own, and the same for channels.
"""

from __future__ import annotations

from dataclasses import dataclass

PURPOSE = "purpose:"
CHANNEL = "channel:"


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The purposes and channels that a program, or a token of it, may ask for.
    Neither is ever empty."""

    purposes: frozenset[str]
    channels: frozenset[str]

    def __post_init__(self) -> None:
        if not (self.purposes and self.channels):
            raise ValueError("leave for nothing would be read as leave for everything")

    def as_scope(self) -> str:
        """Return the leave as a scope, in one fixed order."""
        return " ".join(
            [
                *(PURPOSE + one for one in sorted(self.purposes)),
                *(CHANNEL + one for one in sorted(self.channels)),
            ]
        )

    def narrowed(self, scope: str | None) -> ClientScope | None:
        """Return what ``scope`` leaves of this, or None when it asks for a
        word that this has not."""
        words = set((scope or "").split())
        purposes = {word.removeprefix(PURPOSE) for word in words if word.startswith(PURPOSE)}
        channels = {word.removeprefix(CHANNEL) for word in words if word.startswith(CHANNEL)}
        if len(purposes) + len(channels) != len(words) or not (
            purposes <= self.purposes and channels <= self.channels
        ):
            return None
        return ClientScope(
            frozenset(purposes) or self.purposes, frozenset(channels) or self.channels
        )
