"""The forms in which systems keep passwords: recognised, judged and verified. Pure.

What is cheap is judged by OWASP's Password Storage Cheat Sheet (checked 1 December 2026): argon2id
with 19 MiB and two rounds or what costs as much, scrypt with N = 2^17, bcrypt with a cost of 10,
PBKDF2 with 600,000 rounds of SHA-256, 210,000 of SHA-512 or 1,300,000 of SHA-1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import argon2
import bcrypt


class HashVerdict(StrEnum):
    """How a password is kept."""

    GOOD = "good"
    CHEAP = "cheap"
    FAST = "fast"
    UNSALTED = "unsalted"
    PLAIN = "plain"
    UNKNOWN = "unknown"


ADVICE: Final[Mapping[HashVerdict, str]] = {
    HashVerdict.GOOD: "Nothing to do.",
    HashVerdict.CHEAP: "Raise the cost, and hash again when each person next signs in.",
    HashVerdict.FAST: (
        "Wrap each in argon2id at once, over the hash that is there; replace it by one of the "
        "password when the person next signs in."
    ),
    HashVerdict.UNSALTED: (
        "Treat it as readable: wrap each in argon2id at once, and reset those that are in a leak."
    ),
    HashVerdict.PLAIN: (
        "This seems to be no hash. If passwords are kept in clear, hash them by argon2id today, "
        "and find out who could read them."
    ),
    HashVerdict.UNKNOWN: "Ask the maker of the system which form this is.",
}


@dataclass(frozen=True, slots=True)
class HashForm:
    """A form, with its cost where it has one, and what to think of it."""

    name: str
    verdict: HashVerdict


Verify = Callable[[re.Match[str], bytes], bool]


@dataclass(frozen=True, slots=True)
class _Known:
    pattern: re.Pattern[str]
    judge: Callable[[re.Match[str]], HashForm]
    verify: Verify | None = None


_ROUNDS: Final = {"sha256": 600_000, "sha512": 210_000, "sha1": 1_300_000}
_ARGON2_COST: Final = 35_000
"""KiB times rounds: the least of OWASP's five pairs."""
_SCRYPT_COST: Final = 655_360
"""N times r times p: the least of OWASP's five."""
_SHA1_BYTES: Final = 20
_SCRYPT_BYTES: Final = (32, 64)
"""Bytes of a hash, as passlib and Django write it."""
_BCRYPT_BYTES: Final = 72
_MEMORY: Final = 1 << 30


def recognise(text: str) -> HashForm:
    """Return the form of a password as it is kept."""
    for known in _KNOWN:
        if match := known.pattern.fullmatch(text.strip()):
            return known.judge(match)
    if not text.strip():
        return HashForm("empty", HashVerdict.UNKNOWN)
    short = len(text.strip()) < 32 and "$" not in text
    return HashForm("in clear?" if short else "unknown", HashVerdict.PLAIN if short else _UNKNOWN)


def can_verify(text: str) -> bool:
    """Whether :func:`verify` knows this form."""
    return any(known.verify and known.pattern.fullmatch(text.strip()) for known in _KNOWN)


def verify(text: str, password: str) -> bool:
    """Whether a hash is of a password. One that is cut off or of another form is of none."""
    for known in _KNOWN:
        match = known.pattern.fullmatch(text.strip())
        if match and known.verify:
            try:
                return known.verify(match, password.encode())
            except (ValueError, binascii.Error, argon2.exceptions.Argon2Error):
                return False
    return False


_UNKNOWN: Final = HashVerdict.UNKNOWN


def _level(name: str, *, good: bool) -> HashForm:
    return HashForm(name, HashVerdict.GOOD if good else HashVerdict.CHEAP)


def _argon2(match: re.Match[str]) -> HashForm:
    cost, rounds = int(match["m"]), int(match["t"])
    good = match["kind"] == "id" and cost * rounds >= _ARGON2_COST
    return _level(f"argon2{match['kind']}, {cost // 1024} MiB, {rounds} rounds", good=good)


