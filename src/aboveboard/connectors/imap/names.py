"""How IMAP writes folders, strings and lists (RFC 3501). Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:NIL|"(?:[^"\\]|\\.)*") (?P<name>.*)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder: its name as people read it, and as it goes over the wire."""

    name: str
    wire: bytes


def encode_folder(name: str) -> bytes:
    """Return a folder's name in modified UTF-7 (RFC 3501, 5.1.3)."""
    out, held = bytearray(), ""

    def flush() -> None:
        nonlocal held
        if held:
            word = base64.b64encode(held.encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
            out.extend(b"&" + word + b"-")
            held = ""

    for mark in name:
        if " " <= mark <= "~":
            flush()
            out.extend(b"&-" if mark == "&" else mark.encode())
        else:
            held += mark
    flush()
    return bytes(out)


def decode_folder(wire: bytes) -> str:
    """Return the name behind modified UTF-7; what is none stays as it is."""

    def word(match: re.Match[bytes]) -> bytes:
        inner = match[1]
        if not inner:
            return b"&"
        try:
            padded = inner.replace(b",", b"/") + b"=" * (-len(inner) % 4)
            return base64.b64decode(padded).decode("utf-16-be").encode("utf-8", "surrogatepass")
        except (ValueError, UnicodeError):
            return match[0]

    return re.sub(rb"&([^-]*)-", word, wire).decode("utf-8", "replace")


def quoted(text: bytes) -> bytes:
    """Return a quoted string.

    Raises:
        ValueError: it has a line break or a null in it, which no quoted string holds.
    """
    if re.search(rb"[\r\n\x00]", text):
        raise ValueError("a line break in a string")
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def folders(answers: Iterable[bytes | tuple[bytes, bytes] | None]) -> list[MailFolder]:
    """Return the folders of an answer to LIST that can be opened. A name that came as a literal is
    the second of a pair."""
    named = []
    for answer in answers:
        line = answer[0] if isinstance(answer, tuple) else answer
        match = _LISTED.match(line or b"")
        if match is None or b"\\noselect" in match["flags"].lower():
            continue
        wire = answer[1] if isinstance(answer, tuple) else _unquoted(match["name"].strip())
        named.append(MailFolder(decode_folder(wire), wire))
    return named


def _unquoted(text: bytes) -> bytes:
    if not (text.startswith(b'"') and text.endswith(b'"')):
        return text
    return re.sub(rb"\\(.)", rb"\1", text[1:-1])
