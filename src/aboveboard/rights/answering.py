"""Telling somebody that what they asked about a use of their data is answered. The answer itself is
read on their own pages, where they are signed in."""

from __future__ import annotations

import logging

from aboveboard.access.concerns.queries import answered_person
from aboveboard.access.former import open_for_answer
from aboveboard.accounts import mail
from aboveboard.basics import clock, settings
from aboveboard.delivery.correspondence import instructions
from aboveboard.kinds.kind import FieldKind, KindMismatch
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force
from aboveboard.rights.proof import mail_texts
from aboveboard.vault import queries as vault

log = logging.getLogger(__name__)

_PAGE = "/you/who-has-looked/"


def notify(ref: Reference) -> None:
    """Do the job ``concern.answered``. Done again after a crash it repeats one mail. Where they
    cannot be written to, the answer is beside the look all the same."""
    number = int(str(ref["concern"]))
    answered = answered_person(number)
    person = vault.person(answered[0]) if answered is not None else None
    if answered is None or person is None:
        return
    person_id, raised = answered
    # Who is not to be written to signed in to ask, and finds the answer there. Whoever is written
    # to instead of somebody is told of losses, and of nothing that the person asked.
    if person_id in instructions([person_id]):
        return
    fields = in_force().promise.fields.values()
    for field in (each.key for each in fields if each.kind is FieldKind.EMAIL):
        address = open_for_answer(person_id, field, raised, at=clock.now())
        if address is None:
            continue
        words, current = mail_texts(person.language), settings.current()
        origin = current.server.origin.rstrip("/")
        facts = {
            "organisation": current.organisation.name,
            "address": (origin if "://" in origin else f"https://{origin}") + _PAGE,
        }
        try:
            mail.send(
                words["answered_subject"].format(**facts),
                words["answered"].format(**facts),
                to=address.reveal(),
            )
        except KindMismatch:
            # An address from before addresses were checked: nothing can be sent there.
            log.warning("an answer could not be announced (job %s)", number)
        return
