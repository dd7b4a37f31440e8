"""Settings of one instance: read once from ``aboveboard.toml``; a wrong one
stops the start and is named.

The instance is a folder (``ABOVEBOARD_HOME``). Its ``aboveboard.toml`` holds everything below; each
setting can be overridden by an environment variable ``ABOVEBOARD_<SECTION>_<NAME>``, which is how
secrets such as a database password stay out of the file. ``docs/reference/settings.md`` is kept
complete by a test.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from aboveboard.basics import setting_checks as checks
from aboveboard.basics.errors import Misconfigured, NotFound
from aboveboard.basics.redaction import UNSHOWN, quote_input

FILE_NAME = "aboveboard.toml"
HOME_VARIABLE = "ABOVEBOARD_HOME"


class WrongSetting(Misconfigured):
    """The setting {name} is wrong: found {found}, expected {expected}."""

    code = "wrong_setting"
    next_step = "Change it in {where} and start again."


class NoInstance(NotFound):
    """There is no Aboveboard instance in {home}."""

    code = "no_instance"
    next_step = "Make one with: aboveboard init {home}"


class SigningKeyMissing(Misconfigured):
    """The file signing.key in {home} cannot be read: {why}."""

    code = "signing_key_missing"
    next_step = (
        "Put it back from its copy. Where there is none: aboveboard doctor --home {home} says how "
        "to make a new one."
    )


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
    keys: KeySettings
    ledger: LedgerSettings
    retention: RetentionSettings
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
    "keys": KeySettings,
    "ledger": LedgerSettings,
    "retention": RetentionSettings,
    "upgrade": UpgradeSettings,
    "logs": LogSettings,
    "metrics": MetricSettings,
    "telemetry": TelemetrySettings,
    "demo": DemoSettings,
}


def load(home: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings of the instance in ``home``.

    Raises:
        NoInstance: the folder has no ``aboveboard.toml``.
        WrongSetting: a setting is unknown, of the wrong type, or fails its check.
    """
    file = home / FILE_NAME
    if not file.is_file():
        raise NoInstance(home=home)
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSetting(
            name=FILE_NAME, found=f"a file that is not TOML ({error})", expected="TOML", where=file
        ) from None
    for name in raw:
        if name not in SECTIONS:
            raise WrongSetting(
                name=f"[{name}]",
                found="an unknown section",
                expected="one of " + ", ".join(SECTIONS),
                where=file,
            )
    parts = {
        name: _section(name, kind, raw.get(name, {}), environment, file)
        for name, kind in SECTIONS.items()
    }
    set_in_file = frozenset(f"{section}.{name}" for section in raw for name in raw[section])
    return Settings(home=home.resolve(), **parts, set_in_file=set_in_file)


def _section(
    section: str, kind: type, raw: object, environment: Mapping[str, str], file: Path
) -> Any:
    if not isinstance(raw, dict):
        raise WrongSetting(
            name=section, found=quote_input(raw), expected=f"a section [{section}]", where=file
        )
    known = {item.name: item for item in fields(kind)}
    for name in raw:
        if name not in known:
            raise WrongSetting(
                name=f"{section}.{name}",
                found="an unknown setting",
                expected="one of " + ", ".join(known),
                where=file,
            )
    values: dict[str, object] = {}
    types = get_type_hints(kind)
    for name, item in known.items():
        variable = f"ABOVEBOARD_{section}_{name}".upper()
        where: object = file
        if variable in environment:
            value, where = (
                _parse_value(environment[variable], types[name], variable),
                f"the environment variable {variable}",
            )
        else:
            value = raw.get(name, item.default)
        if type(value) is not types[name]:
            raise WrongSetting(
                name=f"{section}.{name}",
                found=_quote_unless_secret(value, item.metadata),
                expected=_TYPE_WORDS[types[name]],
                where=where,
            )
        expected = item.metadata["check"](value) if item.metadata["check"] else None
        if expected:
            raise WrongSetting(
                name=f"{section}.{name}",
                found=_quote_unless_secret(value, item.metadata),
                expected=expected,
                where=where,
            )
        values[name] = value
    return kind(**values)


def _quote_unless_secret(value: object, metadata: Mapping[str, Any]) -> str:
    return UNSHOWN if metadata["secret"] else quote_input(value)


_TYPE_WORDS = {str: "text in quotes", int: "a whole number", bool: "true or false"}


def _parse_value(text: str, kind: type, variable: str) -> object:
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind is int and re.fullmatch(r"-?\d+", text):
        return int(text)
    return text


@cache
def current() -> Settings:
    """Return the settings of the instance that ``ABOVEBOARD_HOME`` names; read once per process."""
    return load(Path(os.environ.get(HOME_VARIABLE, "aboveboard-data")), os.environ)
