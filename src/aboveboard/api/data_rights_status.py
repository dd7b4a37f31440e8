"""How far a request is, in the words of the Data Rights Protocol 1.0 (3.02 and 3.03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import UNSET

from aboveboard.api.data_rights_shapes import DataRightsStatus, DataRightsStatusOut
from aboveboard.rights.requests import queries, visitors
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import Answer, RefusalGround, RequestDetails

VERIFY: Final = "need_user_verification"
DENIED: Final[Mapping[RefusalGround, tuple[str, str]]] = {
    RefusalGround.NOT_PROVED: (
        "insuf_verification",
        "The person, or the agent's authority, was not proved.",
    ),
    RefusalGround.UNFOUNDED: ("other", "The request is manifestly unfounded."),
    RefusalGround.EXCESSIVE: ("too_many_requests", "The same was asked again and again."),
    RefusalGround.COMPELLING_GROUNDS: ("claim_not_covered", "Other grounds weigh more."),
    RefusalGround.LEGAL_DUTY: ("claim_not_covered", "The law has the data kept."),
    RefusalGround.LEGAL_CLAIMS: ("claim_not_covered", "The data are needed for legal claims."),
    RefusalGround.ACCURATE: ("claim_not_covered", "What is held was found to be right."),
    RefusalGround.OTHERS_RIGHTS: ("claim_not_covered", "It would harm other people."),
    RefusalGround.NOT_APPLICABLE: ("claim_not_covered", "The law gives no such right here."),
}
"""The reason of a denied request, and a sentence; the person reads ours, with where to complain."""

_AUTHORITY: Final = (
    "Send us the permission that the person signed, or your power of attorney, so that we can see "
    "that you act for them."
)
_IDENTITY: Final = "The person has to confirm their address with the code that we sent them."
_NO_ADDRESS: Final = (
    "Ask the person to prove to us who they are, or send a request with their e-mail address: we "
    "send a code there."
)


def status_of(record: RequestRecord) -> DataRightsStatusOut:
    """Return how far a request is."""
    details = queries.details(record.id) if record.readable else RequestDetails()
    can_confirm = bool(details.contact.reveal())
    status, reason, words = _words(record.state, can_confirm=can_confirm)
    return DataRightsStatusOut(
        request_id=str(record.id),
        received_at=record.received_at,
        status=status,
        reason=reason or UNSET,
        expected_by=UNSET if record.state.closed else record.due.at,
        agent_request_id=details.agent_request or UNSET,
        processing_details=words or UNSET,
        user_verification_url=visitors.confirm_address(record.id) if reason == VERIFY else UNSET,
    )


def _words(state: RequestState, *, can_confirm: bool) -> tuple[DataRightsStatus, str, str]:
    """Return the status, the reason or "", and what else there is to say of it or "".
    ``can_confirm``: the person was sent a code."""
    match state.stage:
        case RequestStage.WITHDRAWN:
            return "revoked", "", ""
        case RequestStage.FORGOTTEN:
            # They were erased in another way while it was open.
            return "expired", "", ""
        case RequestStage.REFUSED:
            code = state.closing.code if state.closing else ""
            return "denied", *DENIED[RefusalGround(code)]
        case RequestStage.ANSWERED:
            nothing = state.closing is not None and state.closing.code == Answer.NOTHING_HELD
            return ("denied", "no_match", "") if nothing else ("fulfilled", "", "")
        case RequestStage.PROVING if "identity" in state.proof.missing:
            needed = [
                _IDENTITY if can_confirm else _NO_ADDRESS,
                *([_AUTHORITY] if "authority" in state.proof.missing else []),
            ]
            return "in_progress", VERIFY if can_confirm else "", " ".join(needed)
        case RequestStage.PROVING:
            return "in_progress", "", _AUTHORITY
    return "in_progress", "", _of_work(state)


def _of_work(state: RequestState) -> str:
    if state.paused is not None:
        return f"We wait for the person: {state.paused.code}."
    if state.extension is not None:
        return f"It takes longer ({state.extension.code}); the person was told why."
    return ""
