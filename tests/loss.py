"""A loss for tests of the faces: a laptop with some customers' details on it,
counted, and told if asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.custody.actions import register_device
from aboveboard.custody.exporting import make_export
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.delivery import claims, limits
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.incidents import actions
from aboveboard.incidents.case.closing import ClosingWords
from aboveboard.incidents.models import Incident
from aboveboard.incidents.notices import actions as notices
from aboveboard.outbox import jobs
from tests.world import ADVISER, HOLDER

# Numbers that no account of a test reaches: whoever prepares does not approve, and must be
# nobody who signs in by chance.
LEAD = Actor(ActorKind.STAFF, "900011", Role.INCIDENT_LEAD, "Security")
SECOND = Actor(ActorKind.STAFF, "900012", Role.PRIVACY_LEAD, "Privacy")
CLOSING = ClosingWords(
    cause="It was left on a seat.",
    lessons="Exports need no laptop.",
    changed="Laptops are encrypted.",
    rest="The laptop came back.",
)
FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "address_line1",
    "city",
    "postal_code",
    "country",
)


def lost_laptop(
    person_ids: Sequence[int], folder: Path, *, at: datetime, tag: str = "LT-0042"
) -> Incident:
    """Lose an unencrypted laptop with an export of these people, and count whom it concerns."""
    device = register_device(
        kind=DeviceKind.LAPTOP,
        name="Field laptop",
        tag=tag,
        encrypted=EncryptionState.NO,
        holder_id=HOLDER,
        by=ADVISER,
        at=at,
    )
    make_export(
        person_ids,
        FIELDS,
        purpose="deliver-orders",
        out=folder / f"{tag}.csv",
        device_id=device.id,
        unprotected=True,
        by=ADVISER,
        at=at,
    )
    incident = actions.report_loss(device.id, note="Left on the 17:42 to Leeds.", by=ADVISER, at=at)
    jobs.run_jobs_once(worker="test")
    return incident


def approved(incident: Incident, *, at: datetime) -> None:
    """Prepare and approve its notices, so that everyone in it is being told."""
    batch = notices.prepare(
        incident.number, measures={"en": "We locked its account."}, by=LEAD, at=at
    )
    notices.approve(batch.id, by=SECOND, at=at)
    jobs.run_jobs_once(worker="test")


def send_all(*, at: datetime) -> None:
    """Let everybody who waits count as written to at a moment; the mail is other tests' matter."""
    for channel in Channel:
        while claim := claims.claim_batch("test", channel, clock.now(), limits.DELIVERY_CHUNK):
            sent = DispatchState.SENT
            results = [claims.DispatchResult(id_, sent, code=250) for id_ in claim.items]
            claims.record(claim, results, at)
