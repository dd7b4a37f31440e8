"""From the setting ``keys.root`` to the provider it names."""

from __future__ import annotations

from aboveboard.basics.settings import Settings
from aboveboard.keys.providers.file import FileProvider
from aboveboard.keys.providers.provider import Provider


def provider_at(url: str, current: Settings) -> Provider:
    """Return the provider at ``url``; nothing is opened or asked yet."""
    _, _, place = url.partition(":")
    return FileProvider(url, current.path(place))
