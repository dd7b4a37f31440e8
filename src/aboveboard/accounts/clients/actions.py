"""Every change to clients and their secrets, each with its ledger entry in one transaction: added,
given a new secret while the old one still works, revoked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from aboveboard.accounts import limits, links
from aboveboard.accounts.actions import check_team
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.scope import PROVES, RECIPIENT, REQUEST, THIRD_PARTY, USAGE
from aboveboard.accounts.entries import ClientMade, ClientRevoked, ClientRotated
from aboveboard.accounts.models import ClientSecret, ServiceClient
from aboveboard.accounts.queries import Client, client_of_row
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code, TeamName, Word
from aboveboard.ledger.actions import append
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import check_words

_RIGHT: Final = re.compile(
    rf"({REQUEST}|{PROVES}|{USAGE})[a-z][a-z_]{{0,39}}"
    rf"|({RECIPIENT}|{THIRD_PARTY})[a-z][a-z0-9_-]{{0,59}}"
)


@transaction.atomic
def make_client(
    *,
    name: str,
    role: str,
    team: str,
    purposes: Sequence[str],
    channels: Sequence[str],
    choices: Sequence[str] = (),
    rights: Sequence[str] = (),
    by: Actor,
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
) -> tuple[Client, str]:
    """Return a new client and its secret (entry ``client.made``). The secret is shown this once:
    only its hash is kept.

    ``purposes`` are those that it may ask for data for, ``choices`` those about which it may record
    that a person said yes; ``rights`` are words of its scope about what people ask, such as
    ``request:access``, and need no purpose or channel. All others must be words of the promise in
    force: otherwise a spelling mistake would come to light when its first use is refused, long
    after it was made.

    Raises:
        NoPromise: no promise is in force, so there is nothing that a client may do.
        NotInPromise: the promise has no such role, purpose or channel, or leaves no such choice.
        Invalid: no name, role, purpose (or choice, or request) or channel was given, a word of the
            rights is none, or the team is not the name of one.
        Conflict: there is a client with this name.
    """
    row = write_client(
        name=name,
        role=role,
        team=team,
        purposes=purposes,
        channels=channels,
        choices=choices,
        rights=rights,
        by=by,
        at=at,
        life=life,
    )
    secret = _new_secret(row, at=at, life=life, entry_id=int(row.entry_id or 0))
    return client_of_row(row), secret


def write_client(
    *,
    name: str,
    role: str,
    team: str,
    purposes: Sequence[str],
    channels: Sequence[str],
    choices: Sequence[str] = (),
    rights: Sequence[str] = (),
    by: Actor,
    at: datetime,
    life: timedelta,
    signs: bool = False,
) -> ServiceClient:
    """Write down a client that has no secret yet, in the caller's transaction; arguments as
    :func:`make_client`. ``signs``: it gets none, since it signs what it brings.

    Raises:
        NoPromise, NotInPromise, Invalid: as :func:`make_client`.
        Conflict: there is a client with this name.
    """
    promise = in_force().promise
    either = [*purposes, *choices]
    _check_given({"name": name.strip(), "role": role.strip(), "purpose": either or rights})
    if either:
        _check_given({"channel": channels})
    _check_rights(rights)
    check_words(
        promise, roles=[role.strip()], purposes=purposes, choices=choices, channels=channels
    )
    _check_recipients(promise, rights)
    team = _third_party(promise, purposes, choices, rights) or team
    check_team(team)
    row, made = ServiceClient.objects.get_or_create(
        name=name.strip(),
        defaults={
            "client_id": secrets.token_hex(10),
            "role": role.strip(),
            "team": team.strip(),
            "purposes": sorted(set(purposes)),
            "choices": sorted(set(choices)),
            "channels": sorted(set(channels)),
            "rights": sorted(set(rights)),
            "made_at": at,
        },
    )
    if not made:
        raise Conflict(why=f"there is a client called {name.strip()} already")
    row.entry_id = append(
        _client_made_entry(row, at + life, signs=signs), by=by, handle=None, at=at
    )
    row.save(update_fields=["entry_id"])
    return row


@transaction.atomic
def rotate_client(
    client: int,
    *,
    by: Actor,
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
    overlap: timedelta = limits.CLIENT_SECRET_OVERLAP,
) -> str:
    """Return a new secret of the client with that number (entry ``client.rotated``). The old ones
    work for ``overlap`` longer; with none, they and their tokens end at once.

    Raises:
        NotFound: there is no such client.
        Conflict: the client was revoked.
    """
    row = _lock_client(client)
    if row.revoked_at is not None:
        raise Conflict(why="this client was revoked; add it under a new name")
    # Never later than it would have ended: a rotation must not give an old secret more life.
    for secret_row in ClientSecret.objects.filter(client=row, expires_at__gt=at + overlap):
        if secret_row.authentic:
            secret_row.expires_at = at + overlap
            secret_row.save(update_fields=["expires_at"])
        else:  # it never worked, and cannot be given a MAC
            secret_row.delete()
    # The leak is what a rotation without overlap answers, so what the secret already bought ends
    # too.
    if not overlap:
        tokens.revoke_all(row, at=at)
    entry = ClientRotated(Code(str(row.pk)), at + overlap, at + life)
    entry_id = append(entry, by=by, handle=None, at=at)
    return _new_secret(row, at=at, life=life, entry_id=entry_id)


@transaction.atomic
def revoke_client(client: int, *, by: Actor, at: datetime) -> Client:
    """Stop the secrets and tokens of the client with that number, for good (entry
    ``client.revoked``): here at once, in other processes within ``limits.TOKEN_MEMORY``. Of one
    that was revoked before, what is left of its tokens ends, and nothing more is written.

    Raises:
        NotFound: there is no such client.
    """
    before = _lock_client(client)
    revoked = set_revoked(client, at=at)
    if before.revoked_at is not None and before.authentic:
        return client_of_row(revoked)
    entry = ClientRevoked(Code(str(revoked.pk)))
    revoked.revoked_entry_id = append(entry, by=by, handle=None, at=at)
    revoked.save(update_fields=["revoked_entry_id"])
    return client_of_row(revoked)


def set_revoked(client: int, *, at: datetime, entry_id: int | None = None) -> ServiceClient:
    """Do what :func:`revoke_client` does, without its entry: a restored database repeats it, and
    gives its number."""
    row = _lock_client(client)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_entry_id = at, entry_id
        row.save(update_fields=["revoked_at", "revoked_entry_id"])
    tokens.revoke_all(row, at=at)
    return row


def _lock_client(client: int) -> ServiceClient:
    row: ServiceClient | None = ServiceClient.objects.select_for_update().filter(pk=client).first()
    if row is None:
        raise NotFound(what="client")
    return row


def _client_made_entry(row: ServiceClient, expires_at: datetime, *, signs: bool) -> ClientMade:
    return ClientMade(
        Code(str(row.pk)),
        Word(row.role),
        TeamName(row.team),
        tuple(map(Word, row.purposes)),
        tuple(map(Word, row.channels)),
        expires_at,
        tuple(map(Word, row.choices)) or None,
        tuple(map(Word, row.rights)) or None,
        signs or None,
    )


def _check_given(words: Mapping[str, Sequence[str]]) -> None:
    for what, given in words.items():
        if not given:
            raise Invalid(
                found=f"the client has no {what}",
                fix=f"A client needs a {what}, so that its requests can be judged.",
            )


def _check_rights(rights: Sequence[str]) -> None:
    for word in rights:
        if not _RIGHT.fullmatch(word):
            raise Invalid(
                found="a word of the client's rights is none about requests",
                fix="Write it such as `request:access` or `proves:signed_in`.",
            )
    if any(word.startswith(PROVES) for word in rights) and not any(
        word.startswith((REQUEST, USAGE, RECIPIENT)) for word in rights
    ):
        raise Invalid(
            found="the client may prove who asks, and bring no request",
            fix="Name what it may bring too, such as `request:access`.",
        )


def _check_recipients(promise: Promise, rights: Sequence[str]) -> None:
    """Refuse a recipient that the promise does not name, and two of them: a client is one's."""
    names = {word.removeprefix(RECIPIENT) for word in rights if word.startswith(RECIPIENT)}
    if len(names) > 1 or not names <= promise.recipients.keys():
        raise Invalid(
            found="the client is to be of a recipient that the promise does not name, or of two",
            fix=f"Name one of: {', '.join(promise.recipients)}.",
        )


