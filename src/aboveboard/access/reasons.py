"""Every reason for which a use is refused: a code for programs, a sentence for people,
and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonCode(StrEnum):
    """Stable codes of refusal; the sentence of each is in :data:`SENTENCES`."""

    PERSON_UNKNOWN = "person_unknown"
    PURPOSE_UNKNOWN = "purpose_unknown"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    OUTSIDE_CLIENT_SCOPE = "outside_client_scope"
    FIELD_NOT_IN_PURPOSE = "field_not_in_purpose"
    NO_FIELDS = "no_fields"
    NO_CONSENT = "no_consent"
    YES_BY_ASKER = "yes_recorded_by_asker"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ADDRESS_NOT_CONFIRMED = "address_not_confirmed"
    KEPT_OUT = "kept_out_by_person"
    OBJECTED = "objected"
    RETENTION_OVER = "retention_over"
    RESTRICTED = "restricted"
    KEPT_FOR_CLAIM = "kept_for_claim"
    NOT_IN_FORCE_THEN = "not_in_force_then"
    NOT_YET_TIME = "not_yet_time"
    NOBODY_TO_SHOW = "nobody_to_show"
    SEVERAL_TO_SHOW = "several_to_show"
    DECEASED = "deceased"
    THIRD_PARTY_NOT_PROMISED = "third_party_not_promised"
    THIRD_PARTY_NOT_LET_IN = "third_party_not_let_in"
    THIRD_PARTY_ENDED = "third_party_ended"
    THIRD_PARTY_EXPIRED = "third_party_expired"
    THIRD_PARTY_OTHER_PURPOSE = "third_party_other_purpose"
    THIRD_PARTY_OTHER_FIELD = "third_party_other_field"
    EMERGENCY_NOT_PROMISED = "emergency_not_promised"
    EMERGENCY_NOT_STAFF = "emergency_not_staff"
    EMERGENCY_ROLE = "emergency_role"
    EMERGENCY_FIELD = "emergency_field"
    EMERGENCY_TOO_MANY = "emergency_too_many"
    EMERGENCY_OVER = "emergency_over"


SENTENCES: dict[ReasonCode, str] = {
    ReasonCode.PERSON_UNKNOWN: (
        "We hold nothing under this person: they were erased, or never known."
    ),
    ReasonCode.PURPOSE_UNKNOWN: "The promise has no purpose called {purpose}.",
    ReasonCode.ROLE_NOT_ALLOWED: (
        "The promise does not let the role {role} use data for this purpose."
    ),
    ReasonCode.CHANNEL_NOT_ALLOWED: (
        "The promise does not allow this purpose through the channel {channel}."
    ),
    ReasonCode.OUTSIDE_CLIENT_SCOPE: "This purpose or channel is not in this client's scope.",
    ReasonCode.FIELD_NOT_IN_PURPOSE: "This purpose does not need {field}.",
    ReasonCode.NO_FIELDS: "No field was asked for.",
    ReasonCode.NO_CONSENT: "The person has not said yes to this.",
    ReasonCode.YES_BY_ASKER: (
        "Whoever asks is the only one who recorded the yes: somebody else, or the person, must "
        "have recorded it too."
    ),
    ReasonCode.CONSENT_WITHDRAWN: "The person said no to this.",
    ReasonCode.ADDRESS_NOT_CONFIRMED: (
        "The person said yes, and has not confirmed their e-mail address yet."
    ),
    ReasonCode.KEPT_OUT: (
        "The person keeps this role or team out of their record. In an emergency it can be opened, "
        "and they see that."
    ),
    ReasonCode.OBJECTED: "The person objected to this.",
    ReasonCode.RETENTION_OVER: "The time for which this may be kept for this purpose is over.",
    ReasonCode.RESTRICTED: (
        "The use of this person's data is restricted, and this purpose is not one of the "
        "exceptions."
    ),
    ReasonCode.KEPT_FOR_CLAIM: (
        "It is kept longer only for a legal claim and may not be used for anything else."
    ),
    ReasonCode.NOT_IN_FORCE_THEN: "The promise was not in force yet at the moment asked about.",
    ReasonCode.NOT_YET_TIME: "The moment asked about has not come yet.",
    ReasonCode.NOBODY_TO_SHOW: (
        "There is nobody to show for this purpose. Whether anyone matches is not disclosed."
    ),
    ReasonCode.SEVERAL_TO_SHOW: "More than one person may match, so none of them is shown.",
    ReasonCode.DECEASED: "The person is recorded as having died, so nothing they chose goes on.",
    ReasonCode.THIRD_PARTY_NOT_PROMISED: (
        "The promise does not let a person open this purpose to this third party."
    ),
    ReasonCode.THIRD_PARTY_NOT_LET_IN: "The person has not let this third party in.",
    ReasonCode.THIRD_PARTY_ENDED: "The person ended the access of this third party.",
    ReasonCode.THIRD_PARTY_EXPIRED: (
        "The time for which the person let this third party in is over."
    ),
    ReasonCode.THIRD_PARTY_OTHER_PURPOSE: (
        "The person let this third party in for another purpose, and not for this one."
    ),
    ReasonCode.THIRD_PARTY_OTHER_FIELD: (
        "The person was not shown {field} when they let this third party in."
    ),
    ReasonCode.EMERGENCY_NOT_PROMISED: "The promise has no emergencies.",
    ReasonCode.EMERGENCY_NOT_STAFF: (
        "Only a member of staff may act in an emergency, never a client."
    ),
    ReasonCode.EMERGENCY_ROLE: "The promise does not let the role {role} act in an emergency.",
    ReasonCode.EMERGENCY_FIELD: "The promise does not open {field} in an emergency.",
    ReasonCode.EMERGENCY_TOO_MANY: (
        "This account has reached its daily limit for emergency access."
    ),
    ReasonCode.EMERGENCY_OVER: (
        "The time for this emergency access is over. Ask again if the emergency continues."
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class RefusalReason:
    """One reason of a refusal; ``field`` when it concerns a single field."""

    code: ReasonCode
    sentence: str
    field: str = ""


OF_THIRD_PARTIES = frozenset(
    {
        ReasonCode.THIRD_PARTY_ENDED,
        ReasonCode.THIRD_PARTY_EXPIRED,
        ReasonCode.THIRD_PARTY_OTHER_PURPOSE,
        ReasonCode.THIRD_PARTY_OTHER_FIELD,
    }
)
"""What a third party whom a person let in, now or once, is told when it names them: it knew them,
so a look-up tells it nothing new (``docs/decisions/0017``)."""


def reason(code: ReasonCode, field: str = "", **details: str) -> RefusalReason:
    """Return the reason with its sentence filled in."""
    return RefusalReason(code, SENTENCES[code].format(field=field, **details), field)
