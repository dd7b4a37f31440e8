"""The fifth part of ``once.py``: a case with a role, a decision and a review at its end, a
password that was leaked elsewhere, and an authorised agent that brings requests."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from aboveboard.accounts.actions import add_staff
from aboveboard.accounts.clients.agents import register_agent
from aboveboard.accounts.models import Account
from aboveboard.basics.actor import SYSTEM, Actor, Role
from aboveboard.credentials.reuse.actions import reset_reused
from aboveboard.credentials.reuse.sweep import ReuseMatch
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.case import decisions, roles
from aboveboard.incidents.case.closing import ClosingWords
from aboveboard.incidents.terms import CaseRole
from tests import loss

if TYPE_CHECKING:
    from tests.recovery.once import Once


def case(once: Once) -> None:
    """Somebody keeps the notes, something is decided, and the incident is closed."""
    lead = {"by": loss.LEAD, "at": once.now}
    number = incidents.open_other(title="An odd sign", **lead).number
    roles.hand_over_role(number, CaseRole.SCRIBE, once.made.staff.pk, note="Hello.", **lead)
    decided = decisions.record_decision(number, "Wait.", reason="It may be nothing.", **lead)
    decisions.approve_decision(number, decided.id, by=loss.SECOND, at=once.now)
    words = ClosingWords("A false alarm.", "Ask first.", "Nothing.", rest="It was nothing.")
    incidents.close(number, review=words, **lead)
    _reused_password(f"reuse{once.number}@staff.example", **lead)


def _reused_password(email: str, *, by: Actor, at: datetime) -> None:
    """Another site leaked a password that one of the staff uses here."""
    new = add_staff(email=email, name="Jo", team="Shops", role=Role.ADVISER, by=SYSTEM, at=at)
    kept = Account.objects.get(pk=new.id).password
    assert reset_reused(new.id, kept, ReuseMatch.NEAR, source="forum-2026", by=by, at=at)


def agent(name: str, *, by: Actor, at: datetime) -> None:
    """An agent that signs what it brings for others is let in."""
    register_agent(
        agent_id=name,
        business_id="OURS",
        name=f"Helpers {name}",
        verify_key=b64encode(sha256(name.encode()).digest()).decode(),
        role="shop-system",
        requests=["access"],
        by=by,
        at=at,
    )
