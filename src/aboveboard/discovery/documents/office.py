"""Documents of office programs: Word, PowerPoint and OpenDocument as XML in a zip, and workbooks.

The XML is read by expat, without entities of its own: a document that declares any is refused, as
those are how a short file becomes a long one.
"""

from __future__ import annotations

import io
import re
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from aboveboard.discovery.documents.archives import zip_members, zip_names
from aboveboard.discovery.documents.document import (
    ReadingBudget,
    UnreadableDocument,
    UnreadDocumentReason,
)
from aboveboard.discovery.limits import DOCUMENT_CHARS, SHEET_CELLS

_TEXTS: Final = re.compile(
    r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"
    r"|ppt/(?:slides|notesSlides|comments)/[^/]+\.xml|docProps/(?:core|app)\.xml"
    r"|(?:content|meta)\.xml"
)
_BREAKS: Final = frozenset({"p", "h", "br", "tab", "tr", "row", "table-row", "line-break", "cr"})
_CELLS: Final = frozenset({"tc", "table-cell", "s"})
SHEETS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""The names of workbooks."""


def is_package(data: bytes) -> bool:
    """Whether a zip archive is a Word, PowerPoint or OpenDocument file."""
    return not {"word/document.xml", "ppt/presentation.xml", "content.xml"}.isdisjoint(
        zip_names(data)
    )


def text_of_package(data: bytes, budget: ReadingBudget) -> str:
    """Return the text of a Word, PowerPoint or OpenDocument file, in the order of its parts.

    Raises:
        UnreadableDocument: encrypted, damaged or more than the budget.
    """
    parts: list[str] = []
    for _, member in zip_members(data, budget, _TEXTS.fullmatch):
        if isinstance(member, UnreadDocumentReason):
            raise UnreadableDocument(member)
        parts.append(_text_of_xml(member))
    return "\n".join(parts)


def text_of_workbook(data: bytes, budget: ReadingBudget) -> str:
    """Return the cells of all sheets: a line for each row, with tabs.

    Raises:
        UnreadableDocument: damaged, encrypted or more than the budget.
    """
    if data.startswith(b"PK"):
        # What it unpacks to is counted before the library, which has no bound, unpacks it.
        for _ in zip_members(data, budget):
            pass
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        lines: list[str] = []
        cells = 0
        for name in workbook.sheet_names:
            lines.append(name)
            for row in workbook.get_sheet_by_name(name).iter_rows():
                cells += len(row)
                if cells > SHEET_CELLS:
                    raise UnreadableDocument(UnreadDocumentReason.TOO_LONG)
                if line := "\t".join(str(cell) for cell in row if cell not in ("", None)):
                    lines.append(line)
    except UnreadableDocument:
        raise
    # It is a parser in Rust: what it raises for bytes that are not whole has no one family.
    except (CalamineError, ValueError, KeyError, OSError, RuntimeError) as error:
        encrypted = "password" in str(error).lower() or "encrypt" in str(error).lower()
        raise UnreadableDocument(
            UnreadDocumentReason.ENCRYPTED if encrypted else UnreadDocumentReason.DAMAGED
        ) from None
    return "\n".join(lines)


def _text_of_xml(data: bytes) -> str:
    parser = expat.ParserCreate(namespace_separator=" ")
    parts: list[str] = []
    length = 0

    def refuse(*_: object) -> None:
        raise UnreadableDocument(UnreadDocumentReason.BOMB)

    def keep(text: str) -> None:
        nonlocal length
        length += len(text)
        if length <= DOCUMENT_CHARS:
            parts.append(text)

    def end(name: str) -> None:
        local = name.rpartition(" ")[2]
        if local in _BREAKS:
            parts.append("\n")
        elif local in _CELLS:
            parts.append(" ")

    parser.EntityDeclHandler = refuse
    parser.CharacterDataHandler = keep
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise UnreadableDocument(UnreadDocumentReason.DAMAGED) from None
    return "".join(parts)
