"""Staff: who there is, inviting somebody, and one member of staff with what can be done."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts import invitations, limits, queries
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import StaffMember, StaffState
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.staff.changes import CHANGES
from aboveboard.console.staff.forms import InvitationForm
from aboveboard.custody.queries import devices

ADMINISTRATORS: Final = (Role.ADMINISTRATOR,)
TONES: Final = {StaffState.INVITED: "look", StaffState.ACTIVE: "kept", StaffState.ENDED: ""}


@allow(*ADMINISTRATORS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the staff. ``?q=`` looks for part of a name or address, ``?start=`` goes further."""
    search = request.GET.get("q", "").strip()[:254]
    # What is no number starts the list from its beginning.
    start = parse_id(request.GET.get("start", "")) or 0
    page = queries.staff_page(search, start=start)
    context = {
        "rows": [(member, TONES[member.state]) for member in page.members],
        "total": page.total,
        "search": search,
        "newer": _page(search, max(start - PAGE_SIZE, 0)) if start else "",
        "older": _page(search, page.next_start) if page.next_start else "",
    }
    return render(request, "console/staff/staff.html", context)


@allow(*ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Ask whom to invite, and do it."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            member = invitations.invite(
                email=answers["email"],
                name=answers["name"],
                team=answers["team"],
                role=answers["role"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"{member.name} is invited")
            return HttpResponseRedirect(reverse("console:staff_member", args=[member.id]))
    return render(
        request,
        "console/staff/invite.html",
        {"form": form, "days": limits.INVITATION_LIFE.days},
        status=422 if form.errors else 200,
    )


@allow(*ADMINISTRATORS)
@require_safe
def member(request: HttpRequest, account_id: int) -> HttpResponse:
    """Show one member of staff, and what can be done."""
    shown = queries.staff_member_by_id(account_id)
    actor = actor_of(request)
    context = {
        "member": shown,
        "tone": TONES[shown.state],
        "own": is_own(shown, actor.id),
        "link_ends": queries.link_ends(shown.id) if shown.state is StaffState.INVITED else None,
        "now": clock.now(),
        "devices": devices(holder_id=shown.id),
        "changes": [each for each in CHANGES.values() if each.fits(shown, actor.id)],
    }
    return render(request, "console/staff/member.html", context)


def is_own(member: StaffMember, actor_id: str) -> bool:
    """Whether somebody looks at their own account."""
    return str(member.id) == actor_id


def _page(search: str, start: int) -> str:
    asked = {"q": search, "start": start}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"
