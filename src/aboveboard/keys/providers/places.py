"""From the setting ``keys.root`` to the provider it names."""

from __future__ import annotations

import os
from pathlib import Path

from aboveboard.basics.redaction import quote_input
from aboveboard.basics.settings import Settings, WrongSetting
from aboveboard.keys.providers import passphrase, secret
from aboveboard.keys.providers.file import FileProvider
from aboveboard.keys.providers.kms import KmsProvider, parse_url
from aboveboard.keys.providers.provider import Provider
from aboveboard.keys.providers.transit import TransitProvider
from aboveboard.keys.providers.transit_client import parse_address


def provider_at(url: str, current: Settings) -> Provider:
    """Return the provider at ``url``; nothing is opened or asked yet.

    Raises:
        WrongSetting: the address is not one of a provider.
    """
    kind, _, at = url.partition(":")
    if kind == "file":
        return FileProvider(url, current.path(at), lambda: passphrase.get_passphrase(current))
    if kind == "env":
        return secret.from_environment(url, at)
    if kind == "secret":
        return secret.from_file(
            url, Path(os.environ.get("CREDENTIALS_DIRECTORY", current.home)) / at
        )
    if kind == "vault":
        address = parse_address(url)
        _refuse(url, address.problem)
        ca = current.path(address.ca) if address.ca else None
        return TransitProvider(
            address,
            ca=ca,
            token_file=current.path(current.keys.token_file) if current.keys.token_file else None,
        )
    if kind == "awskms":
        key, region, endpoint, problem = parse_url(url)
        _refuse(url, problem)
        return KmsProvider(key, region, endpoint)
    raise WrongSetting(
        name="keys.root",
        # As it was typed but for secrets: somebody may have put a token into the address.
        found=quote_input(url),
        expected="file:, env:, secret:, vault: or awskms:",
        where="aboveboard.toml",
    )


def _refuse(url: str, problem: str) -> None:
    if problem:
        raise WrongSetting(
            name="keys.root", found=quote_input(url), expected=problem, where="aboveboard.toml"
        )
