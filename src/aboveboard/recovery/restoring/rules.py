"""What each kind of ledger entry means for a database that was restored to a moment before it.

Three answers: it is repeated; it changed nothing that could be lost; or it cannot be
repeated, because the ledger does not say what was changed (it holds no personal data), and
then a person must do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What becomes of an entry."""

    REPEATED = "repeated"
    NOTHING_TO_DO = "nothing_to_do"
    NOT_REPEATED = "not_repeated"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a restoration's report: how many entries of a kind came to what, and why; whom it
    is about, where nothing else says."""

    kind: str
    outcome: Outcome
    count: int
    reason: str
    people: tuple[int, ...] = ()


REPEATED: Final = {
    "erasure.done": "the person was erased again",
    "field.erased": "the fields were erased again",
    "choice.made": "the choice stands again",
    "staff.closed": "the account is closed again",
    "staff.changed": "the role and team are as they were given",
    "client.revoked": "the program's secret is stopped again",
    "hold.placed": "the hold stands again",
    "hold.released": "the hold is released again",
    "restriction.placed": "the data rests again",
    "restriction.lifted": "the restriction is lifted again",
    "ledger.key-changed": "the log goes on with the key it was changed to",
}

NOTHING: Final = {
    "use.granted": "a look changes nothing",
    "use.refused": "a refusal changes nothing",
    "sweep.reviewed": "a review changes nothing",
    "sweep.done": "what it erased has entries of its own",
    "people.merge-closed": "what was left of a merge went with it",
    "emergency.reviewed": "a review changes nothing",
    "keys.split": "shares of a root key change nothing here",
    "keys.recovered": "a root key that was put together again changes nothing here",
    "choice.missed": "nobody was found, so nothing was changed",
    "signin.link": "no link outlives a restoration",
    "backup.made": "a backup changes nothing",
    "restore.done": "an earlier restoration, itself repeated by what follows it",
}

NOT_REPEATED: Final = {
    "people.imported": "the ledger does not hold who was imported: import the file again",
    "correction.made": "the ledger does not hold the value: ask for it again",
    "document.added": "the ledger does not hold the document: add it again",
    "key.rotated": (
        "keys from before it are in use again, unless the keys part is newer: rotate again"
    ),
    "people.merged": "two records are apart again, as they were: merge them again",
    "emergency.opened": (
        "the ledger does not hold what was written for the reviewers: review it from its entry"
    ),
    "people.split": "the record is as it was before: split it again",
    "promise.adopted": (
        "the ledger holds the digest of the promise, not its text: adopt the file again"
    ),
    "staff.added": "the ledger does not hold names or addresses: add them again",
    "client.made": "the ledger does not hold secrets: make it again",
    "client.rotated": (
        "the ledger does not hold secrets: the one before works again, so change it again"
    ),
    "device.registered": "the ledger does not hold what a device is called: register it again",
    "device.reported": "the ledger does not hold what was said: report it again",
    "export.made": (
        "the ledger does not hold who was in the file: treat it as holding everybody it could"
    ),
}

UNKNOWN: Final = "this version does not know how to repeat it: look at the entries in the ledger"


def rule(kind: str) -> tuple[Outcome, str]:
    """Return what becomes of an entry of ``kind``, and the sentence that says so."""
    for outcome, known in (
        (Outcome.REPEATED, REPEATED),
        (Outcome.NOTHING_TO_DO, NOTHING),
        (Outcome.NOT_REPEATED, NOT_REPEATED),
    ):
        if kind in known:
            return outcome, known[kind]
    return Outcome.NOT_REPEATED, UNKNOWN
