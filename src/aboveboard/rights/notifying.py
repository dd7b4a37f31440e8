"""Telling somebody at the old address and the new one that theirs was changed, and sending to the
new one what did not reach them at the old."""

from __future__ import annotations

import logging

from aboveboard.accounts import mail
from aboveboard.basics import clock, settings
from aboveboard.delivery import actions as delivery
from aboveboard.intake import former
from aboveboard.kinds.kind import KindMismatch
from aboveboard.outbox.reference import Reference
from aboveboard.rights import confirming
from aboveboard.rights.proof import mail_texts
from aboveboard.vault import aliases

log = logging.getLogger(__name__)


def notify(ref: Reference) -> None:
    """Do the job ``intake.address_changed``. Done again after a crash it repeats two mails at most;
    the old address is forgotten once both were sent."""
    number = int(str(ref["former"]))
    changed = former.open_changed_address(number, at=clock.now())
    if changed is None:
        return
    words, organisation = mail_texts(changed.language), settings.current().organisation
    facts = {"organisation": organisation.name, "contact": organisation.contact}
    # The old one first: whoever took the account over would only hear at the new one.
    for address in (changed.before, changed.now):
        if address is None:
            continue
        try:
            mail.send(
                words["changed_subject"].format(**facts),
                words["changed"].format(**facts),
                to=address.reveal(),
            )
        except KindMismatch:
            # An address from before addresses were checked: nothing can be sent there.
            log.warning("a changed address cannot be written to (job %s)", number)
    # What could not reach them at the old address goes to the new one.
    delivery.requeue_for_person(aliases.numbers_of(changed.person_id), at=clock.now())
    # A yes to e-mail was for the old one, where the promise has addresses confirmed.
    confirming.ask_if_waiting(changed.person_id, changed.field, at=clock.now())
    former.delete_former(number)
