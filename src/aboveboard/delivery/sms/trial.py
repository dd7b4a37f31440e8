"""A test text to one number: what the provider said of it, and what to do. Nothing is written, and
nobody's record is read: the number is the operator's own word."""

from __future__ import annotations

from typing import Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall
from aboveboard.delivery import limits
from aboveboard.delivery.channels import DeliveryVerdict
from aboveboard.delivery.sms.accounts import SmsService, current_service
from aboveboard.delivery.sms.provider import (
    BUSY,
    NO_CREDIT,
    REFUSES,
    REFUSES_SENDER,
    UNREACHABLE,
    NoSmsProvider,
)
from aboveboard.delivery.trial import MailTrial, NoTestAddress
from aboveboard.kinds.normalise import phone

_TEST: Final = "{organisation}: a test message. You do not need to do anything."
_NO_PROVIDER: Final = {
    UNREACHABLE: (
        "it does not answer",
        "Check sms.url, that this machine may call out, and that a firewall lets it.",
    ),
    REFUSES: (
        "it refuses to talk to us",
        "Check sms.account and the secret that sms.secret names.",
    ),
    REFUSES_SENDER: (
        "it takes no messages from sms.sender",
        "Set sms.sender to a number or name that this account may send from.",
    ),
    NO_CREDIT: ("nothing is left to send with", "Add credit at the provider."),
    BUSY: ("it asks for patience", "Try again in a minute, and lower sms.rate."),
}


class NoSmsSetUp(Misconfigured):
    """No provider of text messages is set up."""

    code = "no_sms_set_up"
    next_step = "Set [sms] in the settings: docs/how-to/tell-people-by-text-message.md"


def send_test(number: str) -> MailTrial:
    """Send a test text to a number by the provider of the settings.

    Raises:
        NoTestAddress: it is no number with a country code.
        NoSmsSetUp: the settings name no provider.
        SmsSettingWrong, SecretNotThere: a setting is wrong.
    """
    service = _service()
    to = phone(number, None)
    if to is None or not to.startswith("+"):
        raise NoTestAddress(expected="a phone number with its country code, like +447700900123")
    text = _TEST.format(organisation=settings.current().organisation.name)
    try:
        check(service)
        answer = _ask(service, service.provider.message(to, text, "notice.test"))
        outcome = service.provider.outcome(0, answer)
    except NoSmsProvider as failed:
        words, step = _NO_PROVIDER[failed.reason]
        return MailTrial(False, service.name, words, step, failed.reply_code)
    if outcome.verdict is DeliveryVerdict.TAKEN:
        step = "If it has not arrived in some minutes, look into the provider's own log."
        return MailTrial(True, service.name, "it took the message", step, outcome.code)
    words = "it refused the message"
    step = "Check the number, and whether the account may send to that country."
    if outcome.verdict is DeliveryVerdict.PUT_OFF:
        words, step = "it put the message off", "Try again in some minutes."
    return MailTrial(False, service.name, words, step, outcome.code)


def check(service: SmsService) -> None:
    """See that the provider takes messages of ours; nothing is sent.

    Raises:
        NoSmsProvider: it does not.
    """
    service.provider.check_probe(_ask(service, service.provider.probe()))


def problem() -> tuple[str, str] | None:
    """Return what keeps text messages from leaving and what to do, in words; None where nothing
    does.

    Raises:
        SmsSettingWrong, SecretNotThere: a setting is wrong.
    """
    service = current_service()
    if service is None:
        return None
    try:
        check(service)
    except NoSmsProvider as failed:
        return _NO_PROVIDER[failed.reason]
    return None


def _service() -> SmsService:
    service = current_service()
    if service is None:
        raise NoSmsSetUp
    return service


def _ask(service: SmsService, call: OutgoingCall) -> OutgoingAnswer:
    client = service.client()
    try:
        return client.ask_once(call, most=limits.SMS_ANSWER)
    except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable):
        raise NoSmsProvider(reason=UNREACHABLE) from None
    finally:
        client.close()
