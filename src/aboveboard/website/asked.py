"""What the website's visitors are asked, from the promise: each purpose, with a revision that
changes when what they said yes to does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aboveboard.basics.canonical import Json, digest
from aboveboard.promise.model import Promise, Purpose, WebsitePart

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class AskedPurpose:
    """One purpose that visitors are asked about. ``revision``: eight hexadecimal digits; a yes to
    another one is asked again."""

    purpose: Purpose
    part: WebsitePart
    revision: str


def asked_purposes(promise: Promise) -> Mapping[str, AskedPurpose]:
    """Return what visitors are asked about, by key, in the order of the promise; nothing where the
    promise says nothing of a website."""
    website = promise.website
    if website is None:
        return {}
    return {
        key: AskedPurpose(promise.purposes[key], part, _revision(promise, key, part))
        for key, part in website.purposes.items()
    }


def revision_of(promise: Promise) -> str:
    """Return one revision for everything that is asked, in one order."""
    return digest([[key, asked.revision] for key, asked in asked_purposes(promise).items()])[
        :_DIGITS
    ]


def _revision(promise: Promise, key: str, part: WebsitePart) -> str:
    # What consent is given to (EDPB Guidelines 05/2020, 3.3.1): what is collected, who gets it, for
    # how long. New words for the same, and another legal note, are no reason to ask anybody again.
    purpose = promise.purposes[key]
    recipients = [promise.recipients[name] for name in purpose.recipients]
    about: Json = {
        "fields": [promise.fields[name].category for name in purpose.fields],
        "recipients": [[recipient.name, recipient.country] for recipient in recipients],
        "kept": [str(purpose.retention.keep), purpose.retention.starts.value],
        "cookies": dict(part.cookies),
        "storage": dict(part.storage),
        "hosts": sorted(part.hosts),
        "signals": sorted(part.signals),
    }
    return digest(about)[:_DIGITS]
