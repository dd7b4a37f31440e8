"""A notice as bytes: RFC 5322 headers, RFC 2045 bodies, RFC 2047 words; made by hand because the
standard library's generator makes 855 messages a second (design, section 8).

Everything that comes out is 7-bit, in lines of at most 78 characters ended by CRLF, so that any
mail server takes it. Nothing that comes in can add a header or a recipient: an address comes in its
normal form, which has the characters of an address alone, and line breaks in a subject become
spaces.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache

from aboveboard.basics.errors import Misconfigured
from aboveboard.delivery.letters import LetterBody
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9 '!#$%&*+/=?^_`{|}~-]{1,60}")
# With the longest of our header names in front, still within the 78 of RFC 5322, 2.1.1.
_SHORT_LINE = 64
# Of UTF-8 in one encoded-word: 52 base64 characters, 64 with its frame, 73 after "Subject: "
# (RFC 2047, 2: at most 76).
_WORD_BYTES = 39


class RefusedSender(Misconfigured):
    """Nothing can be sent from mail.sender: it is not {expected}."""

    code = "refused_sender"
    next_step = "Correct mail.sender in the settings."


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What is the same on every message: who it is from, as it stands in the header,
    and the bare address."""

    sender: str
    address: str

    @classmethod
    def from_sender(cls, name: str, sender: str) -> Letterhead:
        """Make the letterhead for a display name and an address (itself
        perhaps ``Name <address>``).

        Raises:
            RefusedSender: the sender is not an address in plain ASCII.
        """
        given, bare = parseaddr(sender)
        try:
            address = email_addresses.read_setting(bare)
        except KindMismatch as misfit:
            raise RefusedSender(expected=misfit.expected) from None
        if not address.isascii():
            raise RefusedSender(expected="an address in ASCII")
        phrase = _phrase(given or name)
        fold = "\r\n " if len(phrase) + len(address) > _SHORT_LINE else " "
        return cls(f"{phrase}{fold}<{address}>", address)


@dataclass(frozen=True, slots=True)
class MessageContent:
    """What one message says. ``html`` is a second form of the same."""

    subject: str
    text: str | LetterBody
    html: str | LetterBody | None
    language: str


def message_id(dispatch_id: int, domain: str) -> str:
    """Return the Message-ID of a dispatch, the same on every try, so that a second
    copy can be told by it."""
    return f"<notice.{dispatch_id}@{domain}>"


def build(head: Letterhead, to: str, content: MessageContent, *, id_: str, at: datetime) -> bytes:
    """Return the message. ``to`` is a normal form (``kinds.email_addresses``); ``id_`` is of
    :func:`message_id`.

    With a local part outside ASCII the ``To`` line is UTF-8 (RFC 6532); all else is 7-bit.
    """
    # The same bytes on every try, from the same moment on: a server that saw the message before can
    # tell (RFC 5322, 3.6.4). Auto-Submitted keeps out-of-office replies away (RFC 3834, 5).
    lines = (
        f"From: {head.sender}\r\nTo: {to}\r\nSubject: {_unstructured(content.subject)}\r\n"
        f"Date: {_date(at.replace(microsecond=0))}\r\nMessage-ID: {id_}\r\n"
        f"Auto-Submitted: auto-generated\r\nContent-Language: {_language(content.language)}\r\n"
        "MIME-Version: 1.0\r\n"
    ).encode()
    text = _part("plain", content.text)
    if content.html is None:
        return lines + text
    # "=_" cannot occur in quoted-printable or base64, so the boundary is in
    # neither part (RFC 2045, 6.7).
    edge = b"=_" + id_[1:].partition("@")[0].encode("ascii")
    html = _part("html", content.html)
    opening = b'Content-Type: multipart/alternative; boundary="' + edge + b'"\r\n\r\n'
    between = b"\r\n--" + edge
    return b"".join(
        (lines, opening, between[2:], b"\r\n", text, between, b"\r\n", html, between, b"--\r\n")
    )


def _part(kind: str, text: str | LetterBody) -> bytes:
    if isinstance(text, str):
        encoded, chars = _encode(text), len(text)
    else:
        before, own, after = _shared(text.before), _encode(text.own), _shared(text.after)
        # Hard line breaks stand between the three, where quoted-printable begins anew (RFC 2045,
        # 6.7): together they are what the whole would be.
        encoded = _EncodedText(
            before.quoted + own.quoted + after.quoted, before.octets + own.octets + after.octets
        )
        chars = len(text.before) + len(text.own) + len(text.after)
    # Where most characters are beyond ASCII, base64 is half the size and
    # quoted-printable readable by nobody.
    if encoded.octets > 2 * chars:
        whole = text if isinstance(text, str) else text.joined()
        return _part_header(kind, "base64") + _base64(whole)
    return _part_header(kind, "quoted-printable") + encoded.quoted


@cache
def _part_header(kind: str, encoding: str) -> bytes:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode("ascii")


@dataclass(frozen=True, slots=True)
class _EncodedText:
    """A text as quoted-printable, and its size in UTF-8."""

    quoted: bytes
    octets: int


def _encode(text: str) -> _EncodedText:
    raw = _octets(text)
    # istext keeps line ends; trailing blanks are encoded, since relays cut them (RFC 2045, 6.7).
    quoted = binascii.b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
    return _EncodedText(quoted, len(raw))


# What everybody is told alike, and nothing that is about one person.
_shared = lru_cache(maxsize=4096)(_encode)


def _base64(text: str) -> bytes:
    wired = _octets(text).replace(b"\n", b"\r\n")
    lines = (binascii.b2a_base64(wired[at : at + 57]) for at in range(0, len(wired), 57))
    return b"".join(lines).replace(b"\n", b"\r\n")


def _octets(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")


def _unstructured(value: str) -> str:
    """One line of text as a header's value: as it is if short ASCII, else
    encoded-words (RFC 2047)."""
    line = (value if value.isascii() and value.isprintable() else _CONTROLS.sub(" ", value)).strip()
    if line.isascii() and len(line) <= _SHORT_LINE and "=?" not in line:
        return line
    return _encoded_words(line)


@lru_cache(maxsize=64)
def _phrase(name: str) -> str:
    clean = _CONTROLS.sub(" ", name).strip()
    return clean if _PLAIN_PHRASE.fullmatch(clean) and "=?" not in clean else _encoded_words(clean)


def _encoded_words(line: str) -> str:
    words, word = [], b""
    # By character: a word must not end within one (RFC 2047, 5).
    for character in line:
        encoded = character.encode("utf-8", "replace")
        if len(word) + len(encoded) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return "\r\n ".join(
        "=?utf-8?b?" + binascii.b2a_base64(word, newline=False).decode("ascii") + "?="
        for word in words
    )


@lru_cache(maxsize=64)
def _date(at: datetime) -> str:
    return format_datetime(at)


@lru_cache(maxsize=64)
def _language(tag: str) -> str:
    return tag if re.fullmatch(r"[A-Za-z0-9-]{2,35}", tag) else "und"
