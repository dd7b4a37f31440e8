"""What a client may do, and how an OAuth scope says it:
``purpose:deliver-orders choose:personal-offers channel:shop``. Pure.

A scope has verbs: ``purpose:`` lets a client ask for data for that purpose, ``choose:`` lets it
record that a person said yes to that purpose. One does not give the other: a client that may do
both could open data under a yes of its own (``docs/explanation/choices.md``). A no needs no scope.
``request:`` lets it bring what people ask of that kind (access, erasure …), ``proves:`` lets it say
that it proved who they are in that way; what no ``proves:`` covers begins unproved.
``usage:FIELD`` lets a portal ask for the uses of whom that field names, ``usage:acting`` also for
somebody who acts for them. ``recipient:NAME`` shows a recipient of the promise what it was given.
``third-party:NAME`` narrows: it says that the client is that recipient's, so that it reads of a
person only what they let it (``choices.third_parties``). No token is without that word.

RFC 6749, 3.3: a scope is words with spaces between, in any order. Naming no purpose, choice or
request means all of the client's own, and the same for channels; once one is named, only what is
named is given.
"""

from __future__ import annotations

from dataclasses import dataclass

PURPOSE = "purpose:"
CHOOSE = "choose:"
CHANNEL = "channel:"
REQUEST = "request:"
PROVES = "proves:"
USAGE = "usage:"
RECIPIENT = "recipient:"
THIRD_PARTY = "third-party:"
RIGHTS = (REQUEST, PROVES, USAGE, RECIPIENT, THIRD_PARTY)


@dataclass(frozen=True, slots=True)
class ClientScope:
    """The purposes that a client, or a token of it, may ask for data for, those about which it may
    record a yes (``choices``), and the channels of both; ``rights`` are whole words, such as
    ``request:access`` and ``proves:signed_in``."""

    purposes: frozenset[str]
    channels: frozenset[str]
    choices: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        uses = self.purposes or self.choices
        if not (uses or self.rights) or (uses and not self.channels):
            raise ValueError("an empty scope would be read as everything")

    def as_scope(self) -> str:
        """Return the words of the scope, in one fixed order."""
        return " ".join(
            [
                *(PURPOSE + purpose for purpose in sorted(self.purposes)),
                *(CHOOSE + purpose for purpose in sorted(self.choices)),
                *(CHANNEL + channel for channel in sorted(self.channels)),
                *sorted(self.rights),
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
        rights = frozenset(word for word in words if word.startswith(RIGHTS))
        if len(purposes) + len(choices) + len(channels) + len(rights) != len(words) or not (
            purposes <= self.purposes
            and choices <= self.choices
            and channels <= self.channels
            and rights <= self.rights
        ):
            return None
        if not (purposes or choices or rights):
            purposes, choices, rights = self.purposes, self.choices, self.rights
        # What narrows a client is never left out: without it a token would read more.
        rights |= {word for word in self.rights if word.startswith(THIRD_PARTY)}
        return ClientScope(purposes, channels or self.channels, choices, rights)

    def may_ask(self, kind: str) -> bool:
        """Whether it may bring requests of this kind."""
        return REQUEST + kind in self.rights

    @property
    def usage_kinds(self) -> frozenset[str]:
        """The fields by which it may ask for people's uses."""
        words = {word.removeprefix(USAGE) for word in self.rights if word.startswith(USAGE)}
        return frozenset(words - {"acting"})

    @property
    def recipient(self) -> str:
        """The recipient of the promise whose client it is; "" for none."""
        return self._name_after(RECIPIENT)

    @property
    def third_party(self) -> str:
        """The recipient whose client it is, where people let that one in themselves; "" for a
        client of the organisation's own."""
        return self._name_after(THIRD_PARTY)

    def _name_after(self, verb: str) -> str:
        names = [word.removeprefix(verb) for word in self.rights if word.startswith(verb)]
        return names[0] if len(names) == 1 else ""

    def may_prove(self, evidence: str) -> bool:
        """Whether it may say that it proved who asks in this way."""
        return PROVES + evidence in self.rights