def _pbkdf2(match: re.Match[str]) -> HashForm:
    rounds, digest = int(match["rounds"]), match["digest"] or "sha1"
    return _level(f"PBKDF2 {digest}, {rounds:,} rounds", good=rounds >= _ROUNDS[digest])


def _bcrypt(match: re.Match[str]) -> HashForm:
    return _level(f"bcrypt, cost {int(match['cost'])}", good=int(match["cost"]) >= 10)


def _scrypt(match: re.Match[str]) -> HashForm:
    n = 1 << int(match["ln"]) if "ln" in match.re.groupindex else int(match["n"])
    cost = n * int(match["r"]) * int(match["p"])
    return _level(f"scrypt, N {n:,}", good=cost >= _SCRYPT_COST)


def _named(name: str, verdict: HashVerdict) -> Callable[[re.Match[str]], HashForm]:
    return lambda match: HashForm(name, verdict)


def _verify_argon2(match: re.Match[str], password: bytes) -> bool:
    try:
        return argon2.PasswordHasher().verify("$" + match["whole"], password)
    except argon2.exceptions.VerifyMismatchError:
        return False


def _verify_bcrypt(match: re.Match[str], password: bytes) -> bool:
    if "sha" in match.re.groupindex and match["sha"]:
        password = binascii.hexlify(hashlib.sha256(password).digest())
    # bcrypt reads no more, whatever the system was given.
    return bcrypt.checkpw(password[:_BCRYPT_BYTES], match["whole"].encode())


def _b64(text: str) -> bytes:
    """Return what base64 stands for, in the spellings of Django and of passlib."""
    text = text.replace(".", "+")
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _verify_pbkdf2(match: re.Match[str], password: bytes) -> bool:
    wanted = _b64(match["hash"])
    salt = _b64(match["salt"]) if match["whole"].startswith("$") else match["salt"].encode()
    digest = match["digest"] or "sha1"
    if len(wanted) != hashlib.new(digest, usedforsecurity=False).digest_size:
        return False  # cut off: of its beginning alone many passwords would be
    made = hashlib.pbkdf2_hmac(digest, password, salt, int(match["rounds"]), len(wanted))
    return hmac.compare_digest(made, wanted)


def _verify_scrypt(match: re.Match[str], password: bytes) -> bool:
    wanted = _b64(match["hash"])
    if len(wanted) not in _SCRYPT_BYTES:
        return False
    logarithmic = "ln" in match.re.groupindex
    n = 1 << int(match["ln"]) if logarithmic else int(match["n"])
    salt = _b64(match["salt"]) if logarithmic else match["salt"].encode()
    r, p = int(match["r"]), int(match["p"])
    made = hashlib.scrypt(
        password, salt=salt, n=n, r=r, p=p, dklen=len(wanted), maxmem=min(_MEMORY, 256 * n * r * p)
    )
    return hmac.compare_digest(made, wanted)


def _verify_hex(digest: str) -> Verify:
    def check(match: re.Match[str], password: bytes) -> bool:
        salt = match["salt"].encode() if "salt" in match.re.groupindex else b""
        made = hashlib.new(digest, salt + password, usedforsecurity=False).hexdigest()
        return hmac.compare_digest(made, match["hash"].lower())

    return check


def _verify_ldap(match: re.Match[str], password: bytes) -> bool:
    raw = _b64(match["hash"])
    if len(raw) < _SHA1_BYTES:
        return False
    made = hashlib.sha1(password + raw[_SHA1_BYTES:], usedforsecurity=False).digest()
    return hmac.compare_digest(made, raw[:_SHA1_BYTES])


def _compile_form(
    pattern: str, judge: Callable[[re.Match[str]], HashForm], verify: Verify | None = None
) -> _Known:
    return _Known(re.compile(pattern), judge, verify)


