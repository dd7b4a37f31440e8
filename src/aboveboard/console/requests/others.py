"""What of a request is somebody else's: listed, hidden until somebody looks for a purpose, and
given or kept hidden. What nobody decides stays hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.ids import parse_id
from aboveboard.console import limits
from aboveboard.console.requests.disclosing import disclose, purpose_form
from aboveboard.console.requests.forms import DisclosurePurposeForm
from aboveboard.console.requests.words import KINDS, MENTIONS
from aboveboard.rights.pack import reviewing
from aboveboard.rights.pack.mentions import mentions_of
from aboveboard.rights.pack.others import MentionPlace, MentionVerdict, ReviewDecisions
from aboveboard.rights.pack.redacting import MentionGroup
from aboveboard.rights.pack.reviewing import MentionDecision
from aboveboard.rights.requests import queries

HIDE, GIVE, SOME = "hide", "give", "some"
_BLACK, _GIVEN = MentionVerdict.BLACK_OUT, MentionVerdict.DISCLOSE
_VERDICTS: Final = {HIDE: _BLACK, SOME: _BLACK, GIVE: _GIVEN}


@dataclass(frozen=True, slots=True)
class OthersReview:
    """What points at others in a request, in the order of the page, and what was decided.
    ``unlisted``: mentions beyond what is asked, which stay hidden."""

    groups: list[MentionGroup]
    decided: ReviewDecisions
    unlisted: int

    @property
    def undecided(self) -> list[MentionGroup]:
        """The groups of which nobody has decided."""
        return [group for group in self.groups if group.place not in self.decided.of_places]


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def others(request: HttpRequest, number: int) -> HttpResponse:
    """Show what may be somebody else's, and take what is given of it."""
    queries.request(number)
    try:
        review = _review(number)
    except AboveboardError as error:
        return _page(request, number, None, problem=error, status=409)
    if request.method != "POST":
        return _page(request, number, review)
    if request.POST.get("do") == "look":
        return _disclose_mentions(request, number, review)
    made = list(_decisions_of(request, review))
    if not made:
        return _page(request, number, review, nothing_chosen=True, status=422)
    try:
        reviewing.decide(number, made, by=actor_of(request), at=clock.now())
    except AboveboardError as error:
        return _page(request, number, review, problem=error, status=409)
    left = len({group.place for group in review.undecided} - {each.place for each in made})
    messages.success(request, f"Decided. {left:,} to go." if left else "All is decided.")
    page = parse_id(request.POST.get("page", "")) or 1
    return HttpResponseRedirect(f"{reverse('console:request_others', args=[number])}?page={page}")


def _review(number: int) -> OthersReview:
    listed, decided = mentions_of(number), reviewing.decisions_of(number)
    groups = [group for each in listed for group in each.mentions.groups.values()]
    groups.sort(key=lambda group: (group.place.system, group.place.collection, group.place.path))
    return OthersReview(groups, decided, sum(each.mentions.unlisted for each in listed))


def _decisions_of(request: HttpRequest, review: OthersReview) -> Iterator[MentionDecision]:
    """Yield what the form decides: of groups that are there now alone, so that a form of yesterday
    gives nothing that came since."""
    if request.POST.get("do") == "rest":
        yield from (MentionDecision(group.place, _BLACK) for group in review.undecided)
        return
    for group in review.groups:
        key = _key(group.place)
        verdict = request.POST.get(f"verdict-{key}", "")
        if verdict not in _VERDICTS:
            continue
        yield MentionDecision(group.place, _VERDICTS[verdict])
        if verdict == SOME:
            ticked = set(request.POST.getlist(f"value-{key}"))
            for value_key in _shown_values(group):
                each = _GIVEN if value_key in ticked else _BLACK
                yield MentionDecision(group.place, each, value_key)
            continue
        # What was said of single values before is over: now it is said of all.
        for (place, value_key), before in review.decided.of_values.items():
            if place == group.place and before is not _VERDICTS[verdict]:
                yield MentionDecision(place, _VERDICTS[verdict], value_key)


def _disclose_mentions(request: HttpRequest, number: int, review: OthersReview) -> HttpResponse:
    try:
        asked = disclose(request, number)
    except AboveboardError as error:
        return _page(request, number, review, problem=error, status=403)
    if not asked.is_valid():
        return _page(request, number, review, chosen=asked, status=422)
    return _page(request, number, review, is_shown=True)


def _page(
    request: HttpRequest,
    number: int,
    review: OthersReview | None,
    *,
    chosen: DisclosurePurposeForm | None = None,
    is_shown: bool = False,
    nothing_chosen: bool = False,
    problem: AboveboardError | None = None,
    status: int = 200,
) -> HttpResponse:
    record = queries.request(number)
    groups = review.groups if review else []
    asked = request.POST if request.method == "POST" else request.GET
    shown: Page[MentionGroup] = Paginator(groups, limits.REVIEW_GROUPS).get_page(asked.get("page"))
    undecided = len(review.undecided) if review else 0
    context = {
        "record": record,
        "what": KINDS[record.kind],
        "page": shown,
        "groups": [_group(group, review, is_shown) for group in shown] if review else [],
        "total": len(groups),
        "decided": len(groups) - undecided,
        "undecided": undecided,
        "unlisted": review.unlisted if review else 0,
        "form": chosen,
        "looking": None if is_shown else chosen or purpose_form(),
        "is_shown": is_shown,
        "nothing_chosen": nothing_chosen,
        "problem": problem,
        "missing": problem.details.get("system") if problem else None,
    }
    return render(request, "console/requests/others.html", context, status=status)


def _group(group: MentionGroup, review: OthersReview, is_shown: bool) -> dict[str, Any]:
    place, decided = group.place, review.decided
    values = [
        {
            "key": value_key,
            "text": text.reveal()[: limits.REVIEW_TEXT],
            "is_given": decided.verdict(place, value_key) is _GIVEN,
        }
        for value_key, text in _shown_values(group).items()
        if is_shown
    ]
    verdict = decided.of_places.get(place)
    some = any(at == place and each is _GIVEN for (at, _), each in decided.of_values.items())
    return {
        "key": _key(place),
        "kind": MENTIONS.get(place.kind, place.kind.replace("_", " ").capitalize()),
        "system": place.system,
        "where": " › ".join(filter(None, (place.collection, place.path.replace("/*", "")))),
        "count": group.count,
        "different": f"more than {len(group.values):,}" if group.many else len(group.values),
        "many": group.many,
        "values": values,
        "rest": max(0, len(group.values) - limits.REVIEW_VALUES),
        "chosen": "" if verdict is None else GIVE if verdict is _GIVEN else SOME if some else HIDE,
    }


def _shown_values(group: MentionGroup) -> dict[str, Any]:
    return dict(list(group.values.items())[: limits.REVIEW_VALUES])


def _key(place: MentionPlace) -> str:
    """Return what names a place in a form: its place in the list changes with what is read."""
    name = "\0".join((place.system, place.collection, place.path, place.kind))
    return salted_hmac("aboveboard.console.others", name).hexdigest()[:20]
