"""The transit engine as a provider: the root key never leaves it; wrapping keys go
in and come out wrapped.

``encrypt`` and ``decrypt`` carry the context as associated data, so the key must be of an AEAD kind
(``aes256-gcm96``, the default, ``aes128-gcm96`` or ``chacha20-poly1305``). Versions of the key are
the engine's own: ``vault:v3:...``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from pathlib import Path

from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.providers.transit_client import (
    NoAnswer,
    NoToken,
    TransitAddress,
    TransitAnswer,
    TransitToken,
    ask,
)
from aboveboard.keys.wrapping import KEY_BYTES, KeyUnwrapFailed, LocalKey

_KINDS = ("aes128-gcm96", "aes256-gcm96", "chacha20-poly1305")
_GUIDE = "See docs/how-to/keep-the-keys.md, OpenBao and Vault."


class TransitProvider:
    """A root key in a transit engine."""

    def __init__(
        self, address: TransitAddress, *, ca: Path | None, token_file: Path | None
    ) -> None:
        self.name = address.name
        self._address = address
        self._ca = ca
        self._token = TransitToken(
            token_file, lambda method, path, token: ask(address, ca, method, path, token)
        )

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` wrapped and bound to ``context``."""
        # Asked first: `encrypt` would make a key that is not there, of its own kind, and everything
        # wrapped by that would bind no context.
        self._check_kind()
        answer = self._request(
            "POST", "encrypt", {"plaintext": _text(key), "associated_data": _text(context)}
        )
        wrapped = answer.part("data").get("ciphertext")
        if (
            answer.status != 200
            or not isinstance(wrapped, str)
            or not wrapped.isascii()
            or not wrapped.startswith("vault:v")
        ):
            raise self._away(answer)
        return wrapped.encode("ascii")

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key inside ``wrapped``.

        Raises:
            KeyUnwrapFailed: the engine did not wrap it, or cannot open it.
            ProviderAway: it cannot be reached.
        """
        if not (wrapped.startswith(b"vault:v") and wrapped.isascii()):
            raise KeyUnwrapFailed(why=f"{self.name} did not wrap it")
        answer = self._request(
            "POST",
            "decrypt",
            {"ciphertext": wrapped.decode("ascii"), "associated_data": _text(context)},
        )
        # A 400 means two things: that this cannot be opened, or that the key is not there. Only the
        # first is about what was wrapped.
        if answer.status == 400 and not any("not found" in error for error in answer.errors):
            raise KeyUnwrapFailed(why=f"{self.name} says that it is not what it wrapped")
        plain = answer.part("data").get("plaintext")
        if answer.status != 200 or not isinstance(plain, str):
            raise self._away(answer)
        try:
            key = base64.b64decode(plain, validate=True)
        except (binascii.Error, ValueError):
            raise self._away(answer) from None
        if len(key) != KEY_BYTES:
            raise KeyUnwrapFailed(why=f"{self.name} opened {len(key)} bytes instead of {KEY_BYTES}")
        return key

    def local_key(self, key_id: bytes) -> LocalKey | None:
        """Return None: the root key is in nobody's hands."""
        return None

    def renew(self) -> str:
        """Have the engine make a new version of the key.

        Raises:
            RenewalRefused: the token's policy leaves that to somebody else.
        """
        answer = self._request("POST", "keys", {}, "/rotate")
        if answer.status == 403:
            fix = (
                f"Let its keeper rotate the key {self._address.key}, then run this with "
                "--same-version."
            )
            raise RenewalRefused(provider=self.name, why="the token may not rotate it", fix=fix)
        if answer.status not in (200, 204):
            raise self._away(answer)
        return (
            f"{self.name} wraps with version {self._check_kind().get('latest_version')} of its key "
            "from now on."
        )

    def settle(self, kept: Collection[bytes]) -> str:
        """Say what its keeper may do."""
        return (
            f"Versions of {self._address.key} below the latest are needed for older backups only "
            "(min_decryption_version)."
        )

    def _check_kind(self) -> Mapping[str, object]:
        answer = self._request("GET", "keys", None)
        key = answer.part("data")
        if answer.status != 200:
            raise self._away(answer)
        if key.get("type") not in _KINDS:
            raise ProviderAway(
                provider=self.name,
                why=f"its key is not of a kind that binds a context: {', '.join(_KINDS)}",
                fix=_GUIDE,
            )
        return key

    def _request(
        self, method: str, what: str, body: Mapping[str, object] | None, end: str = ""
    ) -> TransitAnswer:
        path = f"{self._address.mount}/{what}/{self._address.key}{end}"
        try:
            return ask(self._address, self._ca, method, path, self._token.current(), body)
        except NoToken as error:
            raise ProviderAway(
                provider=self.name, why=str(error), fix=f"Give it a token. {_GUIDE}"
            ) from None
        except NoAnswer as error:
            fix = (
                "Nothing needs a restart: it goes on by itself once that server answers. Check "
                "that it runs and is reached."
            )
            raise ProviderAway(provider=self.name, why=str(error), fix=fix) from None

    def _away(self, answer: TransitAnswer) -> ProviderAway:
        why, fix = _MEANINGS.get(
            answer.status, ("its answer is not one that a transit engine gives", _GUIDE)
        )
        if answer.status >= 500 and answer.status not in _MEANINGS:
            why, fix = (
                "it has a fault of its own",
                "See its log; it goes on by itself once that server answers.",
            )
        return ProviderAway(provider=self.name, why=f"{why} (status {answer.status})", fix=fix)


_MEANINGS: Mapping[int, tuple[str, str]] = {
    307: (
        "it sends us to another server",
        "Name the active server in keys.root, or let the standby forward requests.",
    ),
    400: ("it does not know that key", f"Make the key, or correct keys.root. {_GUIDE}"),
    403: ("it refuses the token", f"Give it a valid token whose policy covers this key. {_GUIDE}"),
    404: ("it has no such engine or key", f"Make the key, or correct keys.root. {_GUIDE}"),
    429: ("it is overloaded or a standby", "It goes on by itself once that server answers."),
    503: ("it is sealed or in maintenance", "Unseal it. It goes on by itself then."),
}


def _text(blob: bytes) -> str:
    return base64.b64encode(blob).decode("ascii")
