"""A root key that only a passphrase opens: argon2id makes a key of it (RFC 9106),
AES-256-GCM-SIV seals the text.

One line of text: ``aboveboard-passphrase/1 m t p salt box``; m in KiB, salt and box (12
bytes of nonce, then ciphertext and tag) in hex; everything before the box is associated
data. Pure but for :func:`get_passphrase`.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from aboveboard.basics.errors import Unavailable
from aboveboard.basics.settings import Settings
from aboveboard.keys.limits import PASSPHRASE_CHARS, PASSPHRASE_MEMORY_KIB

VARIABLE: Final = "ABOVEBOARD_PASSPHRASE"
_MARK: Final = "aboveboard-passphrase/1"
_PASSES, _LANES = 3, 4  # RFC 9106, section 4, second recommended option; memory in limits
_LINE: Final = re.compile(
    rf"{_MARK} ([0-9]{{1,7}}) ([0-9]{{1,2}}) ([0-9]{{1,2}}) ([0-9a-f]{{32}}) "
    rf"([0-9a-f]{{56,20000}})\s*"
)


class RootKeyUndecryptable(Unavailable):
    """Cannot decrypt the root key: {why}."""

    code = "root_key_undecryptable"
    next_step = ""


def is_sealed(text: str) -> bool:
    """Whether the text needs a passphrase."""
    return text.startswith("aboveboard-passphrase/")


def seal(text: str, passphrase: str, *, memory: int = PASSPHRASE_MEMORY_KIB) -> str:
    """Return ``text`` sealed, as one line; ``memory`` in KiB."""
    salt, nonce = os.urandom(16), os.urandom(12)
    # The costs stand in the text, so that later versions can raise them; they are bound as
    # associated data, so that nobody lowers them.
    head = f"{_MARK} {memory} {_PASSES} {_LANES} {salt.hex()}"
    box = nonce + _cipher(passphrase, salt, memory, _PASSES, _LANES).encrypt(
        nonce, text.encode(), head.encode()
    )
    return f"{head} {box.hex()}\n"


def unseal(sealed: str, passphrase: str) -> str:
    """Return what :func:`seal` was given.

    Raises:
        RootKeyUndecryptable: another passphrase, a changed text, or costs that no release has
            written.
    """
    line = _LINE.fullmatch(sealed)
    if line is None:
        raise RootKeyUndecryptable(why="it is not a whole line of a known version")
    memory, passes, lanes = (int(part) for part in line.groups()[:3])
    # The costs stand in the file: without a ceiling a changed file could take all memory.
    if not (
        8 * lanes <= memory <= 4 * PASSPHRASE_MEMORY_KIB and 1 <= passes <= 20 and 1 <= lanes <= 16
    ):
        raise RootKeyUndecryptable(
            why="it asks for more memory or time than any release has written"
        )
    head, box = (
        sealed[: line.start(5)].rstrip(),
        bytes.fromhex(line[5]) if len(line[5]) % 2 == 0 else b"",
    )
    try:
        return (
            _cipher(passphrase, bytes.fromhex(line[4]), memory, passes, lanes)
            .decrypt(box[:12], box[12:], head.encode())
            .decode()
        )
    except (InvalidTag, ValueError):
        raise RootKeyUndecryptable(why="the passphrase does not open it") from None


def _cipher(passphrase: str, salt: bytes, memory: int, passes: int, lanes: int) -> AESGCMSIV:
    return AESGCMSIV(hash_secret_raw(passphrase.encode(), salt, passes, memory, lanes, 32, Type.ID))


def get_passphrase(current: Settings, *, prompt: str = "Passphrase of the root key: ") -> str:
    """Return the passphrase: from ``keys.passphrase_file``, from the environment, or
    asked once on the terminal.

    One that was typed is handed to the processes that this one starts, in their environment.

    Raises:
        RootKeyUndecryptable: it is nowhere, and nobody sits at a terminal.
    """
    if current.keys.passphrase_file:
        file = current.path(current.keys.passphrase_file)
        try:
            return file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise RootKeyUndecryptable(
                why=f"keys.passphrase_file cannot be read ({type(error).__name__})"
            ) from None
    if VARIABLE not in os.environ:
        if not sys.stdin.isatty():
            raise RootKeyUndecryptable(
                why=(
                    "it needs its passphrase, and nobody is there to be asked; set "
                    f"keys.passphrase_file or {VARIABLE}"
                )
            )
        from getpass import getpass

        # In the environment and not in an argument: arguments of a process can be read by every
        # user of the machine.
        os.environ[VARIABLE] = getpass(prompt)
    return os.environ[VARIABLE]


def passphrase_problem(first: str, again: str) -> str | None:
    """Return what is wrong with a new passphrase that was typed twice, or None."""
    if first != again:
        return "The two are not the same."
    return (
        None
        if len(first) >= PASSPHRASE_CHARS
        else f"It is shorter than {PASSPHRASE_CHARS} characters."
    )
