"""Letters as PDF: many in one file, each with pages of its own.

What cannot be shown in any font that is there is not printed as boxes: whoever's letter it is
stands with that reason, and the others are printed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from babel.dates import format_date

from aboveboard.basics import shipped
from aboveboard.basics.errors import Damaged
from aboveboard.delivery.letters import Notice, greeting, paragraphs
from aboveboard.delivery.post.windows import EnvelopeWindow
from aboveboard.promise.queries import in_force

_HERE: Final = Path(__file__).parent
_FONTS: Final = ("Libertinus Serif", "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans JP")
"""The first ships with typst and has Latin, Greek and Cyrillic; the others are taken where the
machine, or the folder of the settings, has them."""


class LettersNotPrinted(Damaged):
    """Letters could not be set as a PDF."""

    code = "letters_not_printed"
    next_step = "Report this. Letters wait, and nothing of them is lost."


@dataclass(frozen=True, slots=True)
class Sender:
    """The organisation on its letters: the name, the lines beside it, the line above the address
    and the one at the foot, a logo as SVG or ""; ``fonts``: a folder with more fonts, or ""."""

    name: str
    lines: tuple[str, ...]
    return_line: str
    footer: str
    logo: str = ""
    fonts: str = ""


@dataclass(frozen=True, slots=True)
class LetterToPrint:
    """One letter: ``reference`` is how the print house and whoever gets it name it; ``day`` is the
    date in words."""

    reference: str
    language: str
    day: str
    address: tuple[str, ...] = field(repr=False)
    title: str
    greeting: str = field(repr=False)
    sections: tuple[Mapping[str, Any], ...]
    sender: str

    @classmethod
    def of(
        cls, notice: Notice, *, name: str, address: Sequence[str], reference: str, day: str
    ) -> LetterToPrint:
        """Return the letter of a notice."""
        return cls(
            reference=reference,
            language=notice.language,
            day=day,
            address=tuple(address),
            title=notice.title or notice.subject,
            greeting=greeting(notice, name),
            sections=tuple(_section(notice)),
            sender=notice.sender,
        )

    def digest(self) -> str:
        """Return the SHA-256, hex, of all that the letter says."""
        words = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(words.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrintedLetters:
    """A PDF, and of each letter that is in it the first page and how many it has; ``refused``: the
    places, in the sequence that was given, of those that no font shows."""

    pdf: bytes = field(repr=False)
    pages: tuple[tuple[int, int], ...]
    refused: frozenset[int]


def print_day(at: datetime, language: str, country: str) -> str:
    """Return the day of a moment, in the organisation's zone, as a letter to a country has it."""
    locale = language
    if language == "en":
        locale = "en_US" if country == "US" else "en_GB"
    return format_date(at.astimezone(in_force().promise.organisation.zone), "long", locale=locale)


def print_letters(
    letters: Sequence[LetterToPrint], window: EnvelopeWindow, sender: Sender
) -> PrintedLetters:
    """Set letters for one kind of window envelope.

    Raises:
        LettersNotPrinted: typst sets none of them.
    """
    refused: set[int] = set()
    while True:
        kept = [letter for place, letter in enumerate(letters) if place not in refused]
        if not kept:
            return PrintedLetters(b"", (), frozenset(refused))
        try:
            pdf, starts = _compiled(kept, window, sender)
        except typst.TypstError as error:
            # Its words hold a piece of a letter, and go nowhere.
            missing = re.findall(r'text `"(.+?)"` could not be displayed', str(error.message))
            without = {
                place
                for place, letter in enumerate(letters)
                if place not in refused and missing and _holds(letter, missing[0])
            }
            if not without:
                raise LettersNotPrinted from None
            refused |= without
            continue
        total = starts.pop()
        ends = [*starts[1:], total + 1]
        pages = tuple((first, end - first) for first, end in zip(starts, ends, strict=True))
        return PrintedLetters(pdf, pages, frozenset(refused))


def _section(notice: Notice) -> list[Mapping[str, Any]]:
    return [
        {
            "heading": section.heading,
            "paragraphs": [
                (" ".join(sentences), list(items)) for sentences, items in paragraphs(section)
            ],
        }
        for section in notice.sections
    ]


def _holds(letter: LetterToPrint, piece: str) -> bool:
    return any(sign in json.dumps(asdict(letter), ensure_ascii=False) for sign in piece)


def _compiled(
    letters: Sequence[LetterToPrint], window: EnvelopeWindow, sender: Sender
) -> tuple[bytes, list[int]]:
    """Return the PDF, the page on which each letter begins, and the last page."""
    words = _words()
    data = {
        "title": f"{sender.name}, {len(letters)}",
        "organisation": asdict(sender),
        "fonts": _FONTS,
        "sheet": asdict(window),
        "letters": [
            {
                **asdict(letter),
                "page": words[letter.language]["page"],
                "reference_line": words[letter.language]["reference"].replace(
                    "{reference}", letter.reference
                ),
            }
            for letter in letters
        ],
    }
    compiler = typst.Compiler(
        str(_HERE / "letter.typ"),
        # Nothing but the template can be read from it, and no package is fetched.
        root=_HERE,
        font_paths=_fonts(sender.fonts),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    # PDF/UA-1 refuses what no font shows (ISO 14289-1, 7.21.8), instead of printing boxes.
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    if not isinstance(pdf, bytes):
        raise LettersNotPrinted
    starts = [mark["value"]["page"] for mark in json.loads(compiler.query("<start>"))]
    return pdf, [*starts, json.loads(compiler.query("<last>"))[0]["value"]]


@lru_cache(maxsize=1)
def _words() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = shipped.load(_HERE / "words.yaml")
    return loaded


@lru_cache(maxsize=2)
def _fonts(folder: str) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, font_paths=[folder] if folder else [])
