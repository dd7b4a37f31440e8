"""The fourth part of ``once.py``: other organisations, read and read by, and a letter about an
emergency of somebody who keeps out who asked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pyrage.x25519 import Identity

from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.use import Subject
from aboveboard.accounts.clients.actions import make_client
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.campaigns import actions as campaigns
from aboveboard.campaigns.terms import NewCampaign
from aboveboard.choices.actions import choose
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.bounding import set_boundary
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.connectors.secrets import SecretText
from aboveboard.delivery import actions as delivery
from aboveboard.group import links, organisations, shown
from aboveboard.group.organisations import DeclaredOrganisation
from aboveboard.group.subject import digest_of_half, make_half
from aboveboard.ledger.format.note import Signer
from aboveboard.third_parties import actions as third_parties
from tests.delivery.scripted import ScriptedServer
from tests.recovery import files

if TYPE_CHECKING:
    from tests.recovery.once import Once

ADVISER = Actor(ActorKind.STAFF, "900021", "adviser", "Night desk")


def declared(key: str) -> DeclaredOrganisation:
    """Another organisation."""
    return DeclaredOrganisation(
        key=key,
        name="Water",
        address="https://water.example",
        client_id="abc",
        secret=SecretText("a secret"),
        secret_until=clock.now() + timedelta(days=300),
        landing="signed there",
        verifier=Signer.from_seed("water.example", bytes(32)).verifier.vkey,
    )


def portal(name: str) -> shown.OtherPortal:
    """A portal whose client may ask here."""
    client, _ = make_client(
        name=name, role="shop-system", team="", purposes=[], channels=[],
        rights=["usage:linked"], by=SYSTEM, at=clock.now(),
    )  # fmt: skip
    return shown.portal_of(shown.landing_for(client.id, "https://portal.example/"))


def link(once: Once) -> None:
    """Two organisations are read, and one no more; somebody links each way, and ends one."""
    ada, ben = once.ids[26], once.ids[27]
    key = f"water-{once.number}"
    record = organisations.declare(declared(key), **once.said)
    organisations.declare(declared(f"fire-{once.number}"), **once.said)
    organisations.remove(f"fire-{once.number}", **once.said)
    other = portal(f"Another portal {once.number}")
    for person in (ada, ben):
        links.link(person, record, (make_half(), make_half()), at=once.now)
        shown.show_uses(person, other, digest_of_half(make_half()), at=once.now)
    links.unlink(ben, record, at=once.now)
    (portal_shown,) = shown.shown_portals(ben, at=once.now)
    shown.hide_uses(ben, portal_shown.id, at=once.now)


def third_party(once: Once) -> None:
    """Somebody lets a charity in, and is written to about it."""
    make_client(
        name=f"Charity {once.number}", role="third-party", team="", purposes=["get-advice"],
        channels=["api"], rights=["third-party:consumer-advice"], **once.said,
    )  # fmt: skip
    last_day = (once.now + timedelta(days=30)).date()
    said = {"channel": "portal", "evidence": "portal:1", "by": CUSTOMER, "at": once.now}
    third_parties.let_in(once.ids[21], "consumer-advice", "get-advice", last_day, **said)


def emergency_kept_out(once: Once) -> None:
    """An emergency opens the record of somebody who keeps that team out; they are written to."""
    person, row = once.ids[22], once.rows[22]
    boundary = Boundary(BoundaryKind.TEAM, ADVISER.team)
    set_boundary(person, boundary, channel="portal", evidence="portal:1", by=CUSTOMER, at=once.now)
    subject = Subject(kind="email", value=row["email"])
    why = EmergencyGround.LIFE_IN_DANGER
    assert break_glass(subject, ("city",), why, by=ADVISER, at=clock.now()).allowed
    # Somebody else said yes to e-mail, and is sent a link to confirm their address.
    said = {"answer": ChoiceAnswer.YES, "channel": "portal", "evidence": "portal:1"}
    choose(once.ids[21], "newsletter", **said, by=CUSTOMER, at=once.now)
    third_party(once)
    key = str(Identity.generate().to_public())
    offers = NewCampaign("personal-offers", "email", "email-provider", (key,))
    campaigns.bring(offers, None, by=ADVISER, at=once.now)
    once.work()
    with ScriptedServer() as server, files.mail_to(once.patch, server.port):
        delivery.drain(worker="test", at=clock.now())
