"""Authorised agents: clients that sign what they send with a key of their own, which stands in
place of a secret (Data Rights Protocol 1.0, 3.07).

An agent brings what people ask and nothing else: its scope has `request:` words alone, so that it
neither reads data nor is believed about who somebody is. It is revoked as any client is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from aboveboard.accounts import limits
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import write_client
from aboveboard.accounts.clients.idempotency import run_once
from aboveboard.accounts.clients.messages import (
    MessageRefused,
    check_claims,
    open_message,
    read_verify_key,
)
from aboveboard.accounts.clients.scope import REQUEST
from aboveboard.accounts.entries import AgentRegistered
from aboveboard.accounts.models import AuthorisedAgent
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.basics.facts import Code, Digest, Word
from aboveboard.ledger.actions import append

ID: Final = r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,63}"
"""What an agent or an organisation is called in a service directory; 3.05 has [A-Z_]+."""
_ID: Final = re.compile(ID)


@dataclass(frozen=True, slots=True)
class Agent:
    """An authorised agent whose key works. ``id``: what it calls itself; ``client``: the number of
    the client that it is; ``business_id``: what it calls us; ``key``: 32 bytes."""

    id: str
    client: int
    name: str
    business_id: str
    key: bytes
    expires_at: datetime


class MessageReplayed(Conflict):
    """This message came before, and was taken then."""

    code = "message_replayed"
    next_step = "Look at what became of the first; sign a new message for anything else."


@transaction.atomic
def register_agent(
    *,
    agent_id: str,
    business_id: str,
    name: str,
    verify_key: str,
    role: str,
    requests: Sequence[str],
    by: Actor,
    at: datetime,
    life: timedelta = limits.AGENT_KEY_LIFE,
) -> Agent:
    """Let an agent bring requests of these kinds (entries ``client.made``, ``agent.registered``).

    ``verify_key``: base64, as the service directory has it. ``name`` is what people read who are
    asked whether they sent it. A new key is a new agent (2.05).

    Raises:
        NoPromise, NotInPromise: as :func:`aboveboard.accounts.clients.actions.make_client`.
        Invalid: an id or the key is none, or no name, role or kind of request was given.
        Conflict: there is an agent with that id, or a client with that name.
    """
    key = _checked(agent_id, business_id, verify_key)
    if AuthorisedAgent.objects.filter(agent_id=agent_id).exists():
        raise Conflict(why=f"there is an agent {agent_id} already; a new key needs a new id")
    client = write_client(
        name=name,
        role=role,
        team="",
        purposes=(),
        channels=(),
        rights=[REQUEST + kind for kind in requests],
        by=by,
        at=at,
        life=life,
        signs=True,
    )
    entry = AgentRegistered(
        Code(str(client.pk)), Word(agent_id), Digest(hashlib.sha256(key).hexdigest()), at + life
    )
    row = AuthorisedAgent.objects.create(
        client=client,
        agent_id=agent_id,
        business_id=business_id,
        verify_key=base64.b64encode(key).decode(),
        made_at=at,
        expires_at=at + life,
        entry_id=append(entry, by=by, handle=None, at=at),
    )
    return _agent(row)


def agents() -> list[tuple[Agent, bool]]:
    """Return every agent by its id, and whether it is revoked."""
    rows = AuthorisedAgent.objects.select_related("client").order_by("agent_id")
    return [(_agent(row), row.client.revoked_at is not None) for row in rows]


def agent_of_client(client_id: int, *, at: datetime) -> Agent | None:
    """Return the agent that a client is; None where it is none, or its key works no more."""
    row = AuthorisedAgent.objects.select_related("client").filter(client_id=client_id).first()
    return None if row is None or not _works(row, at) else _agent(row)


def is_agent(client_id: int) -> bool:
    """Whether a client is an agent, whose key works or not."""
    return AuthorisedAgent.objects.filter(client_id=client_id).exists()


def pair(agent_id: str, body: bytes, *, at: datetime) -> str:
    """Return a fresh token for a signed message (2.05); those before it work no more.

    Raises:
        MessageRefused: no such agent may, or the message is not right.
        MessageReplayed: it came before.
    """
    row = AuthorisedAgent.objects.select_related("client").filter(agent_id=agent_id).first()
    if row is None or not _works(row, at):
        raise MessageRefused(why="no agent of that id is registered and works")
    agent, fresh = _agent(row), []
    message = open_message(body, agent.key)
    check_claims(message, agent_id=agent.id, business_id=agent.business_id, at=at)

    def issue() -> Mapping[str, int]:
        tokens.revoke_all(row.client, at=at)
        fresh.append(tokens.issue(row.client, at=at, life=limits.AGENT_TOKEN_LIFE))
        return {}

    take_once(agent, message, do=issue, at=at)
    return fresh[0]


def take_once(
    agent: Agent, message: bytes, *, do: Callable[[], Mapping[str, int]], at: datetime
) -> Mapping[str, int]:
    """Do what a message says, if it did not come before. What ``do`` refuses may be sent again.

    Raises:
        MessageReplayed: it was done before.
    """
    # Of the message a keyed hash is kept alone: it names a person.
    name = f"signed.{hashlib.sha256(message).hexdigest()}"
    numbers, before = run_once(name, client_id=agent.client, asked=message, at=at, do=do)
    if before:
        raise MessageReplayed
    return numbers


def _checked(agent_id: str, business_id: str, verify_key: str) -> bytes:
    """Return the key, where all three can be used."""
    for what, given in (("agent", agent_id), ("business", business_id)):
        if not _ID.fullmatch(given):
            raise Invalid(
                found=f"the {what} has no id that a service directory could have",
                fix="Write letters, digits, _, . and - alone, at most 64.",
            )
    try:
        return read_verify_key(verify_key)
    except (binascii.Error, ValueError):
        raise Invalid(
            found="the verify key is no Ed25519 key in base64",
            fix="Copy verify_key from the agent's entry in the service directory: 44 characters.",
        ) from None


def _works(row: AuthorisedAgent, at: datetime) -> bool:
    # A row that this program did not write is no agent, whatever it says.
    whole = row.authentic and row.client.authentic
    return whole and row.client.revoked_at is None and at < row.expires_at


def _agent(row: AuthorisedAgent) -> Agent:
    return Agent(
        row.agent_id,
        row.client_id,
        row.client.name,
        row.business_id,
        base64.b64decode(row.verify_key),
        row.expires_at,
    )
