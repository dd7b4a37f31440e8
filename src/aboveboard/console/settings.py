"""The settings in force, what each means, and where it was set. Changing one means changing the
file and starting again: where the file says something else by now, both are shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aboveboard.accounts.gate import allow
from aboveboard.basics import settings
from aboveboard.basics.actor import Role
from aboveboard.basics.personal import MASK
from aboveboard.basics.redaction import redact
from aboveboard.recovery.queries import last_comparison


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting: ``value`` as text, with a password masked; ``where`` it was set, in words.

    ``next``: the value after the next start, where it is another; None where it stays.
    """

    name: str
    value: str
    help: str
    where: str
    next: str | None = None


@allow(Role.ADMINISTRATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every setting of this instance."""
    current = settings.current()
    written, unreadable = current, ""
    try:
        written = settings.load(current.home, os.environ)
    except (settings.NoInstance, settings.WrongSetting) as error:
        unreadable = redact(error.message)
    sections = settings_by_section(current, written, os.environ)
    changed = sum(setting.next is not None for _, rows in sections for setting in rows)
    return render(
        request,
        "console/settings/settings.html",
        {
            "sections": sections,
            "file": settings.FILE_NAME,
            "changed": changed,
            "unreadable": unreadable,
            "rows": last_comparison(),
        },
    )


def settings_by_section(
    current: settings.Settings, written: settings.Settings, environment: Mapping[str, str]
) -> list[tuple[str, list[ShownSetting]]]:
    """Return each section with its settings, in the order of the reference. ``current`` is what
    this process runs with, ``written`` what it would run with if it started now."""
    sections = []
    for section, kind in settings.SECTIONS.items():
        values = getattr(current, section)
        rows = []
        for item in fields(kind):
            variable = f"ABOVEBOARD_{section}_{item.name}".upper()
            here = f"Set in the environment: {variable}." if variable in environment else ""
            there = (
                f"Set in {settings.FILE_NAME}."
                if f"{section}.{item.name}" in current.set_in_file
                else "Not set: this is the default."
            )
            now, then = getattr(values, item.name), getattr(getattr(written, section), item.name)
            rows.append(
                ShownSetting(
                    item.name,
                    _mask_secret(now, item.metadata),
                    _quoted(item.metadata["help"]),
                    here or there,
                    # Compared before they are masked: another password is a change too.
                    None if now == then else _mask_secret(then, item.metadata),
                )
            )
        sections.append((section, rows))
    return sections


def _mask_secret(value: object, metadata: Mapping[str, object]) -> str:
    return MASK if value and metadata["secret"] else mask_value(value)


def mask_value(value: object) -> str:
    """Return a value as text; the password of an address, and whatever an address carries
    after ``?``, is masked."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = redact(str(value))
    # What stands behind "?" may be a token; nobody reads the settings to learn it.
    address, question, _ = text.partition("?")
    return f"{address}?{MASK}" if question and ":" in address else text


def _quoted(text: str) -> str:
    """Return a help text with quotes where the reference has code."""
    return re.sub(r"`([^`]+)`", r"“\1”", text)
