"""What each face offers on the way: the entries that packages declare (``Package.navigation``), for
this reader and this page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_noop

from aboveboard.basics.actor import Role
from aboveboard.basics.package import Face, NavEntry, gathered


@dataclass(frozen=True, slots=True)
class FaceAddress:
    """Where a face's addresses start, what its name adds to the organisation's, and where the name
    leads. ``face`` is None where nothing is offered."""

    prefix: str
    suffix: str
    home: str
    face: Face | None


PLACES: Final = (
    FaceAddress("/you/", "", "/you/", Face.PORTAL),
    FaceAddress("/console/", gettext_noop("console"), "/console/", Face.CONSOLE),
    # Signing in belongs to every face, so its name leads to the address that sorts people out.
    FaceAddress("/accounts/", "", "/", None),
    # Last: it fits every address.
    FaceAddress("/", gettext_noop("trust centre"), "/", Face.CENTRE),
)


_ENGLISH: Final = ("/console/", "/demo/")
_IN_EVERY_LANGUAGE: Final = "/console/people/"


def is_english_alone(path: str) -> bool:
    """Whether the page at ``path`` is in English whatever a browser asks for: the pages of staff,
    but those on which customers are looked up. Their own words have no translation, and a page half
    in one language and half in another would help nobody."""
    return path.startswith(_ENGLISH) and not path.startswith(_IN_EVERY_LANGUAGE)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One entry as a page shows it."""

    label: str
    href: str
    current: bool


def face_at(path: str) -> FaceAddress:
    """Return the face that an address belongs to."""
    return next(place for place in PLACES if path.startswith(place.prefix))


def navigation_for(
    place: FaceAddress, path: str, role: str
) -> tuple[list[NavigationLink], list[NavigationLink]]:
    """Return the main entries for a reader in ``role``, and the second row of the group that the
    page at ``path`` belongs to (empty where the group has one page or none)."""
    entries = [
        entry
        for entry in _entries(settings.ROOT_URLCONF)
        if entry.face is place.face and _may_enter(place.face, role) and _is_offered(entry, role)
    ]
    # The longest address that fits is where we are: "/console/" fits every page of the console.
    fitting = [
        (len(start), entry)
        for entry in entries
        for start in (entry.href, *entry.covers)
        if path.startswith(start)
    ]
    here = max(fitting, key=lambda fit: fit[0], default=(0, None))[1]
    main: dict[str, NavigationLink] = {}
    for entry in entries:
        name = entry.group or entry.label
        is_here = here is not None and name == (here.group or here.label)
        main.setdefault(name, NavigationLink(name, entry.href, is_here))
    second = [
        NavigationLink(entry.label, entry.href, entry is here)
        for entry in entries
        if here is not None and here.group and entry.group == here.group
    ]
    return list(main.values()), second if len(second) > 1 else []


def _may_enter(face: Face, role: str) -> bool:
    # Whoever is refused a page of another face is not shown the way through that face.
    if face is Face.PORTAL:
        return role == Role.CUSTOMER
    return face is Face.CENTRE or role not in ("", Role.CUSTOMER)


def _is_offered(entry: NavEntry, role: str) -> bool:
    listed = not entry.roles or role in entry.roles
    return listed or (entry.promised and role not in set(Role))


@cache
def _entries(routes: str) -> list[NavEntry]:
    """Return every entry in order. A page that ``routes`` do not serve is not offered: some
    instances leave faces out."""
    declared = [entry for package in gathered() for entry in package.navigation]
    return sorted(filter(_is_served, declared), key=lambda entry: entry.place)


def _is_served(entry: NavEntry) -> bool:
    try:
        resolve(entry.href)
    except Resolver404:
        return False
    return True
