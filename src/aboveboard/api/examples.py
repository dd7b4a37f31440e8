"""An example of what each operation takes and gives, for the description: of made-up people, and of
the sample promise. Each is read by the shape that it is an example of (``tests/api``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class OperationExample:
    """What an operation takes, and what it answers; ``takes`` is None where nothing is sent."""

    takes: Any
    gives: Any


_MARIA: Final = {"kind": "customer_number", "value": "AW11001"}
_JON: Final = {"kind": "email", "value": "jon@example.org"}
_ASK: Final = {"purpose": "deliver-orders", "fields": ["city", "first_name"], "channel": "shop"}
_VALUES: Final = {"city": "Chicago", "first_name": "Maria"}
_NOT_NEEDED: Final = {
    "code": "field_not_in_purpose",
    "field": "birth_date",
    "sentence": "This purpose does not need birth_date.",
}
_REQUEST: Final = {
    "id": 1,
    "reference": "R-0001",
    "kind": "access",
    "stage": "received",
    "received_at": "2026-12-01T09:41:00Z",
    "due_at": "2026-12-31T23:59:59Z",
    "paused": False,
    "missing": ["identity"],
    "closed_at": None,
    "entry": 12,
}
_LINES_IN: Final = (
    '{"purpose": "deliver-orders", "fields": ["city"], "channel": "shop"}\n'
    '{"kind": "customer_number", "value": "AW11001"}\n'
)

_SUFFIXES: Final = {
    "1E4C9B93F3F0682250B6CF8331B7EE68FD8": 10434004,
    "3C8A0E1D77B0C2A97D4F66D1B0E95A12F07": 0,
}

_SIGNED: Final = (
    "kZ2l0d0PB7cAqV9s0sUqYFQ9sJb8mS0Xk3b0bYc0N3l0V0u2f6mY6yJc1i8hQm9vS7xF2w1u3nB5tR4eW6qKCXsiYWdlbn"
    "QtaWQiOiAiQUdFTlRfQSIsIC4uLn0="
)
_DATA_RIGHTS: Final = {
    "request_id": "1",
    "received_at": "2026-12-01T09:41:00Z",
    "status": "in_progress",
    "reason": "need_user_verification",
    "expected_by": "2027-01-15T23:59:59Z",
    "agent_request_id": "A-4711",
    "processing_details": "The person has to confirm their address.",
    "user_verification_url": "https://shop.example/trust/requests/confirm/MQ:1x:abc/",
}

EXAMPLES: Final[Mapping[str, OperationExample]] = {
    "post_data_rights_request": OperationExample(_SIGNED, _DATA_RIGHTS),
    "get_data_rights_request": OperationExample(None, _DATA_RIGHTS),
    "delete_data_rights_request": OperationExample(
        _SIGNED, {"request_id": "1", "received_at": "2026-12-01T09:41:00Z", "status": "revoked"}
    ),
    "post_agent": OperationExample(_SIGNED, {"agent-id": "AGENT_A", "token": "abt_example"}),
    "get_agent": OperationExample(None, {}),
    "post_use": OperationExample(
        _ASK | {"person": _MARIA, "reference": "order-4711"}, {"values": _VALUES, "entry": 6}
    ),
    "post_batch": OperationExample(
        _ASK | {"people": [_MARIA, _JON]},
        {"outcomes": [{"values": _VALUES, "entry": 7}, {"code": "no_one_found"}]},
    ),
    "post_stream": OperationExample(
        _LINES_IN,
        '{"line": 2, "values": {"city": "Chicago"}, "entry": 8}\n{"end": true, "lines": 2}\n',
    ),
    "post_decision": OperationExample(
        _ASK | {"person": _MARIA, "fields": ["birth_date"]},
        {"allowed": False, "fields": [], "reasons": [_NOT_NEEDED], "entry": 9},
    ),
    "post_decision_batch": OperationExample(
        _ASK | {"people": [_MARIA, _JON]},
        {
            "decisions": [
                {"allowed": True, "fields": ["city", "first_name"], "reasons": [], "entry": 10},
                {"code": "no_one_found"},
            ]
        },
    ),
    "post_decision_stream": OperationExample(
        _LINES_IN,
        '{"line": 2, "allowed": true, "fields": ["city"], "reasons": [], "entry": 11}\n'
        '{"end": true, "lines": 2}\n',
    ),
    "post_context": OperationExample(
        {"person": _MARIA, "purpose": "answer-contact", "channel": "phone"},
        {
            "values": {"first_name": "Maria", "email": "maria@example.org"},
            "why": {
                "first_name": {
                    "reference": "answer-contact/first_name",
                    "sentence": "First name: to answer when you contact us (needed for your "
                    "contract). Collected on 3 March 2026 (in a shop).",
                    "page": "https://data.example.org/you/what-for/#first_name",
                }
            },
            "language": "en",
            "contact": [
                {
                    "purpose": "personal-offers",
                    "title": "To send offers chosen for you",
                    "channel": "email",
                    "contact": "email",
                    "may": True,
                    "why": {
                        "reference": "personal-offers/email:may",
                        "sentence": "You said yes to this. You can say no at any time.",
                        "page": "https://data.example.org/you/choices/#personal-offers",
                    },
                }
            ],
            "choices": [
                {
                    "purpose": "personal-offers",
                    "contact": "",
                    "answer": "yes",
                    "channel": "shop",
                    "at": "2026-11-30T16:10:00Z",
                    "why": {
                        "reference": "choice:7",
                        "sentence": "You said yes on 30 November 2026 (in a shop).",
                        "page": "https://data.example.org/you/choices/#personal-offers",
                    },
                }
            ],
            "entry": 12,
        },
    ),
    "post_choice": OperationExample(
        {
            "person": _JON,
            "purpose": "personal-offers",
            "answer": "no",
            "channel": "shop",
            "evidence": "order-form:99",
        },
        {"choice": 1, "entry": 12, "waits": False},
    ),
    "get_disclosures": OperationExample(
        None,
        {
            "disclosures": [
                {
                    "id": 41,
                    "at": "2026-11-30T16:10:00Z",
                    "purpose": "deliver-orders",
                    "fields": ["first_name", "address_line1"],
                    "people": 417,
                    "sha256": "9f2c5f6b7e0a4d318c5b2a6e7f801d3c9f2c5f6b7e0a4d318c5b2a6e7f801d3c",
                    "entry": 12,
                    "agreements": [1],
                }
            ],
            "next": None,
        },
    ),
    "get_disclosure_rows": OperationExample(
        None,
        {
            "rows": [{"row": 1, "categories": ["user.contact.address", "user.name.first"]}],
            "next": None,
        },
    ),
    "get_promise": OperationExample(
        None,
        {
            "serial": 1,
            "digest": "9f2c5f6b7e0a4d318c5b2a6e7f801d3c",
            "purposes": [
                {
                    "key": "deliver-orders",
                    "title": "To deliver what you order",
                    "basis": "contract",
                    "fields": ["first_name", "city"],
                    "roles": ["shop-system"],
                    "channels": ["shop", "api"],
                    "contacts": [],
                }
            ],
        },
    ),
    "get_password_policy": OperationExample(
        None,
        {
            "length": 15,
            "length_with_second_factor": 8,
            "longest": 4096,
            "least_guesses_log10": 8.0,
            "words": ["Adventure Works"],
            "normal_form": "NFC",
            "composition_rules": False,
            "expires": False,
        },
    ),
    "get_password_range": OperationExample(None, {"prefix": "5BAA6", "suffixes": _SUFFIXES}),
    "post_password_check": OperationExample(
        {"length": 8, "prefix": "5BAA6", "guesses_log10": 0.3},
        {
            "allowed": False,
            "problems": [
                {
                    "code": "too_short",
                    "sentence": (
                        "Use at least 15 characters: three or four unrelated words are easy to "
                        "remember."
                    ),
                }
            ],
            "suffixes": _SUFFIXES,
            "breached": (
                "This password was in a leak, and attackers try those first. Choose another one."
            ),
        },
    ),
    "post_request": OperationExample(
        {"kind": "access", "person": _JON}, {"id": 1, "entry": 12, "code_sent": True}
    ),
    "get_requests": OperationExample(None, {"requests": [_REQUEST], "next": None}),
    "get_request": OperationExample(None, _REQUEST),
    "get_usage": OperationExample(
        None,
        {
            "totalUsages": 1,
            "usages": [
                {
                    "logtime": "2026-11-26T12:00:00Z",
                    "action": "To answer when you contact us",
                    "receiverCode": "Adventure Works Ltd",
                    "receiverName": "Adventure Works",
                    "receiverSystem": "Our advisers, Leeds shop",
                }
            ],
        },
    ),
    "get_usage_period": OperationExample(None, {"periodStart": "2026-11-22T09:00:00Z"}),
    "get_heartbeat": OperationExample(None, {"status": "OK", "message": "API is ready"}),
    "post_code": OperationExample({}, _REQUEST),
    "post_proof": OperationExample(
        {"code": "4821-7730"}, _REQUEST | {"stage": "accepted", "missing": []}
    ),
}
"""By the name of the operation."""
