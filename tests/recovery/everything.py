"""An instance in which there is a row of every table that decides: made by the program's own
actions, for the tests that write past it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from aboveboard.accounts.actions import add_staff, change_role, customer_account, make_link
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import make_client, rotate_client
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import Answer
from aboveboard.identity import actions as identity
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import queries as vault
from tests.world import ADVISER, load


@dataclass(frozen=True)
class Everything:
    """Whose rows there are: who chose, who is held and restricted, who was merged into whom."""

    chose: int
    held: int
    restricted: int
    kept: int
    merged: int


def make_everything() -> Everything:
    people = [person_id for person_id, _ in load(8)]
    chose, held, restricted, kept, merged, split_kept, split_away, _ = people
    at = clock.now() - timedelta(hours=2)
    for answer, minutes in ((Answer.YES, 0), (Answer.NO, 5)):
        choose(
            chose,
            "personal-offers",
            answer,
            channel="phone",
            evidence="call:417",
            by=ADVISER,
            at=at + timedelta(minutes=minutes),
        )
    until = clock.now() + timedelta(days=30)
    retention.place_hold(held, HoldReason.CLAIM, reference="case/1", until=until, by=SYSTEM, at=at)
    released = retention.place_hold(
        held, HoldReason.CLAIM, reference="case/2", until=None, by=SYSTEM, at=at
    )
    retention.release_hold(released.id, reference="case/2/closed", by=SYSTEM, at=clock.now())
    retention.restrict(restricted, RestrictionReason.UNLAWFUL, reference="case/3", by=SYSTEM, at=at)
    identity.merge(kept, merged, chosen={}, reference="case/4", by=SYSTEM, at=at)
    undone = identity.merge(split_kept, split_away, chosen={}, reference="case/5", by=SYSTEM, at=at)
    identity.split(undone.id, kinds={}, reference="case/6", by=SYSTEM, at=clock.now())
    _sign_ins(at)
    return Everything(chose, held, restricted, kept, merged)


def _sign_ins(at: datetime) -> None:
    customer_account(next(iter(vault.iter_person_ids())), at=at)
    for name, role in (("ina", Role.INCIDENT_LEAD), ("pia", Role.PRIVACY_LEAD)):
        member = add_staff(
            email=f"{name}@corner.example",
            name=name,
            team="Head office",
            role=role,
            by=SYSTEM,
            at=at,
        )
        account = Account.objects.get(pk=member.id)
        secret = get_adapter().encrypt(f"secret of {name}")
        Authenticator.objects.create(user=account, type="totp", data={"secret": secret})
        make_link(member.id, by=SYSTEM, at=clock.now())
    change_role(
        Account.objects.get(email="ina@corner.example").pk,
        role=Role.ADVISER,
        team="Leeds shop",
        by=SYSTEM,
        at=clock.now(),
    )
    for name in ("planning", "order system"):
        client, _ = make_client(
            name=name,
            role="shop-system",
            team="",
            purposes=["deliver-orders"],
            channels=["shop"],
            by=SYSTEM,
            at=at,
        )
    rotate_client(client.id, by=SYSTEM, at=clock.now())
    tokens.issue(ServiceClient.objects.get(pk=client.id), at=clock.now())
