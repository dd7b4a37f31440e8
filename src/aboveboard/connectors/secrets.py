"""Secrets by reference: a declaration names where a password or token is, never the thing itself.

``env:NAME`` is a variable of the environment, ``file:PATH`` a file that only its owner's group may
read, ``vault:MOUNT/PATH#KEY`` a key of a secret in HashiCorp Vault or OpenBao (KV version 2; the
address in ``VAULT_ADDR``, the token in ``VAULT_TOKEN``). A secret is fetched when it is used, never
stored, and an error names its reference alone.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import msgspec
import urllib3

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.personal import MASK
from aboveboard.connectors.limits import SECRET_BYTES, SECRET_WAIT

FORMS: Final = "env:NAME, file:PATH or vault:MOUNT/PATH#KEY"
_REFERENCE = re.compile(
    r"env:(?P<name>[A-Za-z_][A-Za-z0-9_]{0,99})"
    r"|file:(?P<file>[^\x00#]{1,500})"
    r"|vault:(?P<mount>[A-Za-z0-9_-]{1,60})/(?P<path>[A-Za-z0-9_./-]{1,300})"
    r"#(?P<key>[A-Za-z0-9_.-]{1,100})"
)
_OURS = re.compile(r"ABOVEBOARD_.*|(VAULT|BAO)_TOKEN|DJANGO_.*")
"""Variables that open Aboveboard itself: no other system is given them."""
_TOKENS: Final = ("BAO_TOKEN", "VAULT_TOKEN")
_ADDRESSES: Final = ("BAO_ADDR", "VAULT_ADDR")


class SecretNotThere(Misconfigured):
    """The secret {reference} cannot be read: {why}."""

    code = "secret_not_there"
    next_step = "{fix}"


class SecretText:
    """A secret that shows itself to nobody who prints, pickles or compares it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret, for the call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return f"SecretText({MASK})"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True, slots=True)
class SecretReference:
    """Where a secret is, as the declaration writes it."""

    text: str

    @classmethod
    def parse(cls, text: str) -> SecretReference | None:
        """Return the reference, or None where the text is none: then it may be a secret."""
        return cls(text) if _REFERENCE.fullmatch(text) else None

    def fetch(self) -> SecretText:
        """Return the secret itself, as it is now.

        Raises:
            SecretNotThere: there is none, or it may not be used.
        """
        reference = _REFERENCE.fullmatch(self.text)
        if reference is None:
            raise SecretNotThere(reference="named", why="that is no reference", fix=f"Use {FORMS}.")
        if name := reference["name"]:
            return self._from_environment(name)
        if path := reference["file"]:
            return self._from_file(Path(path))
        return self._from_vault(reference["mount"], reference["path"], reference["key"])

    def _refuse(self, why: str, fix: str) -> SecretNotThere:
        return SecretNotThere(reference=self.text, why=why, fix=fix)

    def _from_environment(self, name: str) -> SecretText:
        if _OURS.fullmatch(name):
            raise self._refuse(
                "that variable opens Aboveboard itself", "Give the system a variable of its own."
            )
        text = os.environ.get(name, "")
        if not text:
            raise self._refuse(
                "the variable is not set",
                f"Set {name} for the server and the worker of aboveboard, and start them again.",
            )
        return SecretText(text)

    def _from_file(self, path: Path) -> SecretText:
        home = settings.current().home.resolve()
        place = path if path.is_absolute() else home / path
        resolved = place.resolve()
        # The root key and the database's settings lie below the instance: a system that could be
        # given them as its password would send them away.
        if resolved.is_relative_to(home) and not resolved.is_relative_to(home / "secrets"):
            raise self._refuse(
                "the file belongs to Aboveboard itself",
                "Keep secrets of systems in the folder secrets of the instance, or outside it.",
            )
        try:
            with resolved.open("rb") as opened:
                mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
                content = opened.read(SECRET_BYTES + 1)
        except OSError as error:
            raise self._refuse(
                (error.strerror or "it cannot be opened").lower(),
                "Check the path, and that the user who runs aboveboard may read it.",
            ) from None
        if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
            raise self._refuse(
                "others may read or write the file", f"Run: chmod 600 {self.text[5:]}"
            )
        return self._decoded(content)

    def _decoded(self, content: bytes) -> SecretText:
        try:
            text = content.decode("utf-8").strip()
        except UnicodeDecodeError:
            text = ""
        if not text or len(content) > SECRET_BYTES:
            raise self._refuse(
                "it is empty, too large, or no text", "Write the secret alone into it, as UTF-8."
            )
        return SecretText(text)

    def _from_vault(self, mount: str, path: str, key: str) -> SecretText:
        address, token = _first(_ADDRESSES), _first(_TOKENS)
        if not address or not token:
            raise self._refuse(
                "Vault is not set up", "Set VAULT_ADDR and VAULT_TOKEN where aboveboard runs."
            )
        headers = {"X-Vault-Token": token, "X-Vault-Request": "true"}
        if namespace := _first(("BAO_NAMESPACE", "VAULT_NAMESPACE")):
            headers["X-Vault-Namespace"] = namespace
        try:
            # No redirect: the token goes to the address that the operator named, and no further.
            answer = urllib3.PoolManager(retries=False).request(
                "GET",
                f"{address.rstrip('/')}/v1/{mount}/data/{path.removeprefix('data/')}",
                headers=headers,
                timeout=SECRET_WAIT,
                redirect=False,
                preload_content=False,
            )
            status, body = answer.status, answer.read(SECRET_BYTES)
            answer.close()
        except (urllib3.exceptions.HTTPError, OSError):
            # Without the cause: it has the address, which may have a password in it.
            raise self._refuse("Vault cannot be reached", "Check VAULT_ADDR, and Vault.") from None
        if status != 200:
            raise self._refuse(
                f"Vault answers {status}", "Check the path, and what the token may read."
            )
        return self._of_answer(body, key)

    def _of_answer(self, body: bytes, key: str) -> SecretText:
        """Return a key of an answer of KV version 2, which has them two levels down."""
        try:
            text = msgspec.json.decode(body)["data"]["data"][key]
        except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError):
            text = None
        if not isinstance(text, str) or not text:
            raise self._refuse(
                "Vault has no such key there",
                "Check the key after #, and that the mount is of KV version 2.",
            )
        return SecretText(text)


def _first(names: tuple[str, ...]) -> str:
    return next(filter(None, (os.environ.get(name, "") for name in names)), "")
