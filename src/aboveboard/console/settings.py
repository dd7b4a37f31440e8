"""The settings in force, what each means, and where it was set. Changing one means changing the
file and starting again."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

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
    """One setting: ``value`` as text, with a password masked; ``where`` it was set, in words."""

    name: str
    value: str
    help: str
    where: str


@allow(Role.ADMINISTRATOR)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every setting of this instance."""
    current = settings.current()
    # From the file, since the values in force no longer say where each came from; a change that was
    # made after the start is not in force, and shows as the old value.
    written = tomllib.loads(current.path(settings.FILE_NAME).read_text("utf-8"))
    sections = settings_by_section(current, written, os.environ)
    return render(
        request,
        "console/settings/settings.html",
        {"sections": sections, "file": settings.FILE_NAME, "rows": last_comparison()},
    )


def settings_by_section(
    current: settings.Settings, written: Mapping[str, Any], environment: Mapping[str, str]
) -> list[tuple[str, list[ShownSetting]]]:
    """Return each section with its settings, in the order of the reference."""
    sections = []
    for section, kind in settings.SECTIONS.items():
        values = getattr(current, section)
        rows = []
        for item in fields(kind):
            variable = f"ABOVEBOARD_{section}_{item.name}".upper()
            here = f"Set in the environment: {variable}." if variable in environment else ""
            there = (
                f"Set in {settings.FILE_NAME}."
                if item.name in written.get(section, {})
                else "Not set: this is the default."
            )
            rows.append(
                ShownSetting(
                    item.name,
                    mask_value(getattr(values, item.name)),
                    _quoted(item.metadata["help"]),
                    here or there,
                )
            )
        sections.append((section, rows))
    return sections


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
