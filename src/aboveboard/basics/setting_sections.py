"""The settings there are, by section: each with its default, the sentence that documents it, and a
check. ``settings`` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aboveboard.basics import setting_checks as checks
from aboveboard.basics.setting_channels import (
    MailSettings,
    NoticeSettings,
    PostSettings,
    SmsSettings,
)
from aboveboard.basics.setting_checks import setting


@dataclass(frozen=True, slots=True)
class OrganisationSettings:
    """Who makes the promise."""

    name: str = setting(
        "Our organisation", "The name that customers know you by.", checks.check_not_empty
    )
    contact: str = setting(
        "privacy@localhost", "The e-mail address for questions about data.", checks.check_not_empty
    )
    language: str = setting(
        "en",
        "The language of mails to staff: en, fr or de. Customers are written to in theirs.",
        checks.choice_check("en", "fr", "de"),
    )


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where rows are kept."""

    url: str = setting(
        "sqlite:aboveboard.sqlite3",
        "`sqlite:FILE` (relative to the instance folder) or "
        "`postgresql://USER:PASSWORD@HOST:PORT/NAME`.",
        checks.url_check("sqlite", "postgresql"),
    )
    pool: int = setting(8, "Connections of each process to PostgreSQL.", checks.check_positive)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the pages are served."""

    host: str = setting("127.0.0.1", "The address to listen on.", checks.check_not_empty)
    port: int = setting(8000, "The port to listen on.", checks.check_port)
    origin: str = setting(
        "http://127.0.0.1:8000",
        "The address people type, without a path. `https:` switches secure cookies and HSTS on.",
        checks.check_web_origin,
    )
    threads: int = setting(
        8, "Requests answered at the same time by each process.", checks.check_positive
    )
    proxies: str = setting(
        "127.0.0.1, ::1",
        "The proxies in front, as addresses or networks with commas between. From others, what "
        "`X-Forwarded-For` and `X-Forwarded-Proto` say is left out.",
        checks.check_networks,
    )


@dataclass(frozen=True, slots=True)
class KeySettings:
    """The root key and its provider."""

    root: str = setting(
        "file:root.key",
        "The provider of the root key: `file:PATH`, `env:NAME`, `secret:PATH`, "
        "`vault:https://HOST:PORT/MOUNT/KEY` (OpenBao or Vault, transit) or "
        "`awskms:KEY?region=REGION`; see docs/how-to/keep-the-keys.md.",
        checks.url_check("file", "env", "secret", "vault", "awskms"),
    )
    lease: int = setting(
        5,
        "Seconds that a process may use a wrapping key before it asks for it again. What a "
        "withdrawn key may still open.",
        checks.check_positive,
    )
    passphrase_file: str = setting(
        "",
        "A file with the passphrase of a `file:` root key, if it has one. Else it is asked "
        "for, or taken from `ABOVEBOARD_PASSPHRASE`.",
    )
    token_file: str = setting(
        "",
        "A file with the token for `vault:`, read each time. Else `BAO_TOKEN` or "
        "`VAULT_TOKEN` is taken.",
    )


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """How the record of uses is named."""

    origin: str = setting(
        "localhost/log",
        "The origin line of checkpoints (C2SP tlog-checkpoint): a schema-less URL, never "
        "changed later.",
        checks.check_log_origin,
    )
    witnesses: str = setting(
        "",
        "Who cosigns the log: for each witness its key and its address with a space between, "
        "one witness a line.",
        checks.check_witnesses,
    )
    witness_every: int = setting(
        30, "Seconds between two requests to the witnesses.", checks.check_positive
    )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """Whether the worker sweeps by itself."""

    sweep: str = setting(
        "off",
        "What the worker does by itself about data whose purposes have lapsed: `off`, `review` "
        "(list it) or `erase` (list and erase it).",
        checks.choice_check("off", "review", "erase"),
    )
    every_days: int = setting(7, "Days from one such sweep to the next.", checks.check_positive)


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """What may be a password (NIST SP 800-63B-4), and which lists of leaked ones are asked."""

    length: int = setting(
        15,
        "Least length, in characters, where a password alone signs in: 15 or more.",
        checks.least_check(15),
    )
    length_with_second_factor: int = setting(
        8,
        "Least length where a second step is asked for besides, as of staff: 8 or more.",
        checks.least_check(8),
    )
    words: str = setting(
        "",
        "Words of yours that no password may be made of, with commas between, such as names of "
        "products. The name of the organisation is one of them anyway.",
    )
    breached_list: str = setting(
        "breached-passwords",
        "The folder of the list of leaked passwords (relative to the instance folder), as "
        "`aboveboard passwords build` makes it.",
        checks.check_not_empty,
    )
    range_service: str = setting(
        "",
        "A service that is asked where there is no such list, such as "
        "`https://api.pwnedpasswords.com/range/`. It learns five digits of a SHA-1. Empty: none.",
        checks.check_range_service,
    )
    range_networks: str = setting(
        "",
        "Networks and hosts of your own in which that service may be, with commas between.",
    )


@dataclass(frozen=True, slots=True)
class WebsiteSettings:
    """The organisation's own websites, which have the consent panel."""

    origins: str = setting(
        "",
        "The addresses of the sites whose visitors' choices are kept, without a path, with commas "
        "between, such as `https://shop.example, https://www.shop.example`.",
        checks.check_origins,
    )


@dataclass(frozen=True, slots=True)
class UpgradeSettings:
    """What happens when a newer version of the program is started on the instance."""

    at_start: bool = setting(
        True,
        "Whether `serve` and `worker` bring the database up to date by themselves, after a backup. "
        "If not, they refuse to start until `aboveboard upgrade` was run.",
    )
    backups: str = setting(
        "backups",
        "The folder for the backup that is made before (relative to the instance folder).",
        checks.check_not_empty,
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the process prints about itself; never personal data."""

    level: str = setting(
        "info",
        "How much: debug, info, warning or error.",
        checks.choice_check("debug", "info", "warning", "error"),
    )
    form: str = setting("text", "`text` or `json`.", checks.choice_check("text", "json"))


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """Numbers for a monitor at `/metrics`."""

    token: str = setting(
        "",
        "What a monitor sends as `Authorization: Bearer TOKEN`, 24 or more letters and digits. "
        "Empty: there is no such page.",
        checks.check_token,
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class TelemetrySettings:
    """Traces for OpenTelemetry."""

    endpoint: str = setting(
        "",
        "The collector that gets a trace of each request and job by OTLP over HTTP, such as "
        '`http://127.0.0.1:4318`. Empty: none. Needs `pip install "aboveboard[telemetry]"`.',
        checks.check_collector,
    )


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """Only for the demonstration."""

    enabled: bool = setting(
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
