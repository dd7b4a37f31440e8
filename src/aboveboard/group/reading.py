"""One list over several organisations: each with its state, however the others are.

All are asked at the same time, for as long as one call may take; then the page is shown. What they
answer is shown and forgotten. Kept are: that somebody linked an organisation (until they end it, or
for a year), and of the organisation when it last answered and why it last did not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.connectors.secrets import SecretText
from aboveboard.group import limits
from aboveboard.group.asking import OtherUses, ReadFailure, ask_uses
from aboveboard.group.links import LinkRecord, links_of
from aboveboard.group.organisations import (
    OrganisationRecord,
    note_answer,
    organisations,
    secret_of,
)

Identify = Callable[[str], Personal[str] | None]
"""Given a field, returns the person's own value of it; None where nothing is held. It is a use."""


@dataclass(frozen=True, slots=True)
class OrganisationUses:
    """An organisation, somebody's link to it (None: they did not link it), and what it answered
    (None: it was not asked). ``since``: from when on it cannot be asked, where it cannot."""

    organisation: OrganisationRecord
    link: LinkRecord | None
    answer: OtherUses | None
    since: datetime | None


def uses_elsewhere(
    person_id: int, identify: Identify, *, at: datetime
) -> Sequence[OrganisationUses]:
    """Return somebody's uses at every organisation that this portal reads, by its name."""
    listed = organisations()
    links = links_of(person_id, at=at) if listed else {}
    asked = _questions(listed, links, identify, at)
    # Threads for the calls alone: they touch no database.
    with ThreadPoolExecutor(max_workers=limits.AT_ONCE) as pool:
        coming = {
            serial: pool.submit(ask_uses, organisation, secret, subject)
            for serial, (organisation, secret, subject) in asked.items()
        }
    answers = {serial: future.result() for serial, future in coming.items()}
    for organisation in listed:
        link = links.get(organisation.serial)
        if link is None or organisation.serial in answers:
            continue
        over = organisation.secret_until <= at
        failure = ReadFailure.EXPIRED if over else ReadFailure.UNLINKED
        answers[organisation.serial] = OtherUses(failure=failure)
    _note(listed, answers, at)
    return [
        OrganisationUses(
            each,
            links.get(each.serial),
            answers.get(each.serial),
            _since(each, answers.get(each.serial), at),
        )
        for each in listed
    ]


def _since(
    organisation: OrganisationRecord, answer: OtherUses | None, at: datetime
) -> datetime | None:
    failure = answer.failure if answer else None
    if failure is None or failure is ReadFailure.UNLINKED:
        return None
    return organisation.failed_at if organisation.failure == failure.value else at


def _questions(
    listed: Sequence[OrganisationRecord],
    links: Mapping[int, LinkRecord],
    identify: Identify,
    at: datetime,
) -> dict[int, tuple[OrganisationRecord, SecretText, Personal[str]]]:
    asked = {}
    for organisation in listed:
        link = links.get(organisation.serial)
        if link is None or organisation.secret_until <= at:
            continue
        subject = identify(organisation.field) if organisation.field else link.subject
        try:
            if subject is not None:
                asked[organisation.serial] = (organisation, secret_of(organisation), subject)
        except AboveboardError:
            continue  # its secret does not open: it is shown as one that cannot be asked
    return asked


def _note(
    listed: Sequence[OrganisationRecord], answers: Mapping[int, OtherUses], at: datetime
) -> None:
    """Keep what changed about the organisations themselves. That one person ended their link, or
    has none, says nothing of the organisation."""
    for organisation in listed:
        answer = answers.get(organisation.serial)
        if answer is None or answer.failure is ReadFailure.UNLINKED:
            continue
        failure = answer.failure.value if answer.failure else ""
        recent = organisation.reached_at is not None and (
            at - organisation.reached_at < limits.NOTED_EVERY
        )
        if failure != organisation.failure or (not failure and not recent):
            note_answer(organisation.serial, failure, at=at)
