"""When something of yours was lost: the same words that were sent to you, kept
where you can find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow_customer
from aboveboard.delivery.terms import DispatchState
from aboveboard.incidents.notices import queries as incidents
from aboveboard.incidents.notices.queries import PersonalNotice
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer, portal_page
from aboveboard.promise import explain


@dataclass(frozen=True, slots=True)
class NoticeSummary:
    """A notice in short: where it is, what happened, what of theirs was in it, and when
    they were written to; ``earlier``: what they were written of the same loss before, newest
    first."""

    number: int
    reference: str
    title: str
    short: str
    sent: str
    letter: PersonalNotice
    earlier: tuple[PersonalNotice, ...] = ()


def notice_summaries(you: PortalCustomer) -> list[NoticeSummary]:
    """Return what this person was written of each loss they were in, newest first; of
    each the latest word."""
    letters: dict[int, list[PersonalNotice]] = {}
    for letter in incidents.for_person(you.person_id):
        letters.setdefault(letter.incident.number, []).append(letter)
    return [_notice_summary(you, latest, earlier) for latest, *earlier in letters.values()]


@allow_customer
@require_safe
@portal_page
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List the notices that concern this person, newest first."""
    return render(request, "portal/notices.html", {"calls": notice_summaries(you)})


@allow_customer
@require_safe
@portal_page
def notice(request: HttpRequest, you: PortalCustomer, number: int) -> HttpResponse:
    """Show one notice: what this means for you, and what to do now. Whoever was not in
    the loss finds no page."""
    # Found among their own, so that trying numbers does not tell which incidents there are.
    call = next((each for each in notice_summaries(you) if each.number == number), None)
    if call is None:
        raise Http404
    return render(request, "portal/notice.html", {"call": call, "notice": call.letter.notice})


def _notice_summary(
    you: PortalCustomer, letter: PersonalNotice, earlier: Sequence[PersonalNotice]
) -> NoticeSummary:
    information = next(
        (section for section in letter.notice.sections if section.key == "information"), None
    )
    short = (
        f"{' '.join(information.sentences)} {explain.join_words(information.items, you.language)}."
        if information
        else ""
    )
    return NoticeSummary(
        letter.incident.number,
        letter.incident.reference,
        letter.notice.subject,
        short,
        _sent_in_words(letter),
        letter,
        # By two channels the same is said twice, and shown once.
        tuple({each.notice: each for each in earlier if each.notice != letter.notice}.values()),
    )


def _sent_in_words(letter: PersonalNotice) -> str:
    if letter.sent_at is not None:
        return gettext("We wrote to you on %(day)s.") % {"day": wording.day(letter.sent_at)}
    if letter.state in (DispatchState.FAILED, DispatchState.SKIPPED):
        return gettext("We could not reach you by message, so please read it here.")
    return gettext("Our message to you is on its way.")
