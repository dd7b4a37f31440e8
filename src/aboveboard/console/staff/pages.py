"""Staff: who there is, inviting somebody, and one member of staff with what can be done."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts import invitations, limits, queries
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import StaffMember, StaffState
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.console.staff.changes import CHANGES
from aboveboard.console.staff.forms import InvitationForm
from aboveboard.custody.queries import devices

ADMINISTRATORS: Final = (Role.ADMINISTRATOR,)
TONES: Final = {StaffState.INVITED: "look", StaffState.ACTIVE: "kept", StaffState.ENDED: ""}


_STATES: Final = {
    StaffState.INVITED: "Invited",
    StaffState.ACTIVE: "Active",
    StaffState.ENDED: "Ended",
}
_HEADS: Final = (
    "Name",
    "E-mail address",
    "Role",
    "Team",
    "State",
    "Last sign-in",
    "Second step",
)


def list_shape() -> ListShape:
    """Return what can be asked of the list of staff."""
    roles = {role: role.replace("-", " ").capitalize() for role in queries.staff_roles()}
    return ListShape(
        nouns=("person", "people"),
        columns=(
            ListColumn("Name", "name"),
            ListColumn("Role"),
            ListColumn("Last sign-in", "signed_in", ColumnKind.MOMENT),
            ListColumn("Second step"),
            ListColumn("State"),
        ),
        order="",
        filters=(
            ListFilter("role", "Role", roles),
            ListFilter("state", "State", {key.value: words for key, words in _STATES.items()}),
        ),
        search="Name or e-mail address",
    )


@allow(*ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """List the staff."""
    asked = asked_of(list_shape(), request)
    if asked.csv and not asked.errors:
        return csv_of("staff", _HEADS, map(_cells, every_row(partial(_page, asked))))
    members, total = ([], 0) if asked.errors else _page(asked, start=asked.start)
    asked.check_page(total)
    rows = [(member, TONES[member.state]) for member in members]
    page = ListPage(asked, total=total)
    return show_list(request, "console/staff/staff.html", page, {"rows": rows})


def _page(asked: AskedList, *, start: int, limit: int = PAGE_SIZE) -> tuple[list[StaffMember], int]:
    state = asked.chosen.get("state")
    members, total = queries.staff_page(
        asked.search,
        role=asked.chosen.get("role", ""),
        state=StaffState(state) if state else None,
        order=asked.order,
        start=start,
        limit=limit,
    )
    return list(members), total


def _cells(member: StaffMember) -> tuple[object, ...]:
    last = member.last_signed_in_at
    return (
        member.name,
        member.shown_email,
        member.role_in_words.capitalize(),
        member.team,
        _STATES[member.state],
        clock.to_text(last) if last else "Never",
        "Set up" if member.has_second_factor else "Not set up",
    )


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
