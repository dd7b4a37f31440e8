"""Text that is text already: in any usual encoding, and out of HTML."""

from __future__ import annotations

import codecs
from html.parser import HTMLParser
from typing import Final

from aboveboard.discovery.documents.document import UnreadableDocument, UnreadDocumentReason

_MARKS: Final = (
    # UTF-32 first: its mark begins with the one of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 4_096
_SHARE_OF_NULS: Final = 0.2
"""Share of zero bytes at one side of each pair from which a text is UTF-16: Latin letters have a
zero in every pair."""
_CONTROL: Final = frozenset(range(32)) - {7, 8, 9, 10, 12, 13, 27}
_BREAKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option"}
    | {"p", "pre", "section", "table", "td", "th", "title", "tr", "ul"}
)
"""Elements that begin a line."""
_SILENT: Final = frozenset({"script", "style", "template", "noscript"})


def decoded(data: bytes) -> str:
    """Return bytes as text: by their mark, as UTF-8, as UTF-16, else as Windows-1252, in which any
    byte is a letter.

    Raises:
        UnreadableDocument: it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    sample = data[:_SAMPLE]
    if text and b"\x00" not in sample:
        return text
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[first::2]
        if (
            half
            and half.count(0) > _SHARE_OF_NULS * len(half)
            and not sample[1 - first :: 2].count(0)
        ):
            return data.decode(encoding, "replace")
    if not sample or sum(byte in _CONTROL for byte in sample) * 50 > len(sample):
        raise UnreadableDocument(
            UnreadDocumentReason.UNKNOWN_FORM if sample else UnreadDocumentReason.NO_TEXT
        )
    return data.decode("cp1252", "replace")


def text_of_html(markup: str) -> str:
    """Return what a page shows, with the addresses of its links and the values of its fields."""
    reader = _PageText()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)


class _PageText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        if tag in _BREAKS:
            self.parts.append("\n")
        for name, value in attrs:
            if value and (name in ("value", "alt", "title", "content") or _is_mail(name, value)):
                self.parts += (" ", value.removeprefix("mailto:"), " ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _is_mail(name: str, value: str) -> bool:
    return name == "href" and value.startswith(("mailto:", "tel:"))