def _third_party(
    promise: Promise, purposes: Sequence[str], choices: Sequence[str], rights: Sequence[str]
) -> str:
    """Return the name under which people read that a third party looked; "" for a client of the
    organisation's own.

    Raises:
        Invalid: it may do what no person lets a third party do, or what nobody lets this one do.
    """
    names = {word.removeprefix(THIRD_PARTY) for word in rights if word.startswith(THIRD_PARTY)}
    if not names:
        return ""
    known = {
        each
        for purpose in promise.purposes.values()
        if purpose.third_parties is not None
        for each in purpose.recipients
    }
    if len(names) > 1 or not names <= known:
        raise Invalid(
            found="the client is to be of a third party that nobody may let in, or of two",
            fix=f"Name one of: {', '.join(sorted(known))}."
            if known
            else "Add `third_parties:` to a purpose of the promise.",
        )
    (name,) = names
    others = [key for key in purposes if not promise.purposes[key].opens_to(name)]
    others += [*choices, *(word for word in rights if not word.endswith(f":{name}"))]
    if others or not purposes:
        raise Invalid(
            found="a third party reads for purposes that people open to it, and nothing else",
            fix=f"Leave out {', '.join(others)}."
            if others
            else "Name such a purpose with `--purpose`.",
        )
    return promise.recipients[name].name


def _new_secret(client: ServiceClient, *, at: datetime, life: timedelta, entry_id: int) -> str:
    secret = links.new_token(links.SECRET_PREFIX)
    ClientSecret.objects.create(
        client=client,
        secret_hash=links.digest(secret),
        made_at=at,
        expires_at=at + life,
        entry_id=entry_id,
    )
    return secret
