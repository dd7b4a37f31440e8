"""Notifying the privacy lead that a customer has questioned a use: the job behind
``access.concerns``.

The mail holds the number of the entry and a code, so it says nothing about anybody.
"""

from __future__ import annotations

from aboveboard.access.concerns import Concern
from aboveboard.accounts import mail
from aboveboard.ledger import queries as ledger
from aboveboard.outbox.reference import Reference

_WORDS = {
    Concern.UNKNOWN_TEAM: "They do not know who looked.",
    Concern.NO_CONTACT: "They were not in contact with us at that time.",
    Concern.AGAINST_CHOICE: "It goes against what they chose.",
    Concern.TOO_MUCH: "More was seen than was needed.",
    Concern.OTHER: "Something else. They may write to you.",
}


def notify_privacy_lead(ref: Reference) -> None:
    """Mail one concern to the organisation's contact. Done again after a crash, it repeats
    one mail and no more."""
    entry = ledger.entry(int(str(ref["entry"])))
    about, concern = entry.facts["about"], Concern(str(entry.facts["concern"]))
    subject = f"entry {about} of the record" if about is not None else "their list as a whole"
    body = (
        f"A customer says that something looks wrong with {subject}.\n\n{_WORDS[concern]}\n\n"
        f"Their message is entry {entry.id} of the record.\n"
    )
    mail.send_to_contact("A customer has questioned a look at their data", body)
