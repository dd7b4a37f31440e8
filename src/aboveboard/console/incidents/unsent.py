"""Why a notice was not sent, or not as usual, in words: delivery and the decision on the use keep
codes."""

from __future__ import annotations

from typing import Final

from aboveboard.delivery.terms import Channel

NO_REASON: Final = "-"
"""Stands in an address for no reason at all: one that is left out asks for every reason."""

_WORDS: Final = {
    "no-address": "no e-mail address is held",
    "no-postal-address": "no postal address is held",
    "at-print-house": "the letter is with the print house",
    "printed": "the letter is printed",
    "posted": "the letter was posted",
    "letter-returned": "the letter came back",
    "letter-spoiled": "the letter was spoiled and is printed again",
    "letter-not-printable": "no font shows the name or the address",
    "letters-not-printed": "the letter could not be set",
    "refused": "the mail server refused the message",
    "address-refused": "the mail server refused the address",
    "address-needs-smtputf8": "the mail server cannot write to such an address",
    "worker-died": "sending broke off several times",
    "channel-not-available": "this channel is not set up",
    "not-rendered": "the notice could not be written",
    "render-failed": "the notice could not be written yet",
    "connection-lost": "the connection to the mail server broke off",
    "put-off": "the mail server asked us to try later",
    "not-exposed": "not in the count that was approved",
    "merged": "told under the record they were merged into",
    "not-approved": "nobody approved these notices",
    "texts-changed": "the texts changed after they were approved",
    "written-to-representative": "sent to their representative",
    "do-not-write-deceased": "they have died",
    "do-not-write-child": "they are a child",
    "do-not-write-represented": "somebody represents them",
    "do-not-write-asked": "they asked us not to write",
    "no-phone-number": "no phone number is held that we can send to",
    "number-refused": "there is no such phone number",
    "sms-refused": "the provider refused the text message",
    "asked-to-stop": "they asked for no more texts",
    "not-delivered": "the text message did not arrive",
    "returned": "the e-mail came back",
    "not-safe": "this way is not safe for them",
    "mail-provider-unreachable": "the provider does not answer",
    "mail-provider-refuses": "the provider refuses to talk to us",
    "mail-provider-busy": "the provider asked us to be slower",
    "mail-provider-wrong": "a setting of the provider is wrong",
    "sms-provider-unreachable": "the provider does not answer",
    "sms-provider-refuses": "the provider refuses to talk to us",
    "sms-provider-refuses-sender": "the provider takes no messages from our sender",
    "sms-provider-busy": "the provider asked us to be slower",
    "sms-provider-no-credit": "nothing is left at the provider to send with",
    "sms-setting-wrong": "a setting of text messages is wrong",
    "secret-not-there": "the secret for text messages cannot be read",
    "print-house-without-key": "no key of the print house is set",
    "print-house-key-wrong": "the key of the print house is none of age",
    "print-house-not-in-promise": "the promise does not share letters with the print house",
    "letter-logo-unreadable": "the logo of letters cannot be read",
    "letters-folder-unusable": "parcels of letters cannot be written",
    "mail-server-unreachable": "the mail server does not answer",
    "mail-server-refuses": "the mail server refuses to talk to us",
    "mail-server-refuses-sender": "the mail server takes no messages from our address",
    "mail-server-not-trusted": "the mail server does not prove that it is the right one",
}

CHANNELS: Final = {Channel.EMAIL: "E-mail", Channel.POST: "Post", Channel.SMS: "Text message"}
"""How a notice travels, in words."""


def in_words(reason: str) -> str:
    """Return a reason as a list shows it, "" for none; a code without words of its own, such as
    the mail server's answer, is shown with spaces."""
    return _WORDS.get(reason, reason.replace("-", " "))
