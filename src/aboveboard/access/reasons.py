"""Every reason for which a use is refused: a code for programs, a sentence for people,
and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
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
    OBJECTED = "objected"
    RETENTION_OVER = "retention_over"
    RESTRICTED = "restricted"
    KEPT_FOR_CLAIM = "kept_for_claim"
    NOT_IN_FORCE_THEN = "not_in_force_then"
    NOT_YET_TIME = "not_yet_time"
    NOBODY_TO_SHOW = "nobody_to_show"
    SEVERAL_TO_SHOW = "several_to_show"
    EMERGENCY_NOT_PROMISED = "emergency_not_promised"
    EMERGENCY_NOT_STAFF = "emergency_not_staff"
    EMERGENCY_ROLE = "emergency_role"
    EMERGENCY_FIELD = "emergency_field"
    EMERGENCY_TOO_MANY = "emergency_too_many"
    EMERGENCY_OVER = "emergency_over"


SENTENCES: dict[Code, str] = {
    Code.PERSON_UNKNOWN: "We hold nothing under this person: they were erased, or never known.",
    Code.PURPOSE_UNKNOWN: "The promise has no purpose called {purpose}.",
    Code.ROLE_NOT_ALLOWED: "The promise does not let the role {role} use data for this purpose.",
    Code.CHANNEL_NOT_ALLOWED: (
        "The promise does not allow this purpose through the channel {channel}."
    ),
    Code.OUTSIDE_CLIENT_SCOPE: "This purpose or channel is not in this client's scope.",
    Code.FIELD_NOT_IN_PURPOSE: "This purpose does not need {field}.",
    Code.NO_FIELDS: "No field was asked for.",
    Code.NO_CONSENT: "The person has not said yes to this.",
    Code.YES_BY_ASKER: (
        "Whoever asks is the only one who recorded the yes: somebody else, or the person, must "
        "have recorded it too."
    ),
    Code.CONSENT_WITHDRAWN: "The person said yes and took it back.",
    Code.OBJECTED: "The person objected to this.",
    Code.RETENTION_OVER: "The time for which this may be kept for this purpose is over.",
    Code.RESTRICTED: (
        "The use of this person's data is restricted, and this purpose is not one of the "
        "exceptions."
    ),
    Code.KEPT_FOR_CLAIM: (
        "It is kept longer only for a legal claim and may not be used for anything else."
    ),
    Code.NOT_IN_FORCE_THEN: "The promise was not in force yet at the moment asked about.",
    Code.NOT_YET_TIME: "The moment asked about has not come yet.",
    Code.NOBODY_TO_SHOW: (
        "There is nobody to show for this purpose. Whether anyone matches is not disclosed."
    ),
    Code.SEVERAL_TO_SHOW: "More than one person may match, so none of them is shown.",
    Code.EMERGENCY_NOT_PROMISED: "The promise has no emergencies.",
    Code.EMERGENCY_NOT_STAFF: "Only a member of staff may act in an emergency, never a client.",
    Code.EMERGENCY_ROLE: "The promise does not let the role {role} act in an emergency.",
    Code.EMERGENCY_FIELD: "The promise does not open {field} in an emergency.",
    Code.EMERGENCY_TOO_MANY: ("This account has reached its daily limit for emergency access."),
    Code.EMERGENCY_OVER: (
        "The time for this emergency access is over. Ask again if the emergency continues."
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One reason of a refusal; ``field`` when it concerns a single field."""

    code: Code
    sentence: str
    field: str = ""


def reason(code: Code, field: str = "", **details: str) -> Reason:
    """Return the reason with its sentence filled in."""
    return Reason(code, SENTENCES[code].format(field=field, **details), field)
