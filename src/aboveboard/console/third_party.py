"""Recording, for the person an adviser looked up, whom they let in or let in no more. To let
somebody in waits for the person's own hand; to end it counts at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_date
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.forms import evidence_field
from aboveboard.console.people import allow_look_up, read_note, spoken_promise
from aboveboard.promise.model import Promise
from aboveboard.third_parties import actions, queries
from aboveboard.third_parties.queries import LetIn, Offered, ThirdPartyState
from aboveboard.vault.aliases import current_number

_LET_IN, _END = "in", "end"
_STATES = {
    ThirdPartyState.WAITING: gettext_lazy("Waits for the person"),
    ThirdPartyState.OPEN: gettext_lazy("Open now"),
    ThirdPartyState.EXPIRED: gettext_lazy("Over"),
    ThirdPartyState.ENDED: gettext_lazy("Ended"),
}


class ThirdPartyForm(forms.Form):
    """Whom they let in or let in no more, until when, and where that can be checked. An answer is
    ``in`` or ``end``, the recipient and the purpose, with slashes between."""

    answer = forms.ChoiceField(
        label=gettext_lazy("What did they say?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what they said.")},
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Where they let somebody in. Then it ends by itself."),
        error_messages={"invalid": gettext_lazy("Choose a date.")},
    )
    evidence = evidence_field(gettext_lazy("Call or form number"))

    def __init__(
        self, data: Any, *, promise: Promise, offers: list[Offered], open_now: list[LetIn]
    ) -> None:
        super().__init__(data, initial={"last_day": offers[0].usual if offers else None})
        answer = self.fields["answer"]
        if isinstance(answer, forms.ChoiceField):
            letting = [
                (f"{_LET_IN}/{each.party}/{each.purpose.key}", _words(promise, each))
                for each in offers
            ]
            ending = [
                (f"{_END}/{each.party}/{each.purpose}", _end_words(promise, each))
                for each in open_now
            ]
            answer.choices = [*letting, *ending]

    def clean(self) -> dict[str, Any]:
        """Ask for the day where somebody is let in."""
        answers: dict[str, Any] = self.cleaned_data
        letting = str(answers.get("answer", "")).startswith(_LET_IN)
        if letting and answers.get("last_day") is None and "last_day" not in self.errors:
            self.add_error("last_day", gettext("Choose the last day."))
        return answers


def _words(promise: Promise, offer: Offered) -> str:
    return gettext("Let in: %(name)s, %(title)s") % {
        "name": promise.recipients[offer.party].name,
        "title": offer.purpose.title,
    }


def _end_words(promise: Promise, row: LetIn) -> str:
    recipient = promise.recipients.get(row.party)
    return gettext("End it: %(name)s") % {"name": recipient.name if recipient else row.party}


@allow_look_up
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Record what the person said of a third party, with the number of the call or form."""
    promise, at, note = spoken_promise(), clock.now(), read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    person_id = current_number(note["person"])
    rows = queries.let_in_by(person_id, promise, at=at)
    form = ThirdPartyForm(
        request.POST if "evidence" in request.POST else None,
        promise=promise,
        offers=list(queries.offered(promise, at)),
        open_now=[row for row in rows if row.state is ThirdPartyState.OPEN],
    )
    recorded = ""
    if form.is_valid():
        try:
            recorded = _record(request, form.cleaned_data, person_id, note["channel"])
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            rows = queries.let_in_by(person_id, promise, at=clock.now())
    context = {
        "form": form,
        "note": request.POST["note"],
        "rows": [_in_words(promise, row) for row in rows],
        "recorded": recorded,
    }
    return render(
        request, "console/people/third_party.html", context, status=422 if form.errors else 200
    )


def _record(request: HttpRequest, answers: dict[str, Any], person_id: int, channel: str) -> str:
    step, party, purpose = answers["answer"].split("/")
    how: dict[str, Any] = {
        "channel": channel,
        "evidence": f"{channel}:{answers['evidence']}",
        "by": actor_of(request),
        "at": clock.now(),
    }
    if step == _END:
        actions.end(person_id, party, purpose, **how)
        return gettext("They cannot read anything more from us.")
    last_day: date = answers["last_day"]
    actions.let_in(person_id, party, purpose, last_day, **how)
    return gettext("It counts once the person says so on their own page.")


def _in_words(promise: Promise, row: LetIn) -> dict[str, object]:
    recipient, purpose = promise.recipients.get(row.party), promise.purposes.get(row.purpose)
    return {
        "name": recipient.name if recipient else row.party,
        "title": purpose.title if purpose else row.purpose,
        "state": _STATES[row.state],
        # Of what was ended the day that was once said would mislead.
        "last_day": _day(row.last_day) if row.state is not ThirdPartyState.ENDED else "",
    }


def _day(day: date | None) -> str:
    language = get_language()
    return format_date(day, "long", "en_GB" if language == "en" else language) if day else ""
