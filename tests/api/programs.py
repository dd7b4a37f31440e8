"""A program with a token that works, and people to ask about."""

from __future__ import annotations

from collections.abc import Sequence

from aboveboard.accounts.clients import tokens
from aboveboard.accounts.models import ServiceClient
from aboveboard.basics import clock
from aboveboard.promise.queries import in_force
from tests.accounts.people import service_client


def token_for(role: str, *purposes: str) -> str:
    """Return the token of a program that may ask for these purposes (all, if none is
    named) on every channel, record a yes to them, and bring requests for a copy."""
    promise = in_force().promise
    chosen = purposes or tuple(promise.purposes)
    channels = tuple(promise.channels)
    name, rights = f"{role} {len(chosen)}", ("request:access",)
    return program(name, role, "Shops", chosen, channels, chosen, rights)[1]


def program(
    name: str,
    role: str,
    team: str,
    purposes: Sequence[str],
    channels: Sequence[str],
    choices: Sequence[str] = (),
    rights: Sequence[str] = (),
) -> tuple[ServiceClient, str]:
    """Return a program and a token of it."""
    at = clock.now()
    client, _ = service_client(
        name=name,
        role=role,
        team=team,
        purposes=list(purposes),
        channels=list(channels),
        choices=list(choices),
        rights=list(rights),
        at=at,
    )
    return client, tokens.issue(client, at=at)
