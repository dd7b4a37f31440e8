"""Messages and mailboxes: headers that name people, the text, and what is attached."""

from __future__ import annotations

import email
import email.header
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from itertools import islice
from typing import Final

from aboveboard.discovery.documents import plain
from aboveboard.discovery.documents.document import UnreadableDocument
from aboveboard.discovery.limits import MAIL_PARTS, MAILBOX_MESSAGES

_HEADERS: Final = ("From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Subject", "Date")
_STARTS: Final = re.compile(
    rb"(?:From|Return-Path|Received|Delivered-To|MIME-Version|Message-ID): ?\S", re.I
)
_BETWEEN: Final = re.compile(rb"^From [^\n]{3,200}\d{4}\r?\n", re.MULTILINE)


def is_message(data: bytes) -> bool:
    """Whether bytes begin as a message does (RFC 5322)."""
    return _STARTS.match(data) is not None


def messages(data: bytes) -> list[bytes]:
    """Return the messages of a mailbox file (RFC 4155), at most ``MAILBOX_MESSAGES``."""
    starts = [match.end() for match in islice(_BETWEEN.finditer(data), MAILBOX_MESSAGES + 1)]
    ends = [match.start() for match in islice(_BETWEEN.finditer(data), 1, MAILBOX_MESSAGES + 1)]
    return [
        data[start:end]
        for start, end in zip(starts, [*ends, len(data)][: len(starts)], strict=True)
    ][:MAILBOX_MESSAGES]


def is_mailbox(data: bytes) -> bool:
    """Whether bytes begin as a mailbox file does."""
    return _BETWEEN.match(data) is not None


def contents(data: bytes) -> Iterator[tuple[str, str | bytes]]:
    """Yield the text of a message, under the name "", and each attachment: its name and bytes."""
    # The older policy: the newer one parses headers into objects, and raises where they are odd.
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    lines = [f"{name}: {_header(message, name)}" for name in _HEADERS if message.get(name)]
    attached: list[tuple[str, bytes]] = []
    for part in islice(message.walk(), MAIL_PARTS):
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        if (name := _filename(part)) or part.get_content_maintype() != "text":
            attached.append((name or f"part.{part.get_content_subtype()}", body))
        else:
            lines.append(_text(part, body))
    yield "", "\n".join(lines)
    yield from attached


def _text(part: Message, body: bytes) -> str:
    try:
        text = body.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        try:
            text = plain.decoded(body)
        except UnreadableDocument:
            return ""
    return plain.text_of_html(text) if part.get_content_subtype() == "html" else text


def _header(message: Message, name: str) -> str:
    value = str(message.get(name, ""))
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value


def _filename(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (MessageError, LookupError, ValueError, TypeError):
        return ""
