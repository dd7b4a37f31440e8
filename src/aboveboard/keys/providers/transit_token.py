"""The token for OpenBao or Vault: read from its file each time, and renewed at half its
life while it is used."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from aboveboard.keys.providers.transit_http import Answer, NoAnswer

log = logging.getLogger("aboveboard.keys")
VARIABLES = ("BAO_TOKEN", "VAULT_TOKEN")


class NoToken(Exception):
    """There is no token; the message says where it was looked for."""


class Token:
    """A token and when it is to be renewed. ``ask(method, path, token)`` speaks with the server."""

    def __init__(self, file: Path | None, ask: Callable[[str, str, str], Answer]) -> None:
        self._file = file
        self._ask = ask
        self._known = ""
        self._renew_at: float | None = None

    def current(self) -> str:
        """Return the token, renewing it first when half its life is over.

        Raises:
            NoToken: neither the file nor the environment has one.
            NoAnswer: the server does not answer.
        """
        token = self._found()
        if token != self._known:
            self._known, self._renew_at = token, None
            self._plan(self._ask("GET", "auth/token/lookup-self", token).part("data"), "ttl")
        elif self._renew_at is not None and monotonic() >= self._renew_at:
            answer = self._ask("POST", "auth/token/renew-self", token)
            if answer.status == 200:
                self._plan(answer.part("auth"), "lease_duration")
            else:
                # It has reached its longest life; its issuer must give another.
                self._renew_at = None
                log.warning(
                    (
                        "the token for the key provider was not renewed (status %s): give it a new "
                        "one in time"
                    ),
                    answer.status,
                )
        return token

    def _found(self) -> str:
        if self._file is not None:
            try:
                token = self._file.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise NoToken(f"keys.token_file cannot be read ({type(error).__name__})") from None
        else:
            token = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
        if not token or not token.isascii() or not token.isprintable():
            raise NoToken("there is no token in keys.token_file, " + " or ".join(VARIABLES))
        return token

    def _plan(self, about: object, life: str) -> None:
        if isinstance(about, dict) and about.get("renewable") is True:
            seconds = about.get(life)
            if isinstance(seconds, int) and seconds > 0:
                self._renew_at = monotonic() + seconds / 2


__all__ = ["NoAnswer", "NoToken", "Token"]
