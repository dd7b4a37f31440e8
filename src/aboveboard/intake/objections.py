"""A person who objected is recognised under a new number: what they said no to stands there too.

The worse reading counts until somebody says otherwise: two who share an address may be one, so the
no of one holds for both. Whoever did not mean it says yes, and that is recorded as theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.choices.topic import parts_of
from aboveboard.intake.sealing import Identifier
from aboveboard.promise.queries import in_force
from aboveboard.vault import bulk


def objected_purposes(shared: Sequence[Collection[Identifier]]) -> dict[int, tuple[str, ...]]:
    """Return, by place, the topics (a purpose, or a way of contact of it) to which somebody said no
    who shares an address or number with that person; nothing for those without.

    Asked before the people are stored, or each would share their own.
    """
    # One question for the whole block: most instances have an import before they have a no.
    if not choices.has_refusals():
        return {}
    wanted = {look_up for look_ups in shared for look_up in look_ups}
    sharers = bulk.find_sharing(wanted)
    consents = choices.consent_states({each for people in sharers.values() for each in people})
    purposes = in_force().promise.purposes
    refused = {person_id: set(state.denied(purposes)) for person_id, state in consents.items()}
    objections = {}
    for place, look_ups in enumerate(shared):
        people = {each for look_up in look_ups for each in sharers.get(look_up, ())}
        if topics := set[str]().union(*(refused[each] for each in people)):
            objections[place] = tuple(sorted(topics))
    return objections


def record_objections(
    people: Mapping[int, Collection[str]], *, run_id: int, by: Actor, at: datetime
) -> None:
    """Record of each person, just stored, that they say no to these topics; the evidence names the
    import. What the promise no longer asks about is left out."""
    if not people:
        return
    promise = in_force().promise
    channel = next(iter(promise.channels))
    for person_id, topics in people.items():
        for topic in topics:
            key, contact = parts_of(topic)
            purpose = promise.purposes.get(key)
            if purpose is not None and purpose.leaves_choice:
                choose(
                    person_id,
                    key,
                    ChoiceAnswer.NO,
                    channel=channel,
                    evidence=f"import:{run_id}",
                    contact=contact,
                    by=by,
                    at=at,
                )
