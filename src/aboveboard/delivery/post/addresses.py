"""A postal address in the order of its country, as a machine that sorts mail reads it. Pure.

``address_forms.yaml`` holds the order for each country, with sources; one that is not in it is
written as the Universal Postal Union advises: postcode before the town, the country last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale

from aboveboard.basics import shipped

_REGION: Final = re.compile(r"^[A-Z]{2}-([A-Z0-9]{1,3})$")
_OWN_SCRIPT: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FALLBACK: Final = ""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Who lives where. ``street``: the lines above the town. ``region``: a code ("US-CA") or a
    name; ``country``: ISO 3166-1, or empty where it is not known."""

    name: str = field(repr=False)
    street: tuple[str, ...] = field(repr=False)
    city: str = field(default="", repr=False)
    region: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    country: str = ""

    @property
    def deliverable(self) -> bool:
        """Whether a post office has enough to go by: a line, and a town or a postcode; or several
        lines that were given as they stand on the envelope."""
        return bool(self.street) and bool(self.city or self.postcode or len(self.street) > 1)


def envelope_lines(address: PostalAddress, *, sender_country: str, language: str) -> list[str]:
    """Return the lines of an address as they stand on the envelope, the name first where the
    country has it first. ``language``: in which the country is named, in capitals, where the letter
    leaves the sender's (UPU, "Addressing the world": one that the sender's post reads)."""
    form = _forms().get(address.country, _forms()[_FALLBACK])
    if "own_script" in form and _OWN_SCRIPT.search(address.city + "".join(address.street)):
        form = form["own_script"]
    lines = []
    for template in form["lines"]:
        lines += _filled(str(template), address, form.get("capitals", ()))
    if address.country and address.country != sender_country:
        lines.append(country_name(address.country, language))
    return lines


def country_name(country: str, language: str) -> str:
    """Return the name of a country in capitals, as it stands on an envelope."""
    return str(Locale(language).territories.get(country, country)).upper()


def _filled(template: str, address: PostalAddress, capitals: tuple[str, ...]) -> list[str]:
    if template in ("name", "street"):
        lines = [address.name] if template == "name" else list(address.street)
        return [" ".join(line.split()) for line in lines if line.strip()]
    region = _REGION.sub(r"\1", address.region.strip())
    parts = {"city": address.city, "region": region, "postcode": address.postcode}
    shown = {
        key: text.strip().upper() if key in capitals else text.strip()
        for key, text in parts.items()
    }
    line = template
    for key, text in shown.items():
        line = line.replace("{" + key + "}", text)
    # What is not held leaves its comma, dash or sign behind.
    line = re.sub(r"^[\s,–-]+|[\s,–-]+$", "", line)
    return [line] if any(sign.isalnum() for sign in line) else []


@cache
def _forms() -> Mapping[str, Mapping[str, Any]]:
    loaded = shipped.load(Path(__file__).with_name("address_forms.yaml"))
    forms: dict[str, Mapping[str, Any]] = {}
    for form in loaded["forms"]:
        forms |= dict.fromkeys(form["countries"] or [_FALLBACK], form)
    return forms
