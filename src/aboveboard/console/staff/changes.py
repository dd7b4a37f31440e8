"""What can be done about a member of staff: what is asked, what it means, what the button does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts import actions, invitations, limits, queries
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import StaffMember, StaffState
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.staff.forms import RoleForm
from aboveboard.custody.queries import devices

_DAYS: Final = limits.INVITATION_LIFE.days
_HERE: Final = (StaffState.INVITED, StaffState.ACTIVE)


@dataclass(frozen=True, slots=True)
class StaffChange:
    """Something that can be done about somebody in one of ``states``: what the link offers, what
    the page asks and says, what its button does. ``form``: a plain ``Form`` has nothing to fill in.
    ``serious``: it takes something away.
    ``of_others``: nobody does it to themselves. ``needs_factor``: there must be a second step."""

    key: str
    states: Collection[StaffState]
    form: type[forms.Form]
    do: Callable[[StaffMember, Any, Actor, datetime], object]
    offer: str
    asks: str
    means: tuple[str, ...]
    does: str
    serious: bool = False
    of_others: bool = False
    needs_factor: bool = False

    def fits(self, member: StaffMember, actor_id: str) -> bool:
        """Whether this can be done about ``member`` by the account ``actor_id``."""
        return (
            member.state in self.states
            and not (self.of_others and str(member.id) == actor_id)
            and (member.has_second_factor or not self.needs_factor)
        )


def _change_role(member: StaffMember, form: RoleForm, by: Actor, at: datetime) -> None:
    answers = form.cleaned_data
    actions.change_role(member.id, role=answers["role"], team=answers["team"], by=by, at=at)


def _invite_again(member: StaffMember, form: forms.Form, by: Actor, at: datetime) -> None:
    invitations.invite_again(member.id, by=by)


def _withdraw(member: StaffMember, form: forms.Form, by: Actor, at: datetime) -> None:
    invitations.withdraw(member.id, by=by, at=at)


def _end(member: StaffMember, form: forms.Form, by: Actor, at: datetime) -> None:
    actions.close(member.id, by=by, at=at)


def _reset(member: StaffMember, form: forms.Form, by: Actor, at: datetime) -> None:
    invitations.replace_lost_factors(member.id, by=by, at=at)


CHANGES: Final = {
    change.key: change
    for change in (
        StaffChange(
            "invite-again",
            (StaffState.INVITED,),
            forms.Form,
            _invite_again,
            "Send the invitation again",
            "Send the invitation again?",
            (f"They get another link by e-mail. It works for {_DAYS} days; older ones stop.",),
            "Send it again",
        ),
        StaffChange(
            "withdraw",
            (StaffState.INVITED,),
            forms.Form,
            _withdraw,
            "Withdraw the invitation",
            "Withdraw the invitation?",
            ("The link that they got stops working at once. You can invite them again later.",),
            "Withdraw it",
            serious=True,
        ),
        StaffChange(
            "role",
            _HERE,
            RoleForm,
            _change_role,
            "Change role or team",
            "What do they do from now on?",
            ("It holds from their next click: they stay signed in.",),
            "Save",
        ),
        StaffChange(
            "lost-phone",
            (StaffState.ACTIVE,),
            forms.Form,
            _reset,
            "They lost their phone or key",
            "Reset their second step?",
            (
                "Do this only if you have seen or spoken to them, and know that it is them.",
                "Their app, passkeys, recovery codes and password stop working, and they are "
                "signed out everywhere.",
                f"They get a link by e-mail. It works once, for {_DAYS} days, and asks for a new "
                "second step.",
            ),
            "Reset the second step",
            serious=True,
            of_others=True,
            needs_factor=True,
        ),
        StaffChange(
            "end",
            (StaffState.ACTIVE,),
            forms.Form,
            _end,
            "End their access",
            "End their access?",
            (
                "They are signed out everywhere at once, and cannot sign in any more.",
                "What they did stays on the record. Clients’ tokens are not theirs, and go on "
                "working.",
            ),
            "End access",
            serious=True,
        ),
    )
}


@allow(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, account_id: int, change: str) -> HttpResponse:
    """Ask about one change, and make it."""
    if change not in CHANGES:
        raise Http404
    member, wanted = queries.staff_member_by_id(account_id), CHANGES[change]
    form = wanted.form(
        request.POST if request.method == "POST" else None,
        initial={"role": member.role, "team": member.team},
    )
    if form.is_valid():
        try:
            # Whether it still fits is asked where it is done, with the account locked.
            wanted.do(member, form, actor_of(request), clock.now())
        # Somebody who is not there is a 404; what can be mended is said in the form.
        except NotFound:
            raise
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{member.name}: done")
            return HttpResponseRedirect(reverse("console:staff_member", args=[account_id]))
    context = {
        "member": member,
        "change": wanted,
        "form": form,
        "devices": devices(holder_id=member.id) if wanted.key == "end" else (),
    }
    return render(request, "console/staff/change.html", context, status=422 if form.errors else 200)
