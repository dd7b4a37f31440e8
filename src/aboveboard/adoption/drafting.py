"""Writing a promise: start a draft, save its text, go back to an earlier one, propose it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.adoption import limits
from aboveboard.adoption.entries import PromiseProposed
from aboveboard.adoption.models import Draft, DraftRevision
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound, RateLimited
from aboveboard.basics.facts import Digest
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.promise.loading import load
from aboveboard.promise.queries import digest_of


class DraftClosed(Conflict):
    """Draft {draft} is closed: it was adopted, or given up."""

    code = "draft_closed"
    next_step = "Start a new draft from the promise in force."


class DraftFull(RateLimited):
    """Draft {draft} keeps {count} texts, and no more."""

    code = "draft_full"
    next_step = "Start a new draft with this text."


def start(source: str, *, name: str, by: Actor, at: datetime) -> int:
    """Start a draft with a text, sound or not; return its number."""
    with transaction.atomic():
        draft = Draft.objects.create(name=name[:200], created_at=at, created_by=by.as_json())
        _add(draft, source, by=by, at=at)
    return int(draft.pk)


def keep_text(draft_id: int, source: str, *, by: Actor, at: datetime) -> int:
    """Keep a text as the newest of a draft; return its number in the draft. The text that is the
    newest already changes nothing.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it was adopted or given up.
        DraftFull: it keeps as many texts as it may.
    """
    with transaction.atomic():
        draft = open_draft(draft_id)
        newest = newest_of(draft)
        if newest.source == source:
            return newest.number
        return _add(draft, source, by=by, at=at)


def go_back(draft_id: int, number: int, *, by: Actor, at: datetime) -> int:
    """Make an earlier text of a draft its newest again; return its new number. Nothing is lost:
    the texts between stay, so this can be undone too.

    Raises:
        NotFound: there is no such draft, or no such text in it.
        DraftClosed, DraftFull: as :func:`keep_text`.
    """
    earlier = DraftRevision.objects.filter(draft_id=draft_id, number=number).first()
    if earlier is None:
        raise NotFound(what="text of the draft")
    return keep_text(draft_id, earlier.source, by=by, at=at)


def propose(draft_id: int, *, by: Actor, at: datetime) -> int:
    """Propose the newest text of a draft for adoption, and write that to the ledger; return the
    entry. A later text has to be proposed anew; said again by the same person, it changes nothing.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it was adopted or given up.
        PromiseRefused: the text has problems.
    """
    with transaction.atomic():
        draft = open_draft(draft_id)
        newest = newest_of(draft)
        load(newest.source, name=draft.name)
        before = proposer(draft, newest)
        if before is not None and (before.kind, before.id) == (by.kind, by.id):
            return int(draft.proposed_entry or 0)
        entry = PromiseProposed(int(draft.pk), Digest(newest.digest))
        draft.proposed_entry = append(entry, by=by, handle=None, at=at)
        draft.save(update_fields=["proposed_entry"])
    return int(draft.proposed_entry)


def give_up(draft_id: int, *, at: datetime) -> None:
    """Close a draft that will not be adopted; its texts stay readable.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it is closed already.
    """
    with transaction.atomic():
        draft = open_draft(draft_id)
        draft.closed_at = at
        draft.save(update_fields=["closed_at"])


def open_draft(draft_id: int) -> Draft:
    """Return a draft that is still open, locked, for this package alone.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it was adopted or given up.
    """
    draft: Draft | None = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise NotFound(what="draft")
    if draft.closed_at is not None:
        raise DraftClosed(draft=draft_id)
    return draft


def newest_of(draft: Draft) -> DraftRevision:
    """Return the newest text of a draft, for this package alone; each has one from its start."""
    return DraftRevision.objects.filter(draft=draft).order_by("-number")[0]


def proposer(draft: Draft, newest: DraftRevision) -> Actor | None:
    """Return who proposed the newest text of a draft, by the log's word; None where nobody did, or
    the text was changed since."""
    if draft.proposed_entry is None:
        return None
    try:
        entry = ledger.entry(draft.proposed_entry)
    except NotFound:
        return None
    if entry.kind != PromiseProposed.kind:
        return None
    facts = PromiseProposed.from_json(entry.facts)
    is_it = (facts.draft, facts.digest) == (draft.pk, newest.digest)
    return entry.actor if is_it else None


def _add(draft: Draft, source: str, *, by: Actor, at: datetime) -> int:
    number = DraftRevision.objects.filter(draft=draft).count() + 1
    if number > limits.REVISIONS:
        raise DraftFull(draft=draft.pk, count=limits.REVISIONS)
    DraftRevision.objects.create(
        draft=draft,
        number=number,
        source=source,
        digest=digest_of(source),
        at=at,
        actor=by.as_json(),
    )
    return number
