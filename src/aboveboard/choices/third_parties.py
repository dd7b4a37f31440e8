"""Third parties that a person lets in themselves: whom, for which purpose, until when. Pure.

A choice like any other, as a boundary is (``docs/decisions/0073``). In the place of the purpose
stands ``third:debt-adviser:get-advice``, in that of the way of contact the last day, such as
``2026-12-31``. A yes lets in, a no ends it. A no to a whole topic ends every yes below it
(``state.fold``), so ended is ended whatever the last day was; the clock ends the rest, and nothing
is written for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aboveboard.choices.state import ChoiceEvent, ConsentState

PREFIX: Final = "third:"


@dataclass(frozen=True, slots=True)
class ThirdPartyChoice:
    """The last that a person said of a third party and a purpose. ``party``: a recipient's key.
    ``last_day``: the last one on which it is let in; None: they ended it. ``event``: the choice."""

    party: str
    purpose: str
    last_day: date | None
    event: ChoiceEvent


def third_party_topic(party: str, purpose: str) -> str:
    """Return what stands in the place of the purpose of a choice."""
    return f"{PREFIX}{party}:{purpose}"


def is_third_party(topic: str) -> bool:
    """Whether a topic, or the purpose of a choice, is a third party."""
    return topic.startswith(PREFIX)


def party_and_purpose(topic: str) -> tuple[str, str]:
    """Return whom a topic lets in, and for which purpose."""
    party, _, purpose = topic.partition("/")[0].removeprefix(PREFIX).partition(":")
    return party, purpose


def third_party_choices(state: ConsentState) -> list[ThirdPartyChoice]:
    """Return what a person said last of each third party and purpose, the newest first. What waits
    for their hand is not among them (:func:`third_parties_waiting`)."""
    latest: dict[str, ChoiceEvent] = {}
    for event in _about_third_parties(state.last):
        known = latest.get(event.purpose)
        if known is None or event > known:
            latest[event.purpose] = event
    return _choices(latest)


def third_parties_waiting(state: ConsentState) -> list[ThirdPartyChoice]:
    """Return what others recorded and the person's own hand has not confirmed, the newest first."""
    counted = {choice.event.purpose: choice.event for choice in third_party_choices(state)}
    latest: dict[str, ChoiceEvent] = {}
    for event in sorted(_about_third_parties(state.waiting)):
        since = counted.get(event.purpose)
        if since is None or since < event:
            latest[event.purpose] = event
    return _choices(latest)


def _about_third_parties(events: Mapping[str, ChoiceEvent]) -> Iterator[ChoiceEvent]:
    return (event for topic, event in events.items() if topic.startswith(PREFIX))


def _choices(latest: Mapping[str, ChoiceEvent]) -> list[ThirdPartyChoice]:
    return [
        ThirdPartyChoice(
            *party_and_purpose(topic),
            date.fromisoformat(event.contact) if event.contact else None,
            event,
        )
        for topic, event in sorted(latest.items(), key=lambda item: item[1], reverse=True)
    ]


def ends_at(last_day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a last day is over, where the organisation is."""
    return datetime.combine(last_day + timedelta(days=1), time.min, zone)


@dataclass(frozen=True, slots=True)
class ThirdPartyFacts:
    """A third party that a person let in, or ended: what the decision must know of it.

    ``name``: whom the recipient's key meant in the promise that the person was shown. ``fields``:
    those that it named. ``until``: from when on it is let in no more; None: they ended it.
    """

    party: str
    purpose: str
    name: str
    fields: frozenset[str]
    since: datetime
    until: datetime | None
