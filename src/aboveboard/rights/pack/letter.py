"""The PDF of a pack or of a statement: tagged, with title, language and headings (PDF/UA-1), in the
fonts that ship with typst, so that it looks the same everywhere and asks nothing of the system.

It is a letter of some pages: of many records it prints the first, and says where the rest is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import typst

from aboveboard.basics.errors import Damaged
from aboveboard.basics.personal import Personal
from aboveboard.rights.pack import limits
from aboveboard.rights.pack.contents import PackFacts
from aboveboard.rights.pack.explaining import general_points, system_answer, system_points
from aboveboard.rights.pack.parts import PackPart
from aboveboard.rights.pack.words import PackWords, readable

_PRINTED: Final = re.compile(
    r"[^\n\t -~\u00a0-\u024f\u0370-\u0373\u0376\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1"
    r"\u03a3-\u03ff\u0400-\u045f\u0490\u0491\u1e00-\u1eff\u2010-\u2015\u2018-\u201e\u2020-\u2022"
    r"\u2026\u2039\u203a\u202f\u20ac\u2122\u2588]"
)
"""Letters that the fonts lack: Latin, Greek and Cyrillic are in them. PDF/UA forbids a letter that
nobody can see (ISO 14289-1, 7.21.8)."""
_MISSING: Final = "□"
_TRIES: Final = 20


class LetterNotPrinted(Damaged):
    """The letter could not be set as a PDF."""

    code = "letter_not_printed"
    next_step = "Report this: the other files of the pack are whole."


@dataclass(slots=True)
class PrintedSection:
    """A heading with sentences, and records as pairs of name and value; ``rest`` says where those
    are that are not printed."""

    heading: str
    sentences: tuple[str, ...] = ()
    level: int = 2
    records: list[list[tuple[str, str]]] = field(default_factory=list)
    rest: str = ""


@dataclass(frozen=True, slots=True)
class LetterText:
    """What a letter says. ``address``: of whom it is posted to; empty where it is not."""

    title: str
    organisation: str
    language: str
    intro: tuple[str, ...]
    sections: tuple[PrintedSection, ...]
    footer: str
    address: tuple[str, ...] = ()


def summary_letter(facts: PackFacts, parts: Sequence[PackPart], words: PackWords) -> LetterText:
    """Return the letter of a pack: every point, and the first records of each collection."""
    sections = [PrintedSection(words.say("systems"), (words.say("systems_intro"),))]
    left = limits.PDF_ALL_RECORDS
    for part in parts:
        answer = system_answer(part.system, words, records=part.records, files=part.files)
        sections.append(PrintedSection(part.system.name, (answer,)))
        sections += [
            PrintedSection(point.heading, point.sentences, 3)
            for point in system_points(facts, part.system, words)
        ]
        for section in _record_sections(part, words, left):
            left -= len(section.records)
            sections.append(section)
    withheld = sum(sum(part.tally.withheld_files.values()) for part in parts)
    sections += [
        PrintedSection(point.heading, point.sentences)
        for point in general_points(facts, words, withheld)
    ]
    intro = words.say(
        "intro",
        received=words.day(facts.received_on),
        request=facts.reference,
        made=words.day(facts.made_at),
    )
    name = facts.promise.organisation.name
    return LetterText(
        title=words.say("title", organisation=name),
        organisation=name,
        language=words.language,
        intro=(intro,),
        sections=tuple(sections),
        footer=f"{name}, {facts.reference}",
        address=reveal_address(facts.address),
    )


def reveal_address(address: Iterable[Personal[str]]) -> tuple[str, ...]:
    """Return the lines of an address, those that are empty left out."""
    return tuple(filter(None, (each.reveal().strip() for each in address)))


def print_letter(letter: LetterText, words: PackWords) -> bytes:
    """Return a letter as a PDF.

    Raises:
        LetterNotPrinted: typst does not set it.
    """
    missing: set[str] = set()

    def printable(text: str) -> str:
        plain = readable(text)
        shown = _PRINTED.sub(_MISSING, plain)
        for each in missing:
            shown = shown.replace(each, _MISSING)
        return shown

    for _ in range(_TRIES):
        data = _each_text(asdict(letter), printable)
        if _MISSING in json.dumps(data, ensure_ascii=False):
            data["intro"] = [*data["intro"], words.say("pdf_letters")]
        try:
            return _compiled(json.dumps(data, ensure_ascii=False))
        except typst.TypstError as error:
            # What it says holds the letter, and is never shown: it may be of somebody's name.
            letters = re.findall(r'text `"(.+?)"` could not be displayed', str(error.message))
            if not letters:
                raise LetterNotPrinted from None
            missing.update(letters[0])
    raise LetterNotPrinted


def _record_sections(part: PackPart, words: PackWords, left: int) -> Iterable[PrintedSection]:
    for name, records in part.collections():
        total = part.tally.collections[name].records
        shown = [
            [(key, words.value(value)[: limits.PDF_TEXT]) for key, value in each.items()]
            for each in (
                record.values.reveal() for record in islice(records, min(left, limits.PDF_RECORDS))
            )
        ]
        left -= len(shown)
        rest = ""
        if len(shown) < total:
            rest = words.say(
                "pdf_part", shown=words.number(len(shown)), records=words.number(total)
            )
        heading = words.say("collection", name=name, records=words.number(total))
        yield PrintedSection(heading, (), 3, shown, rest)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value


def _compiled(data: str) -> bytes:
    compiler = typst.Compiler(
        Path(__file__).with_name("letter.typ").read_bytes(),
        # Nothing but the template can be read from it, and no package is fetched.
        root=Path(__file__).parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )
    printed = compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_standards=["ua-1"])
    if not isinstance(printed, bytes):
        raise LetterNotPrinted
    return printed


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
