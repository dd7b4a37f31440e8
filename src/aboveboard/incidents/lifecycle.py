"""The one place where an incident is opened, changes state, and gets a line in its
timeline and in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.incidents.models import Incident, Kind, State, StateRecord, TimelineEvent
from aboveboard.ledger.actions import append

_FOLLOWS: Mapping[State, frozenset[State]] = {
    State.OPEN: frozenset({State.CONTAINED, State.TOLD, State.CLOSED}),
    State.CONTAINED: frozenset({State.TOLD, State.CLOSED, State.OPEN}),
    State.TOLD: frozenset({State.CLOSED, State.OPEN}),
    State.CLOSED: frozenset({State.OPEN}),
}


def find(number: int, *, lock: bool = False) -> Incident:
    """Return an incident by its number; ``lock`` holds it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    rows = (
        Incident.objects.select_for_update() if lock else Incident.objects.select_related("device")
    )
    found = rows.filter(number=number).first()
    if found is None:
        raise NotFound(what="incident")
    return found


def open_incident(
    kind: Kind,
    *,
    title: str,
    discovered_at: datetime,
    aware_at: datetime | None = None,
    occurred_at: datetime | None = None,
    device_id: int | None = None,
    circumstances: Mapping[str, str] | None = None,
    reported_in_seconds: int | None = None,
    by: Actor,
    at: datetime,
) -> Incident:
    """Open an incident inside the caller's transaction: row, state, timeline, ledger entry.

    We count as aware from ``aware_at``, or from now: the clock of GDPR Art. 33 starts.
    """
    last = Incident.objects.aggregate(last=Max("number"))["last"] or 0
    incident = Incident.objects.create(
        number=last + 1,
        kind=kind,
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
    StateRecord.objects.create(incident=incident, state=State.OPEN, at=at, by=by.as_json())
    took = f" in {reported_in_seconds} seconds" if reported_in_seconds is not None else ""
    tell(incident, "reported", f"Reported by a member of staff{took}.", by=by, at=at, public=True)
    facts: dict[str, Json] = {"kind": kind.value, "device": device_id}
    record(incident, "incident.opened", facts, by=by, at=at)
    return incident


def tell(
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


def record(
    incident: Incident, kind: str, facts: Mapping[str, Json], *, by: Actor, at: datetime
) -> int:
    """Write the ledger entry of a change to this incident; ``facts`` hold no personal data."""
    return append(kind, by=by, handle=None, facts={"incident": incident.reference, **facts}, at=at)


def stands(incident: Incident) -> State:
    """Return where the incident stands."""
    last = incident.states.order_by("-id").first()
    return State(last.state) if last else State.OPEN


def move(incident: Incident, to: State, *, note: str = "", by: Actor, at: datetime) -> None:
    """Bring an incident into a state, inside the caller's transaction.

    Raises:
        Conflict: that state cannot follow the one it is in.
    """
    now = stands(incident)
    if to not in _FOLLOWS[now]:
        raise Conflict(why=f"{incident.reference} is {now.label.lower()}")
    StateRecord.objects.create(incident=incident, state=to, at=at, by=by.as_json(), note=note)
    record(incident, "incident.changed", {"state": to.value}, by=by, at=at)


def publish(incident: Incident, *, by: Actor, at: datetime) -> None:
    """Put an incident on the trust centre, inside the caller's transaction."""
    incident.published_at = at
    incident.save(update_fields=["published_at"])
    tell(incident, "published", "Shown on our public trust centre.", by=by, at=at, public=True)
    record(incident, "incident.changed", {"published": True}, by=by, at=at)
