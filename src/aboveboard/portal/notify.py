"""Notifying the privacy lead that a customer has questioned a use: the job behind
``access.concerns``.

The mail holds the number of the entry and a code, so it says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.access import limits
from aboveboard.access.concerns import KIND, Concern
from aboveboard.accounts import mail
from aboveboard.basics import clock
from aboveboard.ledger import queries as ledger
from aboveboard.outbox.actions import claim, fail, finish
from aboveboard.outbox.reference import Reference

_WORDS = {
    Concern.UNKNOWN_TEAM: "They do not know who looked.",
    Concern.NO_CONTACT: "They were not in contact with us at that time.",
    Concern.AGAINST_CHOICE: "It goes against what they chose.",
    Concern.TOO_MUCH: "More was seen than was needed.",
    Concern.OTHER: "Something else. They may write to you.",
}


def notify_privacy_lead(ref: Reference) -> None:
    """Mail a concern to the organisation's contact, together with all others that are due. Done
    again after a crash, it repeats one mail and no more."""
    more = claim(KIND, limits.CONCERN_LINES - 1, "concerns", clock.now())
    entries = [ledger.entry(int(str(each["entry"]))) for each in (ref, *(m.ref for m in more))]
    try:
        mail.send_to_contact(*_mail(sorted(entries, key=lambda entry: entry.id)))
    except Exception:
        for message in more:  # this job is tried again by itself, and they with it
            fail(message.id, "unavailable", clock.now())
        raise
    finish([message.id for message in more], clock.now())


def _mail(entries: Sequence[ledger.LedgerEntry]) -> tuple[str, str]:
    """Return subject and text."""
    paragraphs = [
        f"{_subject(entry)}\n{_WORDS[Concern(str(entry.facts['concern']))]}\n"
        f"Their message is entry {entry.id} of the record."
        for entry in entries
    ]
    if len(entries) == 1:
        return "A customer has questioned a look at their data", paragraphs[0] + "\n"
    return (
        f"Customers have questioned looks at their data ({len(entries)} messages)",
        "\n\n".join(paragraphs) + "\n",
    )


def _subject(entry: ledger.LedgerEntry) -> str:
    about = entry.facts["about"]
    what = "their list as a whole" if about is None else f"entry {about} of the record"
    return f"A customer says that something looks wrong with {what}."
