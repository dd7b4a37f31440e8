"""Recording that a person confirmed an address of theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.choices.actions import StatedChoice, check_source, record
from aboveboard.choices.addresses import collected_at
from aboveboard.choices.confirmation import address_topic, version_of
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.queries import in_force
from aboveboard.vault.locking import lock_person


def confirm_address(
    person_id: int,
    field: str,
    collected: datetime,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Record that a person confirmed the address in a field, in the value that was ``collected``
    then; return whether that is the one that is held. Said again, it is not recorded again.

    ``evidence`` refers to the letter, the code or the record of another system that shows it.

    Raises:
        NotFound: nobody with that id is held.
        ChannelUnknown, EvidenceRefused: as :func:`aboveboard.choices.actions.choose`.
    """
    adopted = in_force()
    check_source(adopted.promise, channel=channel, evidence=evidence, by=by)
    stated = StatedChoice(
        address_topic(field),
        version_of(collected),
        ChoiceAnswer.YES,
        channel=channel,
        evidence=evidence,
        promise=adopted.serial,
    )
    with transaction.atomic():
        # Under their lock: the address may be changed at the same moment.
        person_id = lock_person(person_id)
        if collected_at(person_id, field) != collected:
            return False
        record(person_id, stated, by=by, at=at)
    return True
