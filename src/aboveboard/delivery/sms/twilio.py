"""Twilio's Programmable Messaging: ``Messages`` of the API 2010-04-01, status callbacks, and the
signature of what it sends us (twilio.com/docs/messaging/api/message-resource,
twilio.com/docs/usage/webhooks/webhooks-security)."""

from __future__ import annotations

import base64
import hmac
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from aboveboard.basics.personal import Personal
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.receipts import DeliveryReceipt, ReceiptKind, dispatch_of
from aboveboard.delivery.sms.provider import (
    NO_CREDIT,
    REFUSES,
    REFUSES_SENDER,
    NoSmsProvider,
    SmsAccount,
    SmsCallback,
    SmsReply,
    basic,
    busy,
    form_call,
    reply_of,
)
from aboveboard.delivery.terms import Channel

BASE: Final = "https://api.twilio.com"
SIGNATURE: Final = "X-Twilio-Signature"

_NO_SUCH_NUMBER: Final = frozenset((21211, 21214, 21217, 21421, 21614))
_STOPPED: Final = 21610
# What is wrong with the sender or the account is wrong for every message.
_SENDER: Final = frozenset((21212, 21602, 21603, 21606, 21611, 21659, 21660, 21661))
_CREDIT: Final = frozenset((20005, 30002, 63038))


class Twilio:
    """A sender at Twilio: a number, a name of letters, or a messaging service (``MG…``)."""

    def __init__(self, account: SmsAccount) -> None:
        self.account = account
        self._address = f"{account.base or BASE}/2010-04-01/Accounts/{account.account}"
        self._credentials = basic(account.account, account.secret)

    def probe(self) -> OutgoingCall:
        """Return the call that reads our account."""
        return OutgoingCall("GET", Personal(f"{self._address}.json"), credentials=self._credentials)

    def check_probe(self, answer: OutgoingAnswer) -> None:
        """Read what was answered to it.

        Raises:
            NoSmsProvider: it does not know us, or our account is closed.
        """
        if answer.status == 429:
            raise busy(answer)
        if answer.status != 200 or _json(answer).get("status", "active") != "active":
            raise NoSmsProvider(reason=REFUSES, code=answer.status)

    def message(self, to: str, text: str, reference: str) -> OutgoingCall:
        """Return the call that asks for a message; what becomes of it is told to an address that
        has our reference."""
        account = self.account
        by = "MessagingServiceSid" if account.sender.startswith("MG") else "From"
        query = urlencode({"reference": reference})
        values = {
            "To": to,
            by: account.sender,
            "Body": text,
            "StatusCallback": f"{account.callback}?{query}",
        }
        return form_call(f"{self._address}/Messages.json", values, self._credentials)

    def outcome(self, key: int, answer: OutgoingAnswer) -> DeliveryOutcome:
        """Return what was answered to it.

        Raises:
            NoSmsProvider: we are not let in, the sender is none of ours, or too much was sent.
        """
        status = answer.status
        if status in (200, 201):
            return DeliveryOutcome(key, DeliveryVerdict.TAKEN, status)
        code = _json(answer).get("code")
        if status == 429 or code == 20429:
            raise busy(answer)
        if status in (401, 403) and code != _STOPPED:
            raise NoSmsProvider(reason=REFUSES, code=status)
        if code in _SENDER:
            raise NoSmsProvider(reason=REFUSES_SENDER, code=status)
        if code in _CREDIT:
            raise NoSmsProvider(reason=NO_CREDIT, code=status)
        if status >= 500:
            return DeliveryOutcome(key, DeliveryVerdict.PUT_OFF, status, "put-off")
        reason = "sms-refused"
        if code in _NO_SUCH_NUMBER:
            reason = "number-refused"
        elif code == _STOPPED:
            reason = "asked-to-stop"
        return DeliveryOutcome(key, DeliveryVerdict.REFUSED, status, reason)

    def is_signed(self, callback: SmsCallback) -> bool:
        """Whether Twilio sent this: HMAC-SHA1 under the auth token, over our address and each field
        of the body in order, base64."""
        signed = callback.url + "".join(
            f"{name}{value}" for name, value in sorted(callback.fields.items())
        )
        digest = hmac.digest(self.account.signing.encode(), signed.encode(), "sha1")
        made = base64.b64encode(digest)
        return hmac.compare_digest(made, callback.signature.encode("utf-8", "replace"))

    def read(self, callback: SmsCallback) -> DeliveryReceipt | SmsReply | None:
        """Return what became of a message, or what somebody answered."""
        status = callback.fields.get("MessageStatus", "")
        if not status:
            words = callback.fields.get("OptOutType") or callback.fields.get("Body", "")
            sender = callback.fields.get("From", "")
            return reply_of(sender, words) if sender else None
        dispatch = dispatch_of(callback.query.get("reference", ""))
        if dispatch is None:
            return None
        if status in ("delivered", "read"):
            return DeliveryReceipt(dispatch, Channel.SMS, ReceiptKind.DELIVERED)
        if status in ("undelivered", "failed"):
            stopped = callback.fields.get("ErrorCode") == str(_STOPPED)
            reason = "asked-to-stop" if stopped else "not-delivered"
            return DeliveryReceipt(dispatch, Channel.SMS, ReceiptKind.RETURNED, reason)
        return None


def _json(answer: OutgoingAnswer) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return {}
    return read if isinstance(read, dict) else {}
