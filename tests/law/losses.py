"""What was lost, in the sets of categories that laws tell apart, and the duties that follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aboveboard.law.duties import due
from aboveboard.law.risk import Risk
from aboveboard.law.terms import (
    AffectedGroup,
    BreachTimes,
    DataAcquisition,
    DutyDue,
    LossFacts,
    OrgProfile,
)

CONTACT = frozenset(
    {"user.name.first", "user.name.last", "user.contact.email", "user.contact.phone_number"}
)
BIRTH = CONTACT | {"user.demographic.date_of_birth"}
SSN = CONTACT | {"user.government_id.national_identification_number"}
CARD = CONTACT | {"user.financial.credit_card"}
PASSWORD = frozenset({"user.contact.email", "user.authorization.password"})

AWARE = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
SHOP = OrgProfile(established_in=("GB",))
LOST = LossFacts(DataAcquisition.LOST, Risk.HIGH, codes_taken=False)
STOLEN = LossFacts(DataAcquisition.ACQUIRED, Risk.HIGH, codes_taken=False)


def duties_of(
    people: Sequence[AffectedGroup],
    facts: LossFacts = STOLEN,
    *,
    profile: OrgProfile = SHOP,
    aware: datetime = AWARE,
    **times: datetime,
) -> dict[str, DutyDue]:
    rows = due(facts, people, times=BreachTimes(aware, **times), profile=profile)
    found = {row.duty_id: row for row in rows}
    assert len(found) == len(rows)
    return found


def end_of_day(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(f"{text}T23:59:59").replace(tzinfo=ZoneInfo(zone))
