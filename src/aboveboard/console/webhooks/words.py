"""How the pages say what became of a notification."""

from __future__ import annotations

from typing import Any, Final

from aboveboard.delivery.terms import EndpointPause, FailureReason, WebhookState
from aboveboard.delivery.webhooks.queries import Delivery, EndpointRecord

STATES: Final = {
    WebhookState.QUEUED: "Waits",
    WebhookState.SENT: "Arrived",
    WebhookState.FAILED: "Failed",
    WebhookState.SKIPPED: "Not sent",
}
_TONES: Final = {
    WebhookState.QUEUED: "look",
    WebhookState.SENT: "kept",
    WebhookState.FAILED: "act",
    WebhookState.SKIPPED: "",
}
REASONS: Final = {
    FailureReason.STATUS: "It answered with an error.",
    FailureReason.UNREACHABLE: "It could not be reached, or did not answer in time.",
    FailureReason.REFUSED_ADDRESS: "Its address may not be called, or its certificate is wrong.",
    FailureReason.UNREADABLE: "It answered with something that is not HTTP.",
    FailureReason.GONE: "It answered that it wants no more notifications.",
    FailureReason.NOT_AUTHENTIC: "The database was changed past the program.",
    FailureReason.REMOVED: "The system was removed before it could be sent.",
    FailureReason.ERASED: "The person was erased before it could be sent.",
}
PAUSES: Final = {
    EndpointPause.BY_HAND: "Somebody paused it.",
    EndpointPause.GONE: "It answered that it wants no more notifications (410 Gone).",
    EndpointPause.FAILING: "It has taken nothing for five days.",
}


def delivery_in_words(delivery: Delivery) -> dict[str, Any]:
    """Return a notification as a list shows it."""
    return {
        "row": delivery,
        "state": STATES[delivery.state].lower(),
        "tone": _TONES[delivery.state],
        "reason": REASONS[delivery.reason] if delivery.reason else "",
        "waits": delivery.state is WebhookState.QUEUED,
    }


def condition(endpoint: EndpointRecord) -> tuple[str, str]:
    """Return in a word how an endpoint is, and the tone of it."""
    if not endpoint.authentic:
        return "changed past the program", "act"
    if endpoint.paused_why is not None:
        return "paused", "look" if endpoint.paused_why is EndpointPause.BY_HAND else "act"
    return ("failing", "act") if endpoint.failing_since else ("on", "kept")
