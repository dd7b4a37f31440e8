"""The pages of campaigns: one's own, what each takes, how far it is, and what came of it."""

from __future__ import annotations

from typing import Any, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError
from aboveboard.campaigns import actions, queries
from aboveboard.campaigns.limits import UPLOAD_BYTES
from aboveboard.campaigns.terms import CampaignState, CampaignView, NewCampaign
from aboveboard.console.campaigns.forms import EVERYBODY, CampaignColumnsForm, CampaignForm
from aboveboard.custody.campaign import (
    LISTED_BEFORE,
    NO_ONE_FOUND,
    NOTHING_TO_FIND_BY,
    SEVERAL_FOUND,
)
from aboveboard.promise.queries import in_force

allow_campaigns = allow(Role.ADVISER, Role.PRIVACY_LEAD, promised=True)
"""Who makes campaigns: for which purposes, the promise says by its roles."""
KINDS: Final = {
    "customer_number": "customer number",
    "email": "e-mail address",
    "phone": "phone number",
}
_BEFORE: Final = {
    NO_ONE_FOUND: "Nobody here is known by what the row says.",
    SEVERAL_FOUND: "More than one person is known by what the row says.",
    LISTED_BEFORE: "An earlier row is of the same person.",
    NOTHING_TO_FIND_BY: "The row says nothing that somebody could be known by.",
}
_STATES: Final = {
    CampaignState.DRAFT: ("not begun", ""),
    CampaignState.RUNNING: ("deciding", "look"),
    CampaignState.STOPPED: ("stopped", "look"),
    CampaignState.FAILED: ("could not go on", "act"),
    CampaignState.DONE: ("done", "kept"),
}


@allow_campaigns
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List one's own campaigns, and the purposes that one may make another for."""
    by = actor_of(request)
    context = {
        "rows": [_in_words(each) for each in queries.campaigns_of(by)],
        "purposes": actions.purposes_for(by.role),
    }
    return render(request, "console/campaigns/campaigns.html", context)


@allow_campaigns
@takes_file(UPLOAD_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, purpose: str) -> HttpResponse:
    """Ask how, to whom and from where; take the list in, and go on to its columns."""
    by = actor_of(request)
    chosen = next((each for each in actions.purposes_for(by.role) if each.key == purpose), None)
    # A purpose of other roles and one that does not exist get the same answer.
    if chosen is None:
        raise Http404
    form = CampaignForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        promise=in_force().promise,
        purpose=chosen,
    )
    if request.method == "POST" and form.is_valid():
        throttle(request, "campaign")
        answers = form.cleaned_data
        asked = NewCampaign(
            purpose, answers["channel"], answers["recipient"], tuple(answers["keys"].split())
        )
        file = None if answers["start"] == EVERYBODY else answers["file"]
        try:
            number = actions.bring(
                asked,
                None if file is None else file.chunks(),
                file_name="" if file is None else file.name,
                by=by,
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error("file" if error.code.startswith("list_") else None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:campaign", args=[number]))
    context = {"form": form, "purpose": chosen}
    return render(
        request, "console/campaigns/new.html", context, status=422 if form.errors else 200
    )


@allow_campaigns
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, number: int) -> HttpResponse:
    """Show a campaign where it stands; one that is not begun with what it takes, to begin it."""
    by = actor_of(request)
    view = queries.campaign(number, by)
    form = _columns_form(request, view)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.begin(number, form.chosen(), by=by)
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:campaign", args=[number]))
    context: dict[str, Any] = _in_words(view) | {"form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/campaigns/campaign.html", context, status=status)


def _columns_form(request: HttpRequest, view: CampaignView) -> CampaignColumnsForm | None:
    purpose = in_force().promise.purposes.get(view.asked.purpose)
    if view.state is not CampaignState.DRAFT or not view.has_files or purpose is None:
        return None
    return CampaignColumnsForm(
        request.POST if request.method == "POST" else None,
        campaign=view,
        promise=in_force().promise,
        purpose=purpose,
        kinds=KINDS,
    )


@allow_campaigns
@require_POST
def change(request: HttpRequest, number: int, change: str) -> HttpResponse:
    """Stop a campaign, go on with it, or give it up."""
    by = actor_of(request)
    if change == "stop":
        actions.stop(number, by=by)
    elif change == "go-on":
        actions.go_on(number, by=by)
    elif change == "give-up":
        actions.give_up(number, by=by, at=clock.now())
    else:
        raise Http404
    return HttpResponseRedirect(reverse("console:campaign", args=[number]))


@allow_campaigns
@require_POST
def parcel(request: HttpRequest, number: int) -> FileResponse:
    """Give the parcel, once; it is deleted with that."""
    place = actions.fetch_parcel(number, by=actor_of(request), at=clock.now())
    opened = place.open("rb")
    # Its name goes now and its bytes with the answer: nobody fetches it a second time.
    place.unlink()
    return _kept_by_nobody(FileResponse(opened, as_attachment=True, filename=place.name))


@allow_campaigns
@require_safe
def left_out(request: HttpRequest, number: int) -> FileResponse:
    """Give the list of rows that were left out: numbers and codes."""
    place = queries.left_out_list(number, actor_of(request))
    return _kept_by_nobody(
        FileResponse(place.open("rb"), as_attachment=True, filename=f"left-out-{number}.csv")
    )


def _kept_by_nobody(response: FileResponse) -> FileResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _in_words(view: CampaignView) -> dict[str, Any]:
    promise = in_force().promise
    purpose = promise.purposes.get(view.asked.purpose)
    channel = promise.channels.get(view.asked.channel)
    recipient = promise.recipients.get(view.asked.recipient)
    words, tone = _STATES[view.state]
    return {
        "campaign": view,
        "title": str(purpose.for_staff.title) if purpose else view.asked.purpose,
        "channel": str(channel.title) if channel else view.asked.channel,
        "recipient": str(recipient.title) if recipient else view.asked.recipient,
        "state": words,
        "tone": tone,
        "unused": [
            name
            for name in view.headers
            if name not in {*view.columns.fields.values(), *dict(view.columns.find_by).values()}
        ],
        "reasons": [
            (code, _sentence(code), count)
            for code, count in sorted(view.left_out.items(), key=lambda pair: -pair[1])
        ],
    }


def _sentence(code: str) -> str:
    if code in _BEFORE:
        return _BEFORE[code]
    return SENTENCES[ReasonCode(code)].format(field="a field", role="", purpose="", channel="")
