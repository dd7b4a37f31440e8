"""Looking at values of a request that may be somebody else's: for a purpose of the promise, and
written down before any is shown."""

from __future__ import annotations

from django.http import HttpRequest

from aboveboard.accounts.gate import actor_of, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.console.requests.forms import DisclosurePurposeForm
from aboveboard.promise.model import Purpose
from aboveboard.promise.queries import in_force
from aboveboard.rights.pack import reviewing

MASK = "•••"
"""What stands for a value that nobody has asked to see."""


def purposes_of_lead() -> list[Purpose]:
    """Return the purposes of the promise that a privacy lead may act for."""
    promised = in_force().promise.purposes.values()
    return [each for each in promised if Role.PRIVACY_LEAD.value in each.roles]


def purpose_form() -> DisclosurePurposeForm | None:
    """Return the form that asks for a purpose; None where the promise has none for this role."""
    open_to = purposes_of_lead()
    return DisclosurePurposeForm(open_to=open_to) if open_to else None


def disclose(request: HttpRequest, number: int) -> DisclosurePurposeForm:
    """Write down that values are looked at, where the form that was sent names a purpose; they may
    be shown once the form that is returned is valid.

    Raises:
        NotFound: there is no such request.
        ReviewPurposeRefused: the promise no longer gives this role the purpose.
    """
    form = DisclosurePurposeForm(request.POST, open_to=purposes_of_lead())
    if form.is_valid():
        throttle(request, "look_up")
        by, at = actor_of(request), clock.now()
        reviewing.show(number, form.cleaned_data["purpose"], by=by, at=at)
    return form
