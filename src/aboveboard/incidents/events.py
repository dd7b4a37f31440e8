"""What other systems are notified of about incidents."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.facts import Code, Digest
from aboveboard.basics.package import EventAbout, EventType
from aboveboard.incidents.entries import IncidentOpened, NoticesApproved
from aboveboard.incidents.terms import IncidentKind

OPENED: Final = EventType(
    name="incident.opened",
    says="A loss of data was reported: the clocks of the law run.",
    about=EventAbout.NOBODY,
    fields={
        "incident": "its reference",
        "kind": f"one of {', '.join(f'`{kind}`' for kind in IncidentKind)}",
    },
    data=lambda facts: {"incident": facts.incident, "kind": facts.incident_kind},
    example=IncidentOpened(Code("INC-0042"), None, Code(IncidentKind.LEAKED_FILE)),
)
RELEASED: Final = EventType(
    name="incident.notices_released",
    says="A second person approved notices to people whom a loss concerns: they are being sent.",
    about=EventAbout.NOBODY,
    fields={"incident": "its reference", "people": "how many people are written to"},
    data=lambda facts: {"incident": facts.incident, "people": facts.people},
    example=NoticesApproved(Code("INC-0042"), 7, 4812, Digest("5e" * 32)),
)
