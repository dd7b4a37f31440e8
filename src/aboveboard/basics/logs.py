"""What the process prints about itself: one line per event, for people or for
programs, never personal data.

Nothing that is logged should hold personal data in the first place (design, invariant 4). This is
the last defence: every line is masked, and an exception is shown by its type and its place. Its
message is shown only where the class is known to speak of the program and not of the data.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TypeAlias

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.redaction import redact

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request being answered, so that all its lines can be found together."""

_EMAIL = re.compile(r"[^\s@<>\"'=,;:(]+@[^\s@<>\"',;:)]+\.[A-Za-z]{2,}")
_DIGITS = re.compile(r"\+?\d(?:[ \-./]?\d){8,}")
"""Nine digits or more, however grouped: phone, card and account numbers. Our own ids are masked
too: they name people."""
_MOMENT = re.compile(
    r"(?<![\d+])\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:\.\d{1,6})?)?(?!\d)"
)
"""Date and time as RFC 3339 writes them, with a blank for the T too: what an operator needs most,
and no number of anybody's."""

_NUMBER = re.compile(f"(?P<moment>{_MOMENT.pattern})|{_DIGITS.pattern}")

_STATES_ITS_CASE = (
    "OperationalError",
    "ProgrammingError",
    "ImproperlyConfigured",
    "TemplateSyntaxError",
    "TemplateDoesNotExist",
    "ImportError",
    "ModuleNotFoundError",
    "AttributeError",
    "NameError",
    "NotImplementedError",
)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}

ExcInfo: TypeAlias = "tuple[type[BaseException], BaseException, TracebackType | None]"


def mask(text: str) -> str:
    """Return ``text`` with what looks like a secret, an e-mail address or a long number replaced;
    dates and times stay."""
    # Secrets first: an address with a password in it would be taken for an e-mail address, and
    # half of it would stay.
    shown = _EMAIL.sub("[e-mail]", redact(text))
    return _NUMBER.sub(lambda number: number["moment"] or "[number]", shown)


def describe(error: BaseException) -> str:
    """Return the type of ``error``, its message where that is safe, and where it
    came from; causes too."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        name = type(seen).__name__
        if isinstance(seen, AboveboardError):
            name += f" ({seen.code}): {seen.message}"
        elif any(base.__name__ in _STATES_ITS_CASE for base in type(seen).__mro__):
            name += f": {seen}"
        elif isinstance(seen, OSError):
            name += f": {seen.strerror}"
        frames = [
            f"  {frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__)
        ]
        parts.append("\n".join([name, *frames]))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\nbecause of ".join(parts)


class TextLines(logging.Formatter):
    """One line for people: time, level, where, what, then the extra facts as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        line = (
            f"{_moment(record)} {record.levelname.lower():<7} "
            f"{record.name.removeprefix('aboveboard.')}: {mask(record.getMessage())}"
        )
        error = _error(record)
        return " ".join(filter(None, [line, mask(facts)])) + (f"\n{mask(error)}" if error else "")


class JsonLines(logging.Formatter):
    """One JSON object for programs: ``at``, ``level``, ``logger``, ``message``,
    ``error`` and the extra facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked object on one line."""
        line: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        for name, value in _facts(record).items():
            line[name] = (
                value
                if isinstance(value, int | float | bool) or value is None
                else mask(str(value))
            )
        if error := _error(record):
            line["error"] = mask(error)
        return json.dumps(line, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was passed as ``extra=``. Django passes whole requests; those are left out."""
    facts = {
        name: value
        for name, value in vars(record).items()
        if name not in _STANDARD and name not in ("request", "status_code")
    }
    if request_id := REQUEST_ID.get():
        facts["request_id"] = request_id
    return facts


def _error(record: logging.LogRecord) -> str:
    info = record.exc_info
    return describe(info[1]) if isinstance(info, tuple) and info[1] is not None else ""


class WithoutTyped(logging.Filter):
    """Names what Django refuses as suspicious, without the words that it quotes: the host, the
    path, the cookie as somebody typed it, which may be anything about anyone."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the quoted words out of the record, and let it pass."""
        if record.name.startswith("django.security."):
            record.msg, record.args = "refused: %s", (record.name.rpartition(".")[2],)
            # Its message is that of the exception, and where it was raised is the same each time.
            record.exc_info = record.exc_text = None
        return True


def configuration(*, level: str, form: str) -> dict[str, Any]:
    """Return the ``logging`` configuration for a level (``debug``..``error``) and a form
    (``text`` or ``json``)."""
    formatter = {"text": TextLines, "json": JsonLines}[form]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}},
        "filters": {"typed": {"()": WithoutTyped}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["typed"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "aboveboard": {"level": level.upper()},
            # Our own request line and error line say the same without the address of the page.
            "django.request": {"level": "CRITICAL"},
            "django.security.csrf": {"level": "CRITICAL"},
            "django.server": {"level": "CRITICAL"},
            "_granian": {"level": "WARNING"},
            # It repeats one refusal many times a second; who asked for the
            # connection reports it once.
            "psycopg.pool": {"level": "CRITICAL"},
        },
    }
