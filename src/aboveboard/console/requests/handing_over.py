"""Making the copy of somebody's data and handing it over: by link, at the counter, by post."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.console.requests.pack import MakePackForm, OpenPackForm, pack_panel
from aboveboard.console.requests.page import page
from aboveboard.rights.pack import fetching, preparing, release
from aboveboard.rights.pack.kept import PackWay, pack_offer
from aboveboard.rights.pack.seal import PackSeal
from aboveboard.rights.pack.serving import as_download, as_pdf
from aboveboard.rights.pack.stating import request_statement
from aboveboard.rights.requests import proving, queries


@allow(Role.PRIVACY_LEAD)
@require_POST
def make(request: HttpRequest, number: int) -> HttpResponse:
    """Have the worker make the copy and answer the request; where nothing is held, say so."""
    form = MakePackForm(request.POST)
    if not form.is_valid():
        return _again(request, number, make=form, status=422)
    given = form.cleaned_data["passphrase"]
    try:
        state = preparing.order(
            number,
            way=PackWay(form.cleaned_data["way"]),
            seal=PackSeal(passphrase=Personal(given) if given else None),
            words=form.cleaned_data["words"],
            part="part" in request.POST,
            by=actor_of(request),
            at=clock.now(),
        )
    except AboveboardError as error:
        return _again(request, number, make=form, problem=error, status=409)
    messages.success(
        request,
        "The copy is being made. They are told when it is there."
        if state.makes_pack
        else "Answered. They are told that nothing is held.",
    )
    return HttpResponseRedirect(reverse("console:request", args=[number]))


@allow(Role.PRIVACY_LEAD)
@require_POST
def code(request: HttpRequest, number: int) -> HttpResponse:
    """Give a code that opens the copy: sent to their address, or shown once for whoever stands
    here and showed who they are."""
    by, at = actor_of(request), clock.now()
    try:
        if request.POST.get("how") == "mail":
            fetching.send_code(number, by=by, at=at)
            messages.success(request, "The code is on its way to their address.")
            return HttpResponseRedirect(reverse("console:request", args=[number]))
        made = proving.make_code(number, proving.CodeUse.PACK, shown=True, by=by, at=at)
    except AboveboardError as error:
        return page(request, number, problem=error, status=409)
    return page(request, number, pack_code=made)


@allow(Role.PRIVACY_LEAD)
@require_POST
def open_pack(request: HttpRequest, number: int) -> HttpResponseBase:
    """Hand the copy over to somebody who stands here, for their code."""
    form = OpenPackForm(request.POST)
    if not form.is_valid():
        return _again(request, number, open=form, status=422)
    given = form.cleaned_data["passphrase"]
    try:
        opened = release.open_at_counter(
            number,
            form.cleaned_data["code"],
            passphrase=Personal(given) if given else None,
            by=actor_of(request),
            at=clock.now(),
        )
    except AboveboardError as error:
        return _again(request, number, open=form, problem=error, status=409)
    return as_download(opened)


@allow(Role.PRIVACY_LEAD)
@require_POST
def letter(request: HttpRequest, number: int) -> HttpResponse:
    """Return the letter for the post: of the copy with its address, or of what became of it."""
    record, at = queries.request(number), clock.now()
    offer, stated = pack_offer(number, at=at), request_statement(record)
    try:
        if stated is not None and offer is None:
            content = stated.as_pdf()
        else:
            content = release.letter_for_post(number, by=actor_of(request), at=at)
    except AboveboardError as error:
        return page(request, number, problem=error, status=409)
    return as_pdf(f"{record.reference}.pdf", content)


def _again(
    request: HttpRequest,
    number: int,
    *,
    problem: AboveboardError | None = None,
    status: int,
    **tried: Form,
) -> HttpResponse:
    """Answer with the page, and with the form that was not taken: ``make`` or ``open``."""
    panel = pack_panel(queries.request(number), at=clock.now()) | tried
    form = next(iter(tried.values()))
    return page(request, number, problem=problem, status=status, pack=panel, form=form)
