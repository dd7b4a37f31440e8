"""Settings of one instance: read once from ``aboveboard.toml``; a wrong one
stops the start and is named.

The instance is a folder (``ABOVEBOARD_HOME``). Its ``aboveboard.toml`` holds everything below; each
setting can be overridden by an environment variable ``ABOVEBOARD_<SECTION>_<NAME>``, which is how
secrets such as a database password stay out of the file. ``docs/reference/settings.md`` is kept
complete by a test. Which settings there are, ``setting_sections`` says.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from aboveboard.basics.errors import Misconfigured, NotFound
from aboveboard.basics.redaction import UNSHOWN, quote_input
from aboveboard.basics.setting_sections import SECTIONS, Settings

__all__ = [
    "FILE_NAME",
    "HOME_VARIABLE",
    "SECTIONS",
    "NoInstance",
    "Settings",
    "SigningKeyMissing",
    "WrongSetting",
    "current",
    "load",
]

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
