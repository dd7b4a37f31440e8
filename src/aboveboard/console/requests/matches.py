"""Two people behind one key: their records side by side, and somebody says which is the person's.

What each record tells is compared with what the person is known by; values are shown for a purpose
alone, and that is written down. Nothing is read in the system before it is decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.person_codes import person_code
from aboveboard.connectors.contract import Identifier, Match
from aboveboard.connectors.own import KEY as OWN
from aboveboard.connectors.own import PERSON
from aboveboard.console.requests.disclosing import MASK, disclose, purpose_form
from aboveboard.console.requests.words import KINDS, identifier_in_words
from aboveboard.rights import limits
from aboveboard.rights.requests import queries
from aboveboard.rights.running import by_hand
from aboveboard.rights.running.known import known_identifiers

_THEIRS, _ANOTHERS = "theirs", "anothers"


class MatchesForm(forms.Form):
    """Whose each record is, and how it is known."""

    words = forms.CharField(
        label="How do you know?",
        max_length=limits.WORDS,
        strip=True,
        help_text="Only staff read it. For example: asked them for their date of birth.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write how you know."},
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decided = {
            _field(place): forms.ChoiceField(
                label=f"Whose is record {place + 1}?",
                widget=forms.RadioSelect,
                choices=[(_THEIRS, "The person’s"), (_ANOTHERS, "Somebody else’s")],
                error_messages={"required": f"Choose whose record {place + 1} is."},
            )
            for place in range(count)
        }
        self.fields = {**decided, **self.fields}

    @property
    def theirs(self) -> list[int]:
        """The places of the records that are the person's."""
        given = self.cleaned_data
        return [place for place in range(len(given) - 1) if given[_field(place)] == _THEIRS]


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def matches(request: HttpRequest, number: int, system: str) -> HttpResponse:
    """Show the records of a system that may be of several people, and take whose each is."""
    queries.request(number)
    try:
        doubtful = by_hand.doubtful_matches(number, system)
    except AboveboardError as error:
        return _page(request, number, system, [], problem=error, status=409)
    if request.method != "POST":
        return _page(request, number, system, doubtful)
    if request.POST.get("do") == "look":
        return _disclose_matches(request, number, system, doubtful)
    form = MatchesForm(request.POST, count=len(doubtful))
    if not constant_time_compare(request.POST.get("seen", ""), _order_mark(doubtful)):
        form.add_error(None, "The system was asked again meanwhile. Compare them anew.")
    if not form.is_valid():
        return _page(request, number, system, doubtful, form=form, status=422)
    words, by = form.cleaned_data["words"], actor_of(request)
    try:
        by_hand.decide_matches(number, system, form.theirs, words=words, by=by, at=clock.now())
    except AboveboardError as error:
        form.add_error(None, str(error))
        return _page(request, number, system, doubtful, form=form, status=409)
    messages.success(request, "Decided. The system is asked for those that are theirs.")
    return HttpResponseRedirect(reverse("console:request", args=[number]))


def _disclose_matches(
    request: HttpRequest, number: int, system: str, doubtful: Sequence[Match]
) -> HttpResponse:
    try:
        asked = disclose(request, number)
    except AboveboardError as error:
        return _page(request, number, system, doubtful, problem=error, status=403)
    if not asked.is_valid():
        return _page(request, number, system, doubtful, asked=asked, status=422)
    return _page(request, number, system, doubtful, is_shown=True)


def _page(
    request: HttpRequest,
    number: int,
    system: str,
    doubtful: Sequence[Match],
    *,
    form: MatchesForm | None = None,
    asked: forms.Form | None = None,
    is_shown: bool = False,
    problem: AboveboardError | None = None,
    status: int = 200,
) -> HttpResponse:
    record = queries.request(number)
    known = known_identifiers(number) if doubtful else []
    theirs: dict[str, set[str]] = defaultdict(set)
    for each in known:
        theirs[each.kind].add(each.value.reveal())
    deciding = form or MatchesForm(count=len(doubtful))
    context = {
        "record": record,
        "what": KINDS[record.kind],
        "system": system,
        "known": [_identifier(each, theirs, is_shown=is_shown) for each in known],
        "rows": [
            {
                "number": place + 1,
                "collection": match.collection,
                "by": [identifier_in_words(kind).lower() for kind in match.by],
                "key": _key(system, match) if is_shown else MASK,
                "told": [
                    _identifier(each, theirs, is_shown=is_shown)
                    for each in match.learned
                    if each.kind != PERSON
                ],
                "field": deciding[_field(place)],
            }
            for place, match in enumerate(doubtful)
        ],
        "form": form or asked,
        "words": deciding["words"],
        "seen": _order_mark(doubtful),
        "looking": None if is_shown else asked or purpose_form(),
        "is_shown": is_shown,
        "problem": problem,
    }
    return render(request, "console/requests/matches.html", context, status=status)


def _identifier(
    identifier: Identifier, theirs: dict[str, set[str]], *, is_shown: bool
) -> dict[str, Any]:
    value, known = identifier.value.reveal(), theirs.get(identifier.kind)
    return {
        "label": identifier_in_words(identifier.kind),
        "value": value if is_shown else MASK,
        "agrees": value in known if known else None,
    }


def _key(system: str, match: Match) -> str:
    key = match.key.reveal()
    return person_code(int(key)) if system == OWN and key.isdecimal() else key


def _order_mark(doubtful: Sequence[Match]) -> str:
    """Return what tells these records in this order from others: whose a record is, is said by its
    place."""
    names = "\0".join(f"{match.collection}\0{match.key.reveal()}" for match in doubtful)
    return salted_hmac("aboveboard.console.matches", names).hexdigest()


def _field(place: int) -> str:
    return f"match_{place}"
