"""A program with a token that works, and people to ask about."""

from __future__ import annotations

from aboveboard.accounts import actions
from aboveboard.basics import clock
from aboveboard.promise.queries import in_force


def token_for(role: str, *purposes: str) -> str:
    """Return the token of a program that may ask for these purposes (all, if none is named) on every channel."""
    promise = in_force().promise
    chosen = purposes or tuple(promise.purposes)
    return actions.make_client(
        name=f"{role} {len(chosen)}", role=role, team="Shops", purposes=chosen, channels=tuple(promise.channels), at=clock.now()
    )[1]
