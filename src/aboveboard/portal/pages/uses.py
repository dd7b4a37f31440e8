"""Who has looked: every use of your data, refused ones too, each with its proof, and with what you
asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.access import queries as access_queries
from aboveboard.access.concerns import queries as concerns
from aboveboard.access.concerns.queries import OwnConcern
from aboveboard.access.sealed_uses import count_hidden, is_hidden
from aboveboard.access.use import UseRecord
from aboveboard.access.use_index.columns import IndexedUses, UseFilter
from aboveboard.accounts.gate import allow_customer
from aboveboard.basics import settings
from aboveboard.basics.errors import NotFound
from aboveboard.basics.ids import parse_id
from aboveboard.group.shown import shown_portals
from aboveboard.ledger import queries as ledger
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer, page_for, portal_page
from aboveboard.portal.pages import uses_asked
from aboveboard.portal.pages.organisations import elsewhere
from aboveboard.portal.pages.uses_asked import UsesAsked
from aboveboard.representation.terms import Power

_PAGE = 25


@allow_customer
@require_safe
@page_for(Power.SEE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List the uses of this person's data, newest first, and how many there were over time.
    ``?year=``, ``?who=`` (role/team) and ``?purpose=`` leave the others out, ``?own=1`` adds their
    own, ``?after=`` goes further back."""
    after = parse_id(request.GET.get("after", ""))
    every = access_queries.indexed_uses(you.person_id) or IndexedUses()
    every = every.matching(UseFilter(own=request.GET.get("own") == "1"))
    asked = uses_asked.read(request.GET, every)
    matching = every.matching(asked.filter) if asked.is_filtered else every
    entry_ids = matching.page(after, _PAGE + 1)
    shown = access_queries.records_of(you.person_id, entry_ids[:_PAGE])
    raised = concerns.own_concerns(you.person_id, [use.entry_id for use in shown])
    # On the first page alone: each time it is opened, each organisation is asked. And to the person
    # alone: who acts for them here was let in here.
    first_own = after is None and not asked.is_filtered and you.acting is None
    context = {
        "rows": [use_in_words(you, use) | concerns_in_words(raised, use.entry_id) for use in shown],
        "whole": concerns_in_words(raised, None)["concerns"],
        "own": asked.own,
        "paged": after is not None,
        "older": asked.address(entry_ids[_PAGE - 1]) if len(entry_ids) > _PAGE else "",
        "newest": asked.address() if after is not None else "",
        "toggle": replace(asked, own=not asked.own).address(),
        "questions": uses_asked.questions(you, asked, every),
        "filtered": asked.is_filtered,
        "everything": UsesAsked(own=asked.own).address(),
        "matching": len(matching),
        "every": len(every),
        "picture": uses_asked.picture(asked, matching, you),
        "size": ledger.size(),
        "withheld": _withheld_from_anybody(you),
        "elsewhere": elsewhere(you) if first_own else (),
        "portals": shown_portals(you.person_id, at=you.now) if first_own else (),
    }
    return render(request, "portal/uses.html", context)


@allow_customer
@require_safe
@page_for(Power.SEE)
def proof(request: HttpRequest, you: PortalCustomer, entry_id: int) -> HttpResponse:
    """Show the proof of one entry about this person, and how to check it without us."""
    entry = own_entry(you, entry_id)
    text = _proof_of(entry_id)
    context = {
        "entry": entry,
        "proof": text,
        "asked": concerns_in_words(concerns.own_concerns(you.person_id, [entry_id]), entry_id),
        # Only the person is given these: with them they can show what an entry seals, and they are
        # gone with the person's own key (decision 0028).
        "keys": access_queries.reference_keys(you.person_id, entry),
        "verifier": ledger.verifier_key(),
        "origin": settings.current().server.origin,
    }
    return render(request, "portal/proof.html", context)


@allow_customer
@require_safe
@page_for(Power.SEE)
def proof_file(request: HttpRequest, you: PortalCustomer, entry_id: int) -> HttpResponse:
    """Give the proof as a file (C2SP tlog-proof); 404 while it waits to be sealed."""
    own_entry(you, entry_id)
    text = _proof_of(entry_id)
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="entry-{entry_id}.tlog-proof"'
    return response


@allow_customer
@require_safe
@portal_page
def own_list(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Give every entry about this person as a file that proves that there are no others; 404 while
    nothing was committed to, which lasts a minute at most."""
    try:
        text = access_queries.own_list_file(you.person_id)
    except ledger.NotYet:
        text = None
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="who-has-looked.json"'
    return response


def _withheld_from_anybody(you: PortalCustomer) -> int | None:
    """Return how many uses, of anybody's data, a law forbids to tell of now; None where the promise
    has no purpose of that kind."""
    purposes = you.promise.purposes.values()
    return count_hidden(you.now) if any(is_hidden(purpose) for purpose in purposes) else None


def use_in_words(you: PortalCustomer, use: UseRecord) -> dict[str, object]:
    """Return a use as the page says it: who, when, what, and what for."""
    return {
        "entry_id": use.entry_id,
        "at": use.at,
        "who": wording.actor_of_use(you.promise, use),
        "own": use.is_own,
        "granted": use.granted,
        "sealed": use.is_sealed,
        "things": wording.fields_in_words(you.promise, use.fields, you.language),
        "asked": use.asked,
        "emergency": bool(use.emergency),
        "note": use.note,
        "why": _purpose_or_refusal(you, use),
    }


def concerns_in_words(raised: Sequence[OwnConcern], about: int | None) -> dict[str, object]:
    """Return what the person asked about an entry (None: the list as a whole), newest first, and
    whether it still waits for an answer."""
    theirs = [concern for concern in raised if concern.about == about]
    return {
        "concerns": [
            {
                "concern": concern,
                "verdict": wording.concern_verdict(concern.verdict) if concern.verdict else "",
                "words": concern.words.reveal() if concern.words else "",
            }
            for concern in theirs
        ],
        "asked_already": any(concern.answered_at is None for concern in theirs),
    }


def _purpose_or_refusal(you: PortalCustomer, use: UseRecord) -> str:
    """Return what it was for, or why it was refused."""
    if use.is_sealed:
        return wording.purpose_of_use(you.promise, use)
    if not use.granted:
        return wording.refusal(use.reasons)
    if use.note:
        return wording.note_read()
    if use.emergency:
        return f"{wording.emergency(use.emergency)} {wording.verdict(use.verdict)}"
    channel = wording.channel(you.promise, use.channel)
    return f"{wording.purpose(you.promise, use.purpose)} · {channel}"


def _proof_of(entry_id: int) -> str | None:
    """Return the C2SP tlog-proof of an entry, or None while it waits (about a second) to be in the
    published log."""
    try:
        return ledger.proof(entry_id)
    except ledger.NotYet:
        return None


def own_entry(you: PortalCustomer, entry_id: int) -> ledger.LedgerEntry:
    """Return an entry that concerns this person; to anyone else it does not exist."""
    try:
        entry = ledger.entry(entry_id)
    except NotFound:
        raise Http404 from None
    if not access_queries.is_about(you.person_id, entry):
        raise Http404
    return entry
