"""Proposing a promise, adopting it as a second person, and telling whom it concerns."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aboveboard.accounts.queries import staff, staff_member
from aboveboard.adoption import adopting, drafting, notifying, queries
from aboveboard.adoption.adopting import ADOPTERS
from aboveboard.adoption.queries import AnnouncementRecord
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.loading import load
from aboveboard.promise.queries import (
    AdoptedPromise,
    digest_of,
    in_force,
    last_serial,
    versions,
)


def actor_of(email: str) -> Actor:
    """Return who acts: the member of staff with this address, else the operator."""
    return staff_member(email).actor if email else SYSTEM


def propose(source: str, *, name: str, email: str) -> int:
    """Propose a promise for adoption by somebody else; print its draft."""
    by, at = actor_of(email), clock.now()
    draft_id = drafting.start(source, name=name, by=by, at=at)
    drafting.propose(draft_id, by=by, at=at)
    print(
        f"Draft {draft_id} is proposed. Somebody else adopts it, in the console or with: "
        f"aboveboard promise adopt --draft {draft_id} --as EMAIL"
    )
    return 0


def list_drafts() -> int:
    """Print the drafts, the newest first."""
    for draft in queries.drafts():
        state = "being written"
        if draft.adopted_serial is not None:
            state = f"adopted as version {draft.adopted_serial}"
        elif not draft.is_open:
            state = "given up"
        elif draft.proposed_by is not None:
            state = "proposed"
        print(f"{draft.id}\t{clock.to_text(draft.changed_at)}\t{state}\t{draft.digest[:12]}")
    return 0


def adopt(draft_id: int, *, email: str) -> int:
    """Adopt what somebody else proposed; print the version."""
    adopted = adopting.adopt(draft_id, against=last_serial(), by=actor_of(email), at=clock.now())
    print(f"Version {adopted.serial} of the promise is now in force. SHA-256: {adopted.digest}")
    print_concerned(adopted.serial)
    return 0


class SecondPersonAdopts(Refused):
    """Two members of staff could adopt a promise, so that none is adopted from a file by one."""

    code = "second_person_adopts"
    next_step = (
        "Propose it: aboveboard promise propose FILE --as EMAIL. Somebody else adopts it. With "
        "--alone it takes nobody else, and the log shows that."
    )


def adopt_file(source: str, *, name: str, alone: bool) -> tuple[AdoptedPromise, bool]:
    """Adopt the promise of a file as the operator; return it, and whether anything changed.

    The first of an instance, or the text in force, takes nobody else; another takes a second person
    where two members of staff could be asked, unless it is adopted ``alone``.

    Raises:
        SecondPersonAdopts: it takes a second person here.
        PromiseRefused: the promise has problems; the one in force stays.
    """
    load(source, name=name)
    before = last_serial()
    if before is not None and not alone:
        known = {each.digest for each in versions() if each.serial == before}
        could = [each for each in staff() if each.is_active and each.role in ADOPTERS]
        if digest_of(source) not in known and len(could) > 1:
            raise SecondPersonAdopts()
    adopted = adopt_promise(source, name=name, by=SYSTEM, at=clock.now())
    return adopted, adopted.serial != before


def print_concerned(serial: int) -> None:
    """Say whether people must be told of a version, and how to do it."""
    _, changes = notifying.changes_of(serial)
    if changes:
        purposes = ", ".join(each.purpose for each in changes)
        print(f"People must be told of this: {purposes}. Run: aboveboard promise tell")


def tell(*, email: str, as_json: bool) -> int:
    """Have everybody told whom the version in force concerns; print how far that is."""
    serial = in_force().serial
    notifying.tell(serial, by=actor_of(email), at=clock.now())
    progress = queries.announcement(serial)
    if progress is None:
        raise NotFound(what="announcement of this version")
    facts = _facts(progress)
    if as_json:
        print(json.dumps(facts, indent=1))
    else:
        state = "all were gone through" if progress.finished_at else "the worker goes on with it"
        print(
            f"Version {serial}: {progress.reviewed:,} people gone through ({state}), "
            f"{progress.asked_again:,} yeses asked for again, "
            f"{progress.letters.total:,} letters."
        )
    return 0


def _facts(progress: AnnouncementRecord) -> Mapping[str, Json]:
    return {
        "promise": progress.serial,
        "people": progress.reviewed,
        "asked_again": progress.asked_again,
        "finished": progress.finished_at is not None,
        "letters": [
            {"state": each.state.value, "reason": each.reason, "count": each.count}
            for each in progress.letters.tallies
        ],
    }
