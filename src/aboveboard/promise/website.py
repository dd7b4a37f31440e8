"""What the organisation's website keeps in a visitor's browser, from whom it loads, and what of
that waits for a yes (ePrivacy Directive Art. 5(3)). Pure and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _nothing() -> Mapping[str, str]:
    return _NOTHING


class ConsentSignal(StrEnum):
    """The signals of Google Consent Mode v2, as Google's tags name them."""

    AD_STORAGE = "ad_storage"
    AD_USER_DATA = "ad_user_data"
    AD_PERSONALIZATION = "ad_personalization"
    ANALYTICS_STORAGE = "analytics_storage"
    FUNCTIONALITY_STORAGE = "functionality_storage"
    PERSONALIZATION_STORAGE = "personalization_storage"
    SECURITY_STORAGE = "security_storage"


@dataclass(frozen=True, slots=True)
class WebsitePart:
    """Some of what a website does in a browser.

    ``cookies`` and ``storage``: how long each is kept ("P13M", "session", "until_removed"), by
    name; ``*`` at the end of a name stands for whatever follows. ``hosts``: those of others from
    which scripts, frames and pictures come. ``signals``: what a yes grants in Consent Mode.
    """

    cookies: Mapping[str, str] = field(default_factory=_nothing)
    storage: Mapping[str, str] = field(default_factory=_nothing)
    hosts: tuple[str, ...] = ()
    signals: tuple[ConsentSignal, ...] = ()


@dataclass(frozen=True, slots=True)
class Website:
    """The website's part of a promise.

    ``necessary``: what nobody is asked about. ``purposes``: what waits for a yes, by the key of a
    purpose on consent, in the order of the file. ``refused_by_gpc``: the purposes that a browser's
    Global Privacy Control refuses.
    """

    necessary: WebsitePart = WebsitePart()
    purposes: Mapping[str, WebsitePart] = field(default_factory=lambda: MappingProxyType({}))
    refused_by_gpc: tuple[str, ...] = ()


def name_fits(pattern: str, name: str) -> bool:
    """Whether the declared name of a cookie, or of something in storage, is this one's."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def host_fits(declared: str, host: str) -> bool:
    """Whether a host is the declared one or below it: maps.example has a.maps.example."""
    return host == declared or host.endswith(f".{declared}")
