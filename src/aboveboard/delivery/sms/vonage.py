"""Vonage's SMS API: ``/sms/json``, delivery receipts, and the signature of what it sends us
(developer.vonage.com, "SMS API" and "Signing messages")."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from aboveboard.basics.personal import Personal
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.receipts import DeliveryReceipt, ReceiptKind, dispatch_of
from aboveboard.delivery.sms.provider import (
    BUSY,
    NO_CREDIT,
    REFUSES,
    REFUSES_SENDER,
    NoSmsProvider,
    SmsAccount,
    SmsCallback,
    SmsReply,
    busy,
    form_call,
    reply_of,
)
from aboveboard.delivery.sms.segments import SmsEncoding, size_of
from aboveboard.delivery.terms import Channel

BASE: Final = "https://rest.nexmo.com"

_TAKEN: Final = "0"
_THROTTLED: Final = "1"
_LATER: Final = frozenset(("5", "10"))
_NOT_LET_IN: Final = frozenset(("2", "4", "8", "11", "14", "32"))
_QUOTA: Final = "9"
_SENDER: Final = "15"
_NUMBER: Final = frozenset(("33", "34"))
_STOPPED: Final = "7"


class Vonage:
    """A sender at Vonage: a number or a name of letters."""

    def __init__(self, account: SmsAccount) -> None:
        self.account = account
        self._base = account.base or BASE
        self._key = {"api_key": account.account, "api_secret": account.secret}

    def probe(self) -> OutgoingCall:
        """Return the call that reads our balance."""
        return OutgoingCall(
            "GET", Personal(f"{self._base}/account/get-balance?{urlencode(self._key)}")
        )

    def check_probe(self, answer: OutgoingAnswer) -> None:
        """Read what was answered to it.

        Raises:
            NoSmsProvider: it does not know us, or nothing is left to send with.
        """
        if answer.status == 429:
            raise busy(answer)
        if answer.status != 200:
            raise NoSmsProvider(reason=REFUSES, code=answer.status)
        balance = _json(answer).get("value")
        if isinstance(balance, int | float) and balance <= 0:
            raise NoSmsProvider(reason=NO_CREDIT, code=answer.status)

    def message(self, to: str, text: str, reference: str) -> OutgoingCall:
        """Return the call that asks for a message, with our reference (``client-ref``)."""
        unicode = size_of(text).encoding is SmsEncoding.UCS2
        values = {
            **self._key,
            "from": self.account.sender.removeprefix("+"),
            "to": to.removeprefix("+"),
            "text": text,
            "type": "unicode" if unicode else "text",
            "client-ref": reference,
            "status-report-req": "1",
            "callback": self.account.callback,
        }
        return form_call(f"{self._base}/sms/json", values, {})

    def outcome(self, key: int, answer: OutgoingAnswer) -> DeliveryOutcome:
        """Return what was answered to it: 200 whatever became of it, and a status for each part.

        Raises:
            NoSmsProvider: we are not let in, the sender is none of ours, or too much was sent.
        """
        if answer.status == 429:
            raise busy(answer)
        if answer.status in (401, 403):
            raise NoSmsProvider(reason=REFUSES, code=answer.status)
        parts = _json(answer).get("messages")
        states = [str(part.get("status")) for part in parts or () if isinstance(part, Mapping)]
        if answer.status != 200 or not states:
            return DeliveryOutcome(key, DeliveryVerdict.PUT_OFF, answer.status, "put-off")
        # What part of it was not taken makes it a message that was not.
        worst = next((state for state in states if state != _TAKEN), _TAKEN)
        return self._judged(key, worst, answer.status)

    def _judged(self, key: int, state: str, status: int) -> DeliveryOutcome:
        if state == _TAKEN:
            return DeliveryOutcome(key, DeliveryVerdict.TAKEN, status)
        if state == _THROTTLED:
            raise NoSmsProvider(reason=BUSY, code=status, retry_after=timedelta(seconds=1))
        if state in _NOT_LET_IN:
            raise NoSmsProvider(reason=REFUSES, code=status)
        if state == _QUOTA:
            raise NoSmsProvider(reason=NO_CREDIT, code=status)
        if state == _SENDER:
            raise NoSmsProvider(reason=REFUSES_SENDER, code=status)
        if state in _LATER:
            return DeliveryOutcome(key, DeliveryVerdict.PUT_OFF, status, "put-off")
        reason = "sms-refused"
        if state in _NUMBER:
            reason = "number-refused"
        elif state == _STOPPED:
            reason = "asked-to-stop"
        return DeliveryOutcome(key, DeliveryVerdict.REFUSED, status, reason)

    def is_signed(self, callback: SmsCallback) -> bool:
        """Whether Vonage sent this: HMAC-SHA256 under the signature secret, over each field but
        ``sig`` in order, as ``&name=value`` with ``&`` and ``=`` in a value made ``_``."""
        signed = {**callback.query, **callback.fields}
        given = signed.pop("sig", "")
        text = "".join(
            f"&{name}={value.replace('&', '_').replace('=', '_')}"
            for name, value in sorted(signed.items())
        )
        if not self.account.signing:
            return False
        made = hmac.digest(self.account.signing.encode(), text.encode(), "sha256").hex()
        return hmac.compare_digest(made.encode(), given.lower().encode("utf-8", "replace"))

    def read(self, callback: SmsCallback) -> DeliveryReceipt | SmsReply | None:
        """Return what became of a message, or what somebody answered."""
        fields = {**callback.query, **callback.fields}
        status = fields.get("status", "")
        if not status:
            sender = fields.get("msisdn", "")
            return reply_of(sender, fields.get("text", "")) if sender else None
        dispatch = dispatch_of(fields.get("client-ref", ""))
        if dispatch is None:
            return None
        if status == "delivered":
            return DeliveryReceipt(dispatch, Channel.SMS, ReceiptKind.DELIVERED)
        if status in ("failed", "rejected", "expired", "deleted"):
            return DeliveryReceipt(dispatch, Channel.SMS, ReceiptKind.RETURNED, "not-delivered")
        return None


def _json(answer: OutgoingAnswer) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return read if isinstance(read, dict) else {}
