"""What providers tell us of notices that left, and what people answer to a text message.

The address is public; what counts is the signature, which the provider makes with a secret that it
shares with us. One that is not signed, not readable or too long changes nothing and is answered
alike.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import public
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.delivery import limits, receipts
from aboveboard.delivery.contact_limits import take_reply
from aboveboard.delivery.providers.services import current_service as mail_service
from aboveboard.delivery.receipts import DeliveryReceipt, ReceiptKind
from aboveboard.delivery.sms.accounts import current_service
from aboveboard.delivery.sms.provider import SmsCallback, SmsReply
from aboveboard.delivery.sms.twilio import SIGNATURE
from aboveboard.delivery.terms import Channel

_MAIL_EVENTS: Final = {
    "delivered": ReceiptKind.DELIVERED,
    "bounced": ReceiptKind.RETURNED,
    "rejected": ReceiptKind.RETURNED,
    "failed": ReceiptKind.RETURNED,
    "complained": ReceiptKind.COMPLAINED,
}
"""The events of django-anymail that say what became of a message; a delay is none."""


@public("a provider of text messages tells what became of one; its signature proves it")
@csrf_exempt  # a program calls, by no cookie; it signs what it says
@require_http_methods(["GET", "POST"])
def sms(request: HttpRequest) -> HttpResponse:
    """Take what the provider of the settings says: 204, or 403 where it did not sign it."""
    try:
        service = current_service()
    except AboveboardError:
        service = None
    callback = _callback(request)
    if service is None or callback is None or not service.provider.is_signed(callback):
        return HttpResponse(status=403)
    message = service.provider.read(callback)
    if isinstance(message, DeliveryReceipt):
        receipts.take(message, at=clock.now())
    elif isinstance(message, SmsReply):
        take_reply(message.sender, stops=message.stops, starts=message.starts, at=clock.now())
    return HttpResponse(status=204)


@public("an e-mail provider tells what became of a notice; what it signs with proves it")
@csrf_exempt  # a program calls, by no cookie; it signs what it says
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """Take what the provider of the settings says: 204, or 403 where nothing proves that it is."""
    view = _mail_view()
    too_long = int(request.headers.get("Content-Length") or 0) > limits.RECEIPT_BYTES
    if view is None or too_long:
        return HttpResponse(status=403)
    if request.method != "POST":  # some ask by HEAD whether the address is there
        return HttpResponse(status=200 if request.method == "HEAD" else 403)
    try:
        view.run_validators(request)
        events = list(view.parse_events(request))
    # Whatever it is: what comes may be anything, and its words are nobody's to log.
    except Exception:
        return HttpResponse(status=403)
    for event in events:
        kind = _MAIL_EVENTS.get(event.event_type)
        dispatch = receipts.dispatch_of(str((event.metadata or {}).get("reference", "")))
        if kind is not None and dispatch is not None:
            receipt = DeliveryReceipt(dispatch, Channel.EMAIL, kind, "")
            receipts.take(receipt, at=clock.now())
    return HttpResponse(status=204)


def _mail_view() -> Any:
    try:
        service = mail_service()
        return None if service is None else service.open_webhook()
    except AboveboardError:
        return None


def _callback(request: HttpRequest) -> SmsCallback | None:
    """Return what was sent, or None where it is too long or no form and no JSON object."""
    # As the provider called it: a proxy in front may have changed the host that we see.
    origin = settings.current().server.origin.rstrip("/")
    if int(request.headers.get("Content-Length") or 0) > limits.RECEIPT_BYTES:
        return None
    if request.content_type == "application/json":
        fields = _read_json(request.read(limits.RECEIPT_BYTES))
    else:
        fields = _read_fields(request.POST)
    query = _read_fields(request.GET)
    if fields is None or query is None:
        return None
    return SmsCallback(
        origin + request.get_full_path(), request.headers.get(SIGNATURE, ""), query, fields
    )


def _read_fields(values: MultiValueDict[str, str]) -> dict[str, str] | None:
    """Return a form's fields; None where there are too many, or one comes twice: which of the two
    is signed, nobody could say."""
    if len(values) > limits.RECEIPT_FIELDS or any(len(each) > 1 for _, each in values.lists()):
        return None
    return {name: each[0] for name, each in values.lists() if each}


def _read_json(body: bytes) -> dict[str, str] | None:
    try:
        read = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if len(read) > limits.RECEIPT_FIELDS:
        return None
    return {name: value for name, value in read.items() if isinstance(value, str)}
