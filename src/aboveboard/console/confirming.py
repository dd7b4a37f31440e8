"""A yes that was recorded after the customer's own no: a second member of staff checks it. And
sending a customer the link by which they confirm their address.

The pages name the call or form, and nobody: to check what was said needs no customer's data.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.choices import queries
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.console.forms import evidence_field, topic_in_words
from aboveboard.console.people import (
    allow_look_up,
    read_note,
    recorded_in_words,
    spoken_promise,
)
from aboveboard.promise.model import Promise
from aboveboard.rights import confirming


class ConfirmForm(forms.Form):
    """What the call or form says, and where that can be checked."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Did the customer say yes?"),
        widget=forms.RadioSelect,
        choices=[
            (ChoiceAnswer.YES.value, gettext_lazy("Yes")),
            (ChoiceAnswer.NO.value, gettext_lazy("No")),
        ],
        error_messages={"required": gettext_lazy("Choose yes or no.")},
    )
    evidence = evidence_field(gettext_lazy("What you checked"))


@allow_look_up
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the yeses that this member of staff may confirm, the oldest first."""
    promise, actor = spoken_promise(), actor_of(request)
    rows = [_in_words(choice, promise) for choice in queries.waiting_choices(confirmable_by=actor)]
    return render(request, "console/people/choices_to_confirm.html", {"rows": rows})


@allow_look_up
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, choice_id: int) -> HttpResponse:
    """Ask what the call or form says, and record the answer as this member of staff's."""
    promise, actor = spoken_promise(), actor_of(request)
    choice = queries.waiting_choice(choice_id, confirmable_by=actor)
    if choice is None:
        # Answered meanwhile, or one's own: who recorded a yes cannot be its second person.
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = ChoiceAnswer(form.cleaned_data["answer"])
        recorded = choose(
            choice.person_id,
            choice.purpose,
            answer,
            channel=choice.channel,
            # On the channel of the choice and not of this page: what is confirmed is what was said
            # there.
            evidence=f"{choice.channel}:{form.cleaned_data['evidence']}",
            contact=choice.contact,
            by=actor,
            at=clock.now(),
        )
        # Between the page and this the customer may have said no once more: then it waits again.
        messages.success(request, recorded_in_words(answer, waits=recorded.waits))
        return HttpResponseRedirect(reverse("console:confirm_choices"))
    context: dict[str, Any] = _in_words(choice, promise) | {"form": form}
    return render(
        request, "console/people/confirm_choice.html", context, status=422 if form.errors else 200
    )


@allow_look_up
@require_POST
def send_link(request: HttpRequest, field: str) -> HttpResponse:
    """Send the customer another link by which they confirm their address."""
    note = read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    title, why = gettext("No link was sent"), ""
    try:
        confirming.ask_again(note["person"], field, by=actor_of(request), at=clock.now())
    except NotFound:
        why = gettext("Nothing waits for this customer to confirm an address.")
    except RateLimited:
        why = gettext("One was sent not long ago. Ask them to look for it, and try again later.")
    else:
        title = gettext("A link is on its way")
    context = {"title": title, "why": why, "sent": not why}
    return render(request, "console/people/link_sent.html", context, status=409 if why else 200)


def _in_words(choice: ChoiceRecord, promise: Promise) -> dict[str, object]:
    channel = promise.channels.get(choice.channel)
    role = promise.roles.get(choice.actor.role)
    who = str(role.title) if role else choice.actor.role.replace("-", " ")
    return {
        "choice": choice,
        "purpose": topic_in_words(promise, choice.topic),
        "channel": str(channel.title) if channel else choice.channel,
        "who": ", ".join(filter(None, (who, choice.actor.team))),
        "number": choice.evidence.partition(":")[2] or choice.evidence,
    }
