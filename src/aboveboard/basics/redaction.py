"""Secrets are shown to nobody: not in an error, not in a log, not on a page. Pure.

The wrong line of a key file lands on a command line, a password stands in an address of the
settings. What a person typed is useful in an error only while it is no secret, so it is judged here
before it is repeated, and every error and every line of a log passes :func:`redact` as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

HIDDEN: Final = "•••"
UNSHOWN: Final = "a text that looks like a secret and is not shown"

_SHOWN: Final = 70
"""Most characters of a typed text that an error repeats."""
_LONGEST_USER: Final = 24
"""Most characters of the name of a user before a password."""
_PIECE: Final = 8
"""Fewest characters of a secret in a row that count as a part of it."""

# What is a secret by its own form, wherever it stands.
_BY_FORM = re.compile(
    "|".join(
        (
            r"(?i:age-secret-key-)[0-9A-Za-z-]+",  # age
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z0-9 ]+-----|\Z)",  # PEM
            r"PRIVATE\+KEY\+[^\s\"']+",  # C2SP signed-note
            r"\babs?_[A-Za-z0-9_-]{16,}",  # a client's token or secret (accounts.links)
            r"\bhv[sbr]\.[A-Za-z0-9_-]{16,}",  # Vault, OpenBao
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS
            r"\bgh[opsur]_[A-Za-z0-9]{20,}",  # GitHub
            r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",  # a JSON Web Token
            # The words of a share (SLIP 39: 20 or 33, of four to eight letters each).
            r"(?:\b[a-z]{4,8}\b[\s\d.]+){15,}\b[a-z]{4,8}\b",
        )
    )
)
# User and password of an address, up to the last "@": a password may hold one.
_LOGIN = re.compile(
    r"(?<=://)[^\s\"'<>]*@"
    # The same where the slashes were forgotten: smtp:user:password@host.
    r"|(?<=\bsmtp:)(?!//)[^\s\"'<>]*@|(?<=\bsmtps:)(?!//)[^\s\"'<>]*@"
    r"|(?<=\btls:)(?!//)[^\s\"'<>]*@|(?<=\bpostgresql:)(?!//)[^\s\"'<>]*@"
    r"|(?<=\bvault:)(?!https?://)[^\s\"'<>]*@"
)
_NAMED = re.compile(
    r"(?i)\b((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key)=)"
    r"[^\s&;,\"']+"
)
# What may be a secret where somebody typed it: a long hex number, or one word of many kinds of
# characters. A digest has that form too, so in a sentence of ours it stays.
_HEX = re.compile(r"[0-9A-Fa-f]{32,}")
# The moment in the name of a backup, which a command is about: no part of a secret.
_MOMENT = re.compile(r"(?<![0-9A-Za-z])\d{8}T\d{6}Z(?![0-9A-Za-z])")
_WORD = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")


def redact(text: str) -> str:
    """Return a text without the secrets in it that can be told by their form."""
    if len(text) < _PIECE:
        return text
    hidden = _NAMED.sub(rf"\1{HIDDEN}", _BY_FORM.sub(HIDDEN, text))
    return _LOGIN.sub(_mask_password, hidden) if "@" in hidden else hidden


def _mask_password(login: re.Match[str]) -> str:
    user, colon, _ = login[0].rstrip("@").partition(":")
    # One word before the "@" is a token more often than a name.
    return f"{user}:{HIDDEN}@" if colon and len(user) <= _LONGEST_USER else f"{HIDDEN}@"


def is_like_secret(text: str) -> bool:
    """Whether a text that somebody typed may be, or hold, a secret."""
    text = text.strip()
    if redact(text) != text or _HEX.search(text):
        return True
    if text.startswith(("/", ".", "~", "age1")):  # a path; a public key of age
        return False
    text = _MOMENT.sub("", text)
    return any(
        any(mark.isupper() for mark in word)
        and any(mark.islower() for mark in word)
        and any(mark.isdigit() for mark in word)
        for word in _WORD.findall(text)
    )


def quote_input(value: object) -> str:
    """Return what somebody typed as an error repeats it: quoted and cut, or :data:`UNSHOWN`."""
    text = str(value)
    if is_like_secret(text):
        return UNSHOWN
    return repr(value if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def remove_values(text: str, given: Iterable[str]) -> str:
    """Return a text without any part of what was given and may be a secret, and without what
    :func:`redact` finds."""
    for secret in given:
        # A path is what a command is about; what a person may not see of it is a name at most.
        if is_like_secret(secret):
            text = _remove_parts(text, secret)
    return redact(text)


def _remove_parts(text: str, secret: str) -> str:
    """Take out every run of the text that is a part of the secret: an error may have cut it."""
    kept, at = [], 0
    while at < len(text):
        end = at + _PIECE
        if text[at:end] not in secret or len(text) < end:
            kept.append(text[at])
            at += 1
            continue
        while end < len(text) and text[at : end + 1] in secret:
            end += 1
        kept.append(HIDDEN)
        at = end
    return "".join(kept)