_COST = r"m=(?P<m>\d{1,9}),t=(?P<t>\d{1,6}),p=\d{1,4}"
_KNOWN: Final = (
    _compile_form(
        rf"(?:argon2)?\$(?P<whole>argon2(?P<kind>id|i|d)\$(?:v=\d+\$)?{_COST}\$[^$]+\$[^$]+)",
        _argon2,
        _verify_argon2,
    ),
    _compile_form(
        r"(?P<whole>pbkdf2_(?P<digest>sha256|sha1|sha512)"
        r"\$(?P<rounds>\d{1,9})\$(?P<salt>[^$]+)\$(?P<hash>[^$]+))",
        _pbkdf2,
        _verify_pbkdf2,
    ),
    _compile_form(
        r"(?P<whole>\$pbkdf2(?:-(?P<digest>sha256|sha512))?"
        r"\$(?P<rounds>\d{1,9})\$(?P<salt>[^$]+)\$(?P<hash>[^$]+))",
        _pbkdf2,
        _verify_pbkdf2,
    ),
    _compile_form(
        r"scrypt\$(?P<n>\d{1,8})\$(?P<salt>[^$]+)\$(?P<r>\d{1,3})\$(?P<p>\d{1,3})\$(?P<hash>[^$]+)",
        _scrypt,
        _verify_scrypt,
    ),
    _compile_form(
        r"\$scrypt\$ln=(?P<ln>\d{1,2}),r=(?P<r>\d{1,3}),p=(?P<p>\d{1,3})"
        r"\$(?P<salt>[^$]+)\$(?P<hash>[^$]+)",
        _scrypt,
        _verify_scrypt,
    ),
    _compile_form(
        r"(?:bcrypt(?P<sha>_sha256)?\$)?(?P<whole>\$2[abxy]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53})",
        _bcrypt,
        _verify_bcrypt,
    ),
    _compile_form(
        r"md5\$(?P<salt>[^$]*)\$(?P<hash>[0-9a-fA-F]{32})",
        _named("salted MD5", HashVerdict.FAST),
        _verify_hex("md5"),
    ),
    _compile_form(
        r"sha1\$(?P<salt>[^$]*)\$(?P<hash>[0-9a-fA-F]{40})",
        _named("salted SHA-1", HashVerdict.FAST),
        _verify_hex("sha1"),
    ),
    _compile_form(
        r"\{SSHA\}(?P<hash>\S+)", _named("salted SHA-1 (LDAP)", HashVerdict.FAST), _verify_ldap
    ),
    _compile_form(
        r"\{SHA\}(?P<hash>\S+)", _named("SHA-1 (LDAP)", HashVerdict.UNSALTED), _verify_ldap
    ),
    _compile_form(r"\$1\$[^$]*\$[./A-Za-z0-9]{22}", _named("MD5-crypt", HashVerdict.FAST)),
    _compile_form(r"\$[PH]\$[./A-Za-z0-9]{31}", _named("phpass", HashVerdict.FAST)),
    _compile_form(r"\$5\$.+", _named("SHA-256-crypt", HashVerdict.CHEAP)),
    _compile_form(r"\$6\$.+", _named("SHA-512-crypt", HashVerdict.CHEAP)),
    _compile_form(r"\*[0-9A-F]{40}", _named("MySQL", HashVerdict.UNSALTED)),
    _compile_form(
        r"(?P<hash>[0-9a-fA-F]{32})", _named("MD5", HashVerdict.UNSALTED), _verify_hex("md5")
    ),
    _compile_form(
        r"(?P<hash>[0-9a-fA-F]{40})", _named("SHA-1", HashVerdict.UNSALTED), _verify_hex("sha1")
    ),
    _compile_form(
        r"(?P<hash>[0-9a-fA-F]{64})", _named("SHA-256", HashVerdict.UNSALTED), _verify_hex("sha256")
    ),
    _compile_form(
        r"(?P<hash>[0-9a-fA-F]{128})",
        _named("SHA-512", HashVerdict.UNSALTED),
        _verify_hex("sha512"),
    ),
)
