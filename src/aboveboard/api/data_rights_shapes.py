"""What the Data Rights Protocol 1.0 takes and gives (Consumer Reports), in its own words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from aboveboard.api.shapes import WORD

DataRightsStatus = Literal["open", "in_progress", "fulfilled", "revoked", "denied", "expired"]
_Short = Annotated[str, Meta(max_length=200)]


class ExerciseIn(Struct, frozen=True):
    """What a signed message asks (2.01): the right, and who the person is (3.04). Other members are
    passed over, as the protocol has it."""

    exercise: _Short
    regime: Annotated[str, Meta(max_length=40)] = ""
    agent_request: _Short = field(name="agent-request-id", default="")
    relationships: Annotated[list[_Short], Meta(max_length=20)] = field(default_factory=list)
    name: _Short = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    email_verified: bool = False
    phone_number: Annotated[str, Meta(max_length=40)] = ""
    phone_number_verified: bool = False
    address: dict[str, Any] | str = ""
    power_of_attorney: Annotated[str, Meta(max_length=1_000)] = ""


class RevokeIn(Struct, frozen=True):
    """What a signed message takes back (2.04). The reason is the person's own, and is not kept."""

    reason: Annotated[str, Meta(max_length=10_000)] = ""
    agent_id: str | None = field(name="agent-id", default=None)
    business_id: str | None = field(name="business-id", default=None)
    expires_at: str | None = field(name="expires-at", default=None)


class DataRightsStatusOut(Struct, frozen=True):
    """How far a request is (3.03). ``user_verification_url``: where the person enters the code that
    they were sent, while that is to be done. What is held of them nobody learns before proof."""

    request_id: str
    received_at: datetime
    status: Annotated[DataRightsStatus, WORD]
    reason: str | UnsetType = UNSET
    expected_by: datetime | UnsetType = UNSET
    agent_request_id: str | UnsetType = UNSET
    processing_details: str | UnsetType = UNSET
    user_verification_url: str | UnsetType = UNSET


class AgentTokenOut(Struct, frozen=True):
    """A token of the agent (2.05). The one before it works no more."""

    agent_id: str = field(name="agent-id")
    token: str


class AgentOut(Struct, frozen=True):
    """That the token works (2.06): nothing."""
