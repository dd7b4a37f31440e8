"""What a client may do, and how an OAuth scope says it:
``purpose:deliver-orders choose:personal-offers channel:shop``. Pure.

A scope has verbs: ``purpose:`` lets a client ask for data for that purpose, ``choose:`` lets it
record that a person said yes to that purpose. One does not give the other: a client that may do
both could open data under a yes of its own (``docs/explanation/choices.md``). A no needs no scope.

RFC 6749, 3.3: a scope is words with spaces between, in any order. Naming neither a purpose nor a
choice means all of the client's own, and the same for channels; once one is named, only what is
named is given.
"""

from __future__ import annotations

from dataclasses import dataclass

PURPOSE = "purpose:"
CHOOSE = "choose:"
CHANNEL = "channel:"


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The purposes that a client, or a token of it, may ask for data for, those about which it may
    record a yes (``choices``), and the channels of both."""

    purposes: frozenset[str]
    channels: frozenset[str]
    choices: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not ((self.purposes or self.choices) and self.channels):
            raise ValueError("an empty scope would be read as everything")

    def as_scope(self) -> str:
        """Return the words of the scope, in one fixed order."""
        return " ".join(
            [
                *(PURPOSE + purpose for purpose in sorted(self.purposes)),
                *(CHOOSE + purpose for purpose in sorted(self.choices)),
                *(CHANNEL + channel for channel in sorted(self.channels)),
            ]
        )

    def narrow(self, scope: str | None) -> ClientScope | None:
        """Return what ``scope`` leaves of this, or None when it asks for a
        word that this has not."""
        # Any order, and each word once (RFC 6749, 3.3).
        words = set((scope or "").split())
        purposes, choices, channels = (
            frozenset(word.removeprefix(verb) for word in words if word.startswith(verb))
            for verb in (PURPOSE, CHOOSE, CHANNEL)
        )
        if len(purposes) + len(choices) + len(channels) != len(words) or not (
            purposes <= self.purposes and choices <= self.choices and channels <= self.channels
        ):
            return None
        if not (purposes or choices):
            purposes, choices = self.purposes, self.choices
        return ClientScope(purposes, channels or self.channels, choices)
