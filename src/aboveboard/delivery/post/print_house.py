"""Who prints and posts letters, and who they are from: of the settings and of the promise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics import settings
from aboveboard.custody import parcel
from aboveboard.delivery.channels import NoChannel
from aboveboard.delivery.post.printing import Sender
from aboveboard.promise.model import Organisation
from aboveboard.promise.queries import in_force

FOLDER = "letters"
"""The folder of the instance in which parcels wait for the print house."""


@dataclass(frozen=True, slots=True)
class PrintHouse:
    """A recipient of the promise, and the public age keys that its parcels are sealed to."""

    recipient: str
    keys: tuple[str, ...]


def is_set_up() -> bool:
    """Whether letters are printed at all."""
    return bool(settings.current().post.print_house)


def parcel_folder() -> Path:
    """Return where parcels are, made if it is not there."""
    folder = settings.current().path(FOLDER)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def print_house(purpose: str = "") -> PrintHouse:
    """Return the print house of the settings, for letters of a purpose or of any.

    Raises:
        NoChannel: it has no key, or the promise does not share with it.
    """
    post = settings.current().post
    keys = tuple(filter(None, (key.strip() for key in post.print_house_keys.split(","))))
    if not keys:
        raise NoChannel(reason="print-house-without-key")
    try:
        parcel.recipients(keys)
    except (parcel.SecretAgeKey, parcel.WrongAgeKey):
        raise NoChannel(reason="print-house-key-wrong") from None
    promise = in_force().promise
    shared = promise.purposes[purpose].recipients if purpose in promise.purposes else ()
    if post.print_house not in (shared if purpose else promise.recipients):
        raise NoChannel(reason="print-house-not-in-promise")
    return PrintHouse(post.print_house, keys)


def sender() -> Sender:
    """Return the organisation as it stands on its letters.

    Raises:
        NoChannel: the logo of the settings cannot be read.
    """
    current, organisation = settings.current(), in_force().promise.organisation
    lines = _lines(organisation)
    try:
        logo = current.path(current.post.logo).read_text("utf-8") if current.post.logo else ""
    except (OSError, UnicodeDecodeError):
        raise NoChannel(reason="letter-logo-unreadable") from None
    line = " · ".join(lines)
    return Sender(
        name=organisation.name,
        lines=(*lines, organisation.contact),
        return_line=line,
        footer=line,
        logo=logo,
        fonts=str(current.path(current.post.fonts)) if current.post.fonts else "",
    )


def _lines(organisation: Organisation) -> tuple[str, ...]:
    lines = [organisation.legal_name or organisation.name, *organisation.address.split(",")]
    return tuple(filter(None, (line.strip() for line in lines)))
