"""The questions that are asked of every page: wrong role, wrong method, signed out."""

from __future__ import annotations

from collections.abc import Collection

from django.test import Client

from aboveboard.basics.actor import Role
from tests.accounts.people import staff_client

STAFF = (Role.ADVISER, Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR)


def refused_to_the_others(address: str, roles: Collection[Role]) -> list[str]:
    """Return which of the staff get in who must not, and whether a visitor
    is not sent to sign in."""
    wrong = [
        role.value
        for role in STAFF
        if role not in roles and staff_client(role).get(address).status_code != 403
    ]
    signed_out = Client().get(address)
    if signed_out.status_code != 302 or "/accounts/staff/" not in signed_out["Location"]:
        wrong.append("nobody")
    return wrong
