"""The one place where an incident is opened, changes state, and gets a line in its
timeline and in the ledger."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code, Facts
from aboveboard.incidents.entries import IncidentChanged, IncidentOpened
from aboveboard.incidents.events import OPENED
from aboveboard.incidents.models import Incident, StateRecord, TimelineEvent
from aboveboard.incidents.terms import LOSSES, IncidentKind, IncidentState, LossKind
from aboveboard.ledger.actions import append
from aboveboard.outbox.events import announce

_LOCK: Final = zlib.crc32(b"aboveboard.incidents.number")
"""PostgreSQL advisory locks are named by numbers; this is ours."""

_FOLLOWS: Mapping[IncidentState, frozenset[IncidentState]] = {
    IncidentState.OPEN: frozenset(
        {IncidentState.CONTAINED, IncidentState.NOTIFIED, IncidentState.CLOSED}
    ),
    IncidentState.CONTAINED: frozenset(
        {IncidentState.NOTIFIED, IncidentState.CLOSED, IncidentState.OPEN}
    ),
    IncidentState.NOTIFIED: frozenset({IncidentState.CLOSED, IncidentState.OPEN}),
    IncidentState.CLOSED: frozenset({IncidentState.OPEN}),
}


def find(number: int, *, lock: bool = False) -> Incident:
    """Return an incident by its number; ``lock`` holds it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    rows = (
        # The lock is on the incident alone: joined to its device, PostgreSQL refuses to lock the
        # side of an outer join that may be missing.
        Incident.objects.select_for_update() if lock else Incident.objects.select_related("device")
    )
    incident = rows.filter(number=number).first()
    if incident is None:
        raise NotFound(what="incident")
    return incident


def open_incident(
    kind: IncidentKind,
    *,
    title: str,
    discovered_at: datetime,
    aware_at: datetime | None = None,
    occurred_at: datetime | None = None,
    loss: LossKind | None = None,
    device_id: int | None = None,
    circumstances: Mapping[str, str] | None = None,
    reported_in_seconds: int | None = None,
    by: Actor,
    at: datetime,
) -> Incident:
    """Open an incident inside the caller's transaction: row, state, timeline, ledger entry.

    We count as aware from ``aware_at``, or from now: the clock of GDPR Art. 33 starts.
    """
    _lock_numbering()
    # Counted and not drawn from a sequence, which leaves gaps where a transaction is undone: people
    # read these numbers.
    last = Incident.objects.aggregate(last=Max("number"))["last"] or 0
    incident = Incident.objects.create(
        number=last + 1,
        kind=kind,
        loss=loss or LOSSES[kind],
        title=title[:120],
        occurred_at=occurred_at,
        discovered_at=discovered_at,
        aware_at=aware_at or at,
        opened_at=at,
        reported_by=by.as_json(),
        reported_in_seconds=reported_in_seconds,
        device_id=device_id,
        circumstances=dict(circumstances or {}),
    )
    StateRecord.objects.create(incident=incident, state=IncidentState.OPEN, at=at, by=by.as_json())
    took = f" in {reported_in_seconds} seconds" if reported_in_seconds is not None else ""
    add_timeline_event(
        incident, "reported", f"Reported by a member of staff{took}.", by=by, at=at, public=True
    )
    opened = IncidentOpened(
        incident=reference_of(incident), device=device_id, incident_kind=Code(kind.value)
    )
    announce(OPENED, entry=append_entry(opened, by=by, at=at))
    return incident


def _lock_numbering() -> None:
    """Let nobody else take the next number until this transaction ends: two incidents opened at one
    moment would both take the same, and one of them would be refused."""
    # SQLite needs no lock of its own: its transactions begin IMMEDIATE, and one writes at a time.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def add_timeline_event(
    incident: Incident,
    code: str,
    sentence: str,
    *,
    by: Actor,
    at: datetime,
    recorded_at: datetime | None = None,
    public: bool = False,
) -> None:
    """Add a line to the timeline."""
    TimelineEvent.objects.create(
        incident=incident,
        at=at,
        recorded_at=recorded_at or at,
        by=by.as_json(),
        code=code,
        sentence=sentence[:400],
        public=public,
    )


def append_entry(entry: Facts, *, by: Actor, at: datetime) -> int:
    """Write the ledger entry of a change to an incident. It is about no person: what happened to
    whom is in the exposure set."""
    return append(entry, by=by, handle=None, at=at)


def reference_of(incident: Incident) -> Code:
    """Return how its entries name an incident."""
    return Code(incident.reference)


def current_state(incident: Incident) -> IncidentState:
    """Return where the incident stands."""
    last = incident.states.order_by("-id").first()
    return IncidentState(last.state) if last else IncidentState.OPEN


def change_state(
    incident: Incident, to: IncidentState, *, note: str = "", by: Actor, at: datetime
) -> None:
    """Bring an incident into a state, inside the caller's transaction.

    Raises:
        Conflict: that state cannot follow the one it is in.
    """
    now = current_state(incident)
    if to not in _FOLLOWS[now]:
        raise Conflict(why=f"{incident.reference} has the status “{now.label.lower()}”")
    return_to(incident, to, note=note, by=by, at=at)


def return_to(
    incident: Incident, to: IncidentState, *, note: str = "", by: Actor, at: datetime
) -> None:
    """Write down that an incident is in a state, inside the caller's transaction, whether or not it
    may follow."""
    StateRecord.objects.create(incident=incident, state=to, at=at, by=by.as_json(), note=note)
    changed = IncidentChanged(incident=reference_of(incident), state=Code(to.value))
    append_entry(changed, by=by, at=at)


def publish(incident: Incident, *, by: Actor, at: datetime) -> None:
    """Put an incident on the trust centre, inside the caller's transaction."""
    incident.published_at = at
    incident.save(update_fields=["published_at"])
    add_timeline_event(
        incident, "published", "Shown on our public trust centre.", by=by, at=at, public=True
    )
    append_entry(IncidentChanged(incident=reference_of(incident), published=True), by=by, at=at)
