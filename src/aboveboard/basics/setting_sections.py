"""The settings there are, by section: each with its default, the sentence that documents it, and a
check. ``settings`` reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aboveboard.basics import setting_checks as checks


def _setting(
    default: object,
    help_text: str,
    check: Callable[[Any], str | None] | None = None,
    *,
    secret: bool = False,
) -> Any:
    """A setting with its default, the sentence that documents it, and a check that names what is
    expected. A ``secret`` is shown nowhere, whatever it looks like."""
    return field(default=default, metadata={"help": help_text, "check": check, "secret": secret})


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """Who makes the promise."""

    name: str = _setting(
        "Our organisation", "The name that customers know you by.", checks.check_not_empty
    )
    contact: str = _setting(
        "privacy@localhost", "The e-mail address for questions about data.", checks.check_not_empty
    )
    language: str = _setting(
        "en",
        "The language of mails to staff: en, fr or de. Customers are written to in theirs.",
        checks.choice_check("en", "fr", "de"),
    )


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where rows are kept."""

    url: str = _setting(
        "sqlite:aboveboard.sqlite3",
        "`sqlite:FILE` (relative to the instance folder) or "
        "`postgresql://USER:PASSWORD@HOST:PORT/NAME`.",
        checks.url_check("sqlite", "postgresql"),
    )
    pool: int = _setting(8, "Connections of each process to PostgreSQL.", checks.check_positive)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the pages are served."""

    host: str = _setting("127.0.0.1", "The address to listen on.", checks.check_not_empty)
    port: int = _setting(8000, "The port to listen on.", checks.check_port)
    origin: str = _setting(
        "http://127.0.0.1:8000",
        "The address people type, without a path. `https:` switches secure cookies and HSTS on.",
        checks.check_web_origin,
    )
    threads: int = _setting(
        8, "Requests answered at the same time by each process.", checks.check_positive
    )
    proxies: str = _setting(
        "127.0.0.1, ::1",
        "The proxies in front, as addresses or networks with commas between. From others, what "
        "`X-Forwarded-For` and `X-Forwarded-Proto` say is left out.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How notices are sent."""

    url: str = _setting(
        "smtp://127.0.0.1:1025",
        "The mail server: `smtp:` plain, `smtp+tls:` STARTTLS, `smtps:` TLS from the start; "
        "USER:PASSWORD@ if needed.",
        checks.url_check("smtp", "smtp+tls", "smtps"),
    )
    sender: str = _setting(
        "privacy@localhost", "The address that notices come from.", checks.check_not_empty
    )
    connections: int = _setting(
        4, "Connections to the mail server at the same time.", checks.check_positive
    )
    rate: int = _setting(
        0,
        "Most notices that leave by e-mail in a second, by all workers together. 0: as many as the "
        "mail server takes.",
        checks.check_not_negative,
    )
    provider: str = _setting(
        "",
        "Who sends notices by e-mail instead of the mail server: `postmark` or `mailgun`. Sign-in "
        "codes and mail to staff go by the mail server all the same.",
        checks.choice_check("", "postmark", "mailgun"),
    )
    provider_secret: str = _setting(
        "",
        "Where the server token (Postmark) or API key (Mailgun) is: `env:NAME`, `file:PATH` or "
        "`vault:MOUNT/PATH#KEY`. Never the secret itself.",
        secret=True,
    )
    provider_signing: str = _setting(
        "",
        "Where that is which proves the provider's reports: `USER:PASSWORD` of the webhook's "
        "address (Postmark), the webhook signing key (Mailgun). Without it none are taken.",
        secret=True,
    )
    provider_domain: str = _setting("", "The domain that is sent from (Mailgun).")
    provider_url: str = _setting(
        "", "The address of the API, if it is not the provider's own (a region, a gateway)."
    )
    provider_networks: str = _setting(
        "",
        "Networks of your own in which that address may be, with commas between.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """How text messages are sent."""

    provider: str = _setting(
        "",
        "Who sends text messages: `twilio` or `vonage`. Without one none leave.",
        checks.choice_check("", "twilio", "vonage"),
    )
    account: str = _setting("", "Our account there: the Account SID, or the API key.")
    secret: str = _setting(
        "",
        "Where the auth token or API secret is: `env:NAME`, `file:PATH` or "
        "`vault:MOUNT/PATH#KEY`. Never the secret itself.",
        secret=True,
    )
    signing: str = _setting(
        "",
        "Where the secret is that the provider signs its reports with (Vonage: signature secret, "
        "SHA-256 HMAC). Twilio signs with its auth token.",
        secret=True,
    )
    sender: str = _setting(
        "",
        "Who the text is from: a number with its country code, a name of at most 11 letters, or "
        "a messaging service of Twilio (`MG…`). Only to a number can somebody answer STOP.",
        checks.check_sms_sender,
    )
    rate: int = _setting(
        10,
        "Most texts that leave in a second, by all workers together. 0: as many as the provider "
        "takes.",
        checks.check_not_negative,
    )
    connections: int = _setting(4, "Calls to the provider at the same time.", checks.check_positive)
    url: str = _setting(
        "", "The address of the API, if it is not the provider's own (a region, a gateway)."
    )
    networks: str = _setting(
        "",
        "Networks of your own in which that address may be, with commas between.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """By which channels people are told."""

    channels: str = _setting(
        "email, sms, post",
        "The order in which somebody whom one channel does not reach is told by the next. Those "
        "that are not set up are left out.",
        checks.check_channels,
    )


@dataclass(frozen=True, slots=True)
class PostSettings:
    """How letters are printed and posted."""

    print_house: str = _setting(
        "",
        "The recipient of the promise that prints and posts letters. Without one nobody is written "
        "to by post, and whoever has no e-mail address is listed as not reached.",
    )
    print_house_keys: str = _setting(
        "",
        "The public age keys of the print house (`age1…`), with commas between. Letters leave "
        "sealed to them.",
    )
    logo: str = _setting(
        "", "An SVG file that stands on letters instead of the name (relative to the instance)."
    )
    fonts: str = _setting(
        "",
        "A folder of fonts for names and addresses in scripts that the machine has no font for "
        "(relative to the instance).",
    )


@dataclass(frozen=True, slots=True)
class KeySettings:
    """The root key and its provider."""

    root: str = _setting(
        "file:root.key",
        "The provider of the root key: `file:PATH`, `env:NAME`, `secret:PATH`, "
        "`vault:https://HOST:PORT/MOUNT/KEY` (OpenBao or Vault, transit) or "
        "`awskms:KEY?region=REGION`; see docs/how-to/keep-the-keys.md.",
        checks.url_check("file", "env", "secret", "vault", "awskms"),
    )
    lease: int = _setting(
        5,
        "Seconds that a process may use a wrapping key before it asks for it again. What a "
        "withdrawn key may still open.",
        checks.check_positive,
    )
    passphrase_file: str = _setting(
        "",
        "A file with the passphrase of a `file:` root key, if it has one. Else it is asked "
        "for, or taken from `ABOVEBOARD_PASSPHRASE`.",
    )
    token_file: str = _setting(
        "",
        "A file with the token for `vault:`, read each time. Else `BAO_TOKEN` or "
        "`VAULT_TOKEN` is taken.",
    )


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """How the record of uses is named."""

    origin: str = _setting(
        "localhost/log",
        "The origin line of checkpoints (C2SP tlog-checkpoint): a schema-less URL, never "
        "changed later.",
        checks.check_log_origin,
    )
    witnesses: str = _setting(
        "",
        "Who cosigns the log: for each witness its key and its address with a space between, "
        "one witness a line.",
        checks.check_witnesses,
    )
    witness_every: int = _setting(
        30, "Seconds between two requests to the witnesses.", checks.check_positive
    )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """Whether the worker sweeps by itself."""

    sweep: str = _setting(
        "off",
        "What the worker does by itself about data whose purposes have lapsed: `off`, `review` "
        "(list it) or `erase` (list and erase it).",
        checks.choice_check("off", "review", "erase"),
    )
    every_days: int = _setting(7, "Days from one such sweep to the next.", checks.check_positive)


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """What may be a password (NIST SP 800-63B-4), and which lists of leaked ones are asked."""

    length: int = _setting(
        15,
        "Least length, in characters, where a password alone signs in: 15 or more.",
        checks.least_check(15),
    )
    length_with_second_factor: int = _setting(
        8,
        "Least length where a second step is asked for besides, as of staff: 8 or more.",
        checks.least_check(8),
    )
    words: str = _setting(
        "",
        "Words of yours that no password may be made of, with commas between, such as names of "
        "products. The name of the organisation is one of them anyway.",
    )
    breached_list: str = _setting(
        "breached-passwords",
        "The folder of the list of leaked passwords (relative to the instance folder), as "
        "`aboveboard passwords build` makes it.",
        checks.check_not_empty,
    )
    range_service: str = _setting(
        "",
        "A service that is asked where there is no such list, such as "
        "`https://api.pwnedpasswords.com/range/`. It learns five digits of a SHA-1. Empty: none.",
        checks.check_range_service,
    )
    range_networks: str = _setting(
        "",
        "Networks and hosts of your own in which that service may be, with commas between.",
    )


@dataclass(frozen=True, slots=True)
class WebsiteSettings:
    """The organisation's own websites, which have the consent panel."""

    origins: str = _setting(
        "",
        "The addresses of the sites whose visitors' choices are kept, without a path, with commas "
        "between, such as `https://shop.example, https://www.shop.example`.",
        checks.check_origins,
    )


@dataclass(frozen=True, slots=True)
class UpgradeSettings:
    """What happens when a newer version of the program is started on the instance."""

    at_start: bool = _setting(
        True,
        "Whether `serve` and `worker` bring the database up to date by themselves, after a backup. "
        "If not, they refuse to start until `aboveboard upgrade` was run.",
    )
    backups: str = _setting(
        "backups",
        "The folder for the backup that is made before (relative to the instance folder).",
        checks.check_not_empty,
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the process prints about itself; never personal data."""

    level: str = _setting(
        "info",
        "How much: debug, info, warning or error.",
        checks.choice_check("debug", "info", "warning", "error"),
    )
    form: str = _setting("text", "`text` or `json`.", checks.choice_check("text", "json"))


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Numbers for a monitor at `/metrics`."""

    token: str = _setting(
        "",
        "What a monitor sends as `Authorization: Bearer TOKEN`, 24 or more letters and digits. "
        "Empty: there is no such page.",
        checks.check_token,
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """Traces for OpenTelemetry."""

    endpoint: str = _setting(
        "",
        "The collector that gets a trace of each request and job by OTLP over HTTP, such as "
        '`http://127.0.0.1:4318`. Empty: none. Needs `pip install "aboveboard[telemetry]"`.',
        checks.check_collector,
    )


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Only for the demonstration."""

    enabled: bool = _setting(
        False,
        "Catch all mail locally and show it at /demo/mail. Never on an instance with real people.",
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one instance, and the folder they belong to."""

    home: Path
    organisation: OrganisationSettings
    database: DatabaseSettings
    server: ServerSettings
    mail: MailSettings
    sms: SmsSettings
    notices: NoticeSettings
    post: PostSettings
    keys: KeySettings
    ledger: LedgerSettings
    retention: RetentionSettings
    passwords: PasswordSettings
    website: WebsiteSettings
    upgrade: UpgradeSettings
    logs: LogSettings
    metrics: MetricSettings
    telemetry: TelemetrySettings
    demo: DemoSettings
    set_in_file: frozenset[str] = field(default=frozenset(), compare=False)
    """Which were set in the file when it was read, as ``section.name``."""

    def path(self, name: str) -> Path:
        """Return a path inside the instance folder."""
        return self.home / name


SECTIONS: Mapping[str, type] = {
    "organisation": OrganisationSettings,
    "database": DatabaseSettings,
    "server": ServerSettings,
    "mail": MailSettings,
    "sms": SmsSettings,
    "notices": NoticeSettings,
    "post": PostSettings,
    "keys": KeySettings,
    "ledger": LedgerSettings,
    "retention": RetentionSettings,
    "passwords": PasswordSettings,
    "website": WebsiteSettings,
    "upgrade": UpgradeSettings,
    "logs": LogSettings,
    "metrics": MetricSettings,
    "telemetry": TelemetrySettings,
    "demo": DemoSettings,
}
