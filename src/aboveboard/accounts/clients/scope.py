"""What a client may ask for, and how an OAuth scope says it:
``purpose:deliver-orders channel:shop``. Pure.

RFC 6749, 3.3: a scope is words with spaces between, in any order. Naming no purpose means all of
the client's own, and the same for channels.
"""

from __future__ import annotations

from dataclasses import dataclass

PURPOSE = "purpose:"
CHANNEL = "channel:"


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The purposes and channels that a client, or a token of it, may ask for.
    Neither is ever empty."""

    purposes: frozenset[str]
    channels: frozenset[str]

    def __post_init__(self) -> None:
        if not (self.purposes and self.channels):
            raise ValueError("an empty scope would be read as everything")

    def as_scope(self) -> str:
        """Return the words of the scope, in one fixed order."""
        return " ".join(
            [
                *(PURPOSE + purpose for purpose in sorted(self.purposes)),
                *(CHANNEL + channel for channel in sorted(self.channels)),
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
