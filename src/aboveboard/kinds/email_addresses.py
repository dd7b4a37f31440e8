"""E-mail addresses: the one way from what was typed or read to the form that is sealed, filed,
matched and put on the wire. Nothing else in the program turns a domain into ASCII.

Finding a person by one rule and writing to them by another sends what is theirs to a stranger:
IDNA 2003 writes ``straße.example`` as ``strasse.example``, which is somebody else's
(CVE-2019-19844 is the same fault). So there is one rule, and what it cannot map to exactly one
mailbox it refuses.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import idna

from aboveboard.kinds.kind import KindMismatch

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# An A-label may be one that no letters stand behind, so those are left to the library. The last
# label of a name is not a number (RFC 1123, 2.1).
_PLAIN = re.compile(
    rf"{_ATOM}(?:\.{_ATOM})*@(?!.*xn--)(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}", re.ASCII
)
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}", re.ASCII)
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
# RFC 6531, 3.3, adds every character beyond ASCII to the atom; white space, controls and the marks
# that another character could hide behind are looked for one by one.
_ASCII_OF_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]*", re.ASCII)
_SCHEME = re.compile(r"(?:mailto|smtp):", re.IGNORECASE | re.ASCII)
_LONGEST, _LONGEST_LOCAL = 254, 64  # octets: RFC 5321, 4.5.3.1, and erratum 1690 of RFC 3696
_QUOTES: Final = {"'": "'", '"': '"', "`": "`", "‘": "’", "“": "”", "«": "»"}
_CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_EXAMPLE = "an e-mail address such as name@example.org"


def read(text: str) -> str:
    """Return the normal form of an address, however it was written down.

    What stands around it is left out: white space, marks that do not print, quotation marks,
    ``mailto:``, ``smtp:``, ``Name <…>``, and the dot that ends a domain. ASCII letters become
    small; the domain becomes ASCII by IDNA 2008 (RFC 5891, after the mapping of UTS 46,
    non-transitional). The local part keeps its letters beyond ASCII as they are: RFC 5321 lets
    case matter, and only for ASCII does no provider make use of that.

    Raises:
        KindMismatch: it is no address, or could be more than one.
    """
    plain = text.lower() if text.isascii() else _strip_wrapping(text).translate(_CAPITALS)
    # Almost every address is one of these, and an import reads thousands a second.
    if not _PLAIN.fullmatch(plain):
        plain = _strip_wrapping(plain)
    if _PLAIN.fullmatch(plain):
        return _check_length(plain)
    local, at, domain = plain.rpartition("@")
    if not at or not local or not domain:
        raise KindMismatch("not_email", _EXAMPLE)
    return _check_length(f"{_local(local)}@{_domain(domain)}")


def read_setting(text: str) -> str:
    """Return the normal form of an address that the settings name: the sender, the contact. The
    domain may be ``localhost`` too, which is this machine and nobody else's (RFC 6761, 6.3).

    Raises:
        KindMismatch: it is no address, or could be more than one.
    """
    local, at, domain = _strip_wrapping(text).translate(_CAPITALS).rpartition("@")
    if at and domain == "localhost":
        return _check_length(f"{_local(local)}@localhost")
    return read(text)


def display(normal: str) -> str:
    """Return an address as people write it: the domain in its own script."""
    local, at, domain = normal.rpartition("@")
    if "xn--" not in domain:
        return normal
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except UnicodeError:  # idna.IDNAError is one
        return normal


def legacy_form(text: str) -> str | None:
    """Return what an earlier version filed an address under, where that is another form than
    :func:`read` gives; None where there is none.

    Only for looking people up: it finds whoever was filed before, and the line of a leaked file
    that stands in capitals. Nobody is written to by it. A letter that stands for another one (a
    long s, a full-width letter) had no form of its own then, and would find somebody else.
    """
    if text.isascii() and _PLAIN.fullmatch(text.lower()):
        return None
    local, at, domain = text.strip().rpartition("@")
    if not at or not local or _is_compatibility_character(local):
        return None
    whole = unicodedata.normalize("NFKC", text).strip().lower()
    local, _, domain = whole.rpartition("@")
    if not domain or not whole.isprintable() or whole.split() != [whole] or ".." in domain:
        return None
    if not domain.isascii() or "xn--" in domain:
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            return None
    was = f"{local}@{domain}"
    try:
        return None if was == read(text) else was
    except KindMismatch:
        return was


def _strip_wrapping(text: str) -> str:
    """Take away what people and programs put around an address."""
    bare, before = text, None
    while before != bare:
        before = bare
        bare = _strip(bare)
        if bare[:1] in _QUOTES and bare[1:] and bare[-1] == _QUOTES[bare[0]]:
            bare = bare[1:-1]
        if bare.endswith(">") and bare.count("<") == 1:
            bare = bare[bare.index("<") + 1 : -1]
        if scheme := _SCHEME.match(bare):
            # RFC 6068: what follows a question mark is the subject and the like.
            bare = bare[scheme.end() :].partition("?")[0]
    # The root of the name tree (RFC 1034, 3.1): "example.org." is the same host.
    return bare[:-1] if bare.endswith(".") and not bare.endswith("..") else bare


def _strip(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_invisible(text[start]):
        start += 1
    while end > start and (_is_invisible(text[end - 1]) or text[end - 1] in ",;"):
        end -= 1
    return text[start:end]


def _is_invisible(mark: str) -> bool:
    if mark.isascii():
        return mark in " \t\r\n\f\v"
    return mark.isspace() or unicodedata.category(mark) == "Cf"


def _local(local: str) -> str:
    if local.isascii():
        if not _LOCAL.fullmatch(local):
            raise KindMismatch("not_email", _EXAMPLE)
        return local
    if _is_compatibility_character(local):
        raise KindMismatch(
            "not_email",
            "an e-mail address that stands for one mailbox: a letter before the @ is another "
            "one in disguise (a full-width letter, a long s)",
        )
    # RFC 6532, 3.1: composed. An accent that is a character of its own is the same letter.
    composed = unicodedata.normalize("NFC", local)
    rest = "".join(mark for mark in composed if mark.isascii())
    if (
        not _ASCII_OF_LOCAL.fullmatch(rest)
        or not composed.isprintable()
        or any(mark.isspace() for mark in composed)
        or not all(composed.split("."))
    ):
        raise KindMismatch(
            "not_email", "an e-mail address without spaces and without characters that do not show"
        )
    return composed


def _is_compatibility_character(local: str) -> bool:
    """Whether a character of it is only another way to write some other one (Unicode TR 15)."""
    return any(
        unicodedata.normalize("NFKC", mark) != (composed := unicodedata.normalize("NFC", mark))
        or (len(composed) == 1 and composed != mark)
        for mark in local
        if not mark.isascii()
    )


def _domain(domain: str) -> str:
    if "Σ" in domain:
        raise KindMismatch(
            "not_email",
            "an e-mail address with its domain in small letters: a capital sigma may stand for "
            "two letters",
        )
    name = domain
    if not _NAME.fullmatch(domain) or "xn--" in domain:
        # Composed and small before the mapping too: it is how every record was filed.
        composed = unicodedata.normalize("NFKC", domain).lower()
        try:
            name = idna.encode(composed, uts46=True).decode("ascii").removesuffix(".")
        except UnicodeError:  # idna.IDNAError is one
            raise KindMismatch(
                "not_email", "an e-mail address whose domain is a domain name"
            ) from None
    if "." not in name:
        raise KindMismatch(
            "not_email", "an e-mail address with a whole domain, such as example.org"
        )
    if not _NAME.fullmatch(name):
        raise KindMismatch("not_email", "an e-mail address whose domain is a domain name")
    return name


def _check_length(normal: str) -> str:
    if len(normal) <= _LONGEST_LOCAL and normal.isascii():
        return normal
    local, _, _ = normal.rpartition("@")
    if len(local.encode()) > _LONGEST_LOCAL or len(normal.encode()) > _LONGEST:
        raise KindMismatch(
            "not_email",
            f"an e-mail address of at most {_LONGEST_LOCAL} bytes before the @ and {_LONGEST} "
            "in all",
        )
    return normal
