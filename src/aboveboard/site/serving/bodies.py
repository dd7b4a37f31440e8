"""What body a request may bring: none, a small one, a file, or lines without end. Pure but for
looking up which view answers an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from django.urls import Resolver404, resolve

from aboveboard.basics.bodies import file_limit, is_read_by_lines
from aboveboard.site.serving import limits

_WORD: Final = r"[A-Za-z0-9!#$%&'+.^_`|~-]+"
_MEDIA_TYPE: Final = re.compile(
    rf"{_WORD}/{_WORD}"
    rf"(?:[ \t]*;[ \t]*{_WORD}=(?:[A-Za-z0-9!#$%&'()*+,./:=?@^_`|~-]+|\"[ !#-\[\]-~]*\"))*"
    r"[ \t]*;?[ \t]*"
)
"""A media type and its parameters (RFC 9110, 8.3.1). Without the names that end in ``*``, which
bring an encoding of their own (RFC 2231), and without escapes: no sender needs either."""
_CHARSET: Final = re.compile(r";[ \t]*charset=\"?([^\";]*)", re.IGNORECASE)
_UTF_8: Final = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})

REFUSED: Final = "aboveboard.body_refused"
"""Member of the environ of a request whose body was not taken: the HTTP status that says why."""


class BodyKind(Enum):
    """How a body is taken in."""

    NONE = auto()
    SMALL = auto()
    FILE = auto()
    LINES = auto()


@dataclass(frozen=True, slots=True)
class BodyRule:
    """How a body is taken in, and the most bytes that it may have (of lines: no limit)."""

    kind: BodyKind
    most: int = 0
    length: int | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether the length that was announced says enough."""
        return (
            self.length is not None and self.kind is not BodyKind.LINES and self.length > self.most
        )


def rule_for(environ: Mapping[str, Any]) -> BodyRule:
    """Return the rule for the body of a request. ``length``: what it announces, None in chunks.

    Raises:
        ValueError: the length is none. The server refuses such a request itself; what it lets
            through is not believed. Or it does not say readably what the body is, or that it is in
            another encoding than UTF-8: a name such as ``rot13`` would choose a decoder of Python
            that nobody wrote for bytes of strangers.
    """
    if "HTTP_TRANSFER_ENCODING" in environ:
        length = None
    else:
        text = environ.get("CONTENT_LENGTH", "0")
        if not text.isascii() or not text.isdigit():
            raise ValueError("a length that is none")
        length = int(text[:20])
        if not length:
            return BodyRule(BodyKind.NONE, length=0)
    if not is_readable(environ.get("CONTENT_TYPE", "")):
        raise ValueError("a body of no kind that is read here")
    path = environ["PATH_INFO"]
    file, lines = _marks(path)
    if lines:
        return BodyRule(BodyKind.LINES, length=length)
    if file is not None and environ.get("CONTENT_TYPE", "").startswith("multipart/form-data"):
        return BodyRule(BodyKind.FILE, file + limits.FORM_AROUND_FILE, length)
    return BodyRule(BodyKind.SMALL, limit_at(path), length)


@lru_cache(maxsize=256)
def is_readable(content_type: str) -> bool:
    """Whether a Content-Type is well formed, or empty, and says nothing but UTF-8."""
    if not content_type:
        return True
    encodings = _CHARSET.findall(content_type)
    return _MEDIA_TYPE.fullmatch(content_type) is not None and all(
        encoding.strip().lower() in _UTF_8 for encoding in encodings
    )


def limit_at(path: str) -> int:
    """Return the most bytes of a body that is not a file at an address."""
    return next(
        (most for prefix, most in limits.BODY_BYTES.items() if path.startswith(prefix)),
        limits.BODY_BYTES_ELSEWHERE,
    )


@lru_cache(maxsize=1024)
def _marks(path: str) -> tuple[int | None, bool]:
    """Return the largest file of the view at an address, and whether it reads lines."""
    try:
        view = resolve(path.encode("latin-1").decode("utf-8", "replace")).func
    except Resolver404:
        return None, False
    return file_limit(view), is_read_by_lines(view)
