"""The settings of what leaves for people: e-mail, text messages, letters, and their order."""

from __future__ import annotations

from dataclasses import dataclass

from aboveboard.basics import setting_checks as checks
from aboveboard.basics.setting_checks import setting


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How notices are sent."""

    url: str = setting(
        "smtp://127.0.0.1:1025",
        "The mail server: `smtp:` plain, `smtp+tls:` STARTTLS, `smtps:` TLS from the start; "
        "USER:PASSWORD@ if needed.",
        checks.url_check("smtp", "smtp+tls", "smtps"),
    )
    sender: str = setting(
        "privacy@localhost", "The address that notices come from.", checks.check_not_empty
    )
    connections: int = setting(
        4, "Connections to the mail server at the same time.", checks.check_positive
    )
    rate: int = setting(
        0,
        "Most notices that leave by e-mail in a second, by all workers together. 0: as many as the "
        "mail server takes.",
        checks.check_not_negative,
    )
    provider: str = setting(
        "",
        "Who sends notices by e-mail instead of the mail server: `postmark` or `mailgun`. Sign-in "
        "codes and mail to staff go by the mail server all the same.",
        checks.choice_check("", "postmark", "mailgun"),
    )
    provider_secret: str = setting(
        "",
        "Where the server token (Postmark) or API key (Mailgun) is: `env:NAME`, `file:PATH` or "
        "`vault:MOUNT/PATH#KEY`. Never the secret itself.",
        secret=True,
    )
    provider_signing: str = setting(
        "",
        "Where that is which proves the provider's reports: `USER:PASSWORD` of the webhook's "
        "address (Postmark), the webhook signing key (Mailgun). Without it none are taken.",
        secret=True,
    )
    provider_domain: str = setting("", "The domain that is sent from (Mailgun).")
    provider_url: str = setting(
        "", "The address of the API, if it is not the provider's own (a region, a gateway)."
    )
    provider_networks: str = setting(
        "",
        "Networks of your own in which that address may be, with commas between.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """How text messages are sent."""

    provider: str = setting(
        "",
        "Who sends text messages: `twilio` or `vonage`. Without one none leave.",
        checks.choice_check("", "twilio", "vonage"),
    )
    account: str = setting("", "Our account there: the Account SID, or the API key.")
    secret: str = setting(
        "",
        "Where the auth token or API secret is: `env:NAME`, `file:PATH` or "
        "`vault:MOUNT/PATH#KEY`. Never the secret itself.",
        secret=True,
    )
    signing: str = setting(
        "",
        "Where the secret is that the provider signs its reports with (Vonage: signature secret, "
        "SHA-256 HMAC). Twilio signs with its auth token.",
        secret=True,
    )
    sender: str = setting(
        "",
        "Who the text is from: a number with its country code, a name of at most 11 letters, or "
        "a messaging service of Twilio (`MG…`). Only to a number can somebody answer STOP.",
        checks.check_sms_sender,
    )
    rate: int = setting(
        10,
        "Most texts that leave in a second, by all workers together. 0: as many as the provider "
        "takes.",
        checks.check_not_negative,
    )
    connections: int = setting(4, "Calls to the provider at the same time.", checks.check_positive)
    url: str = setting(
        "", "The address of the API, if it is not the provider's own (a region, a gateway)."
    )
    networks: str = setting(
        "",
        "Networks of your own in which that address may be, with commas between.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """By which channels people are told."""

    channels: str = setting(
        "email, sms, post",
        "The order in which somebody whom one channel does not reach is told by the next. Those "
        "that are not set up are left out.",
        checks.check_channels,
    )


@dataclass(frozen=True, slots=True)
class PostSettings:
    """How letters are printed and posted."""

    print_house: str = setting(
        "",
        "The recipient of the promise that prints and posts letters. Without one nobody is written "
        "to by post, and whoever has no e-mail address is listed as not reached.",
    )
    print_house_keys: str = setting(
        "",
        "The public age keys of the print house (`age1…`), with commas between. Letters leave "
        "sealed to them.",
    )
    logo: str = setting(
        "", "An SVG file that stands on letters instead of the name (relative to the instance)."
    )
    fonts: str = setting(
        "",
        "A folder of fonts for names and addresses in scripts that the machine has no font for "
        "(relative to the instance).",
    )
