"""What a message tells: who wrote to whom, its words, and what is attached. Pure."""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Final, TypeAlias

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.kinds import normalise

MailMessage: TypeAlias = "Message[str, str]"

ADDRESSED: Final = ("from", "to", "cc", "bcc", "reply-to", "sender")
"""The headers in which a person stands."""
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_PIECE: Final = 64 * 1024


def search_day(moment: datetime) -> str:
    """Return a day as a search takes it (RFC 3501, ``date``): in English, whatever is spoken."""
    return f"{moment.day}-{_MONTHS[moment.month - 1]}-{moment.year}"


def parsed(content: bytes) -> MailMessage:
    """Return a message, however badly it was written."""
    # The old rules for headers: those of today refuse some that mail has had for decades.
    policy = email.policy.compat32.clone(raise_on_defect=False)
    return BytesParser(policy=policy).parsebytes(content)


def addresses(message: MailMessage, header: str) -> list[str]:
    """Return the addresses of a header, in their normal form where they have one."""
    values = _values(message, header)
    return [normalise.email(address) or address for _, address in getaddresses(values) if address]


def places(message: MailMessage, address: str) -> list[str]:
    """Return the headers in which an address (normal form) stands."""
    return [header for header in ADDRESSED if address in addresses(message, header)]


def record(folder: str, message: MailMessage, own: tuple[str, ...]) -> Record:
    """Return what a message says. ``own``: the headers in which the person stands; the other ones,
    and one with others beside the person, are about somebody else as well, and so are the words: a
    letter tells of whoever it tells of."""
    values: dict[str, Json] = {}
    for name in ("date", "subject", *ADDRESSED):
        if text := ", ".join(_values(message, name)):
            values[name] = text
    others: set[str] = {
        name
        for name in ADDRESSED
        if name in values and (name not in own or len(addresses(message, name)) > 1)
    }
    texts = [part for part in message.walk() if _is_text(part)]
    plain = [part for part in texts if part.get_content_subtype() == "plain"] or texts
    if plain:
        values["text"] = "\n\n".join(map(_words, plain))
        others.add("text")
    shown = {name: Personal(value) for name, value in values.items()}
    return Record(folder, shown, frozenset(others))


def attachments(folder: str, message: MailMessage) -> Iterator[Attachment]:
    """Yield what is attached, decoded."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart() or _is_text(part):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            name = _decoded(part.get_filename() or f"attachment-{number}")
            yield Attachment(folder, Personal(name), part.get_content_type(), _pieces(content))


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _PIECE):
        yield content[start : start + _PIECE]


def _is_text(part: MailMessage) -> bool:
    return part.get_content_maintype() == "text" and not part.get_filename()


def _words(part: MailMessage) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("latin-1")


def _values(message: MailMessage, header: str) -> list[str]:
    """Return a header's values, in the letters of people. Bytes beyond ASCII are UTF-8 (RFC 6532),
    as mail without encoded words has them."""
    raw = (str(value) for name, value in message.raw_items() if name.lower() == header)
    return [
        _decoded(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        for value in raw
    ]


def _decoded(text: str) -> str:
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):  # an encoding that there is not, or half of a word
        return text.encode("utf-8", "replace").decode("utf-8")
