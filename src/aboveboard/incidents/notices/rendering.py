"""A notice: from what was lost and what was exposed of one person to plain words. Pure.

Everybody whose exposure, place and language are the same gets the same words, so the body is made
once and only the name differs; that is what makes millions of notices cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape

from babel.dates import format_date

from aboveboard.incidents.notices import texts
from aboveboard.law.categories import from_bitmap, known


@dataclass(frozen=True, slots=True)
class Loss:
    """What every notice of a batch says alike. ``thing``: the kind of device, or "".

    ``measures``: what was done, in the incident lead's words, ``(language, sentences)``. ``home``:
    the address where a person sees what is held about them.
    """

    kind: str
    thing: str
    known_on: date
    organisation: str
    contact: str
    home: str
    measures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """What was exposed of one person, where they live and which language they read."""

    categories: int
    protected: int
    jurisdiction: str
    language: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and a list that the last of them introduces."""

    key: str
    heading: str
    sentences: tuple[str, ...]
    items: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    more_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told; the greeting is put in by :func:`as_text` and :func:`as_html`."""

    subject: str
    title: str
    language: str
    layout: str
    sections: tuple[Section, ...]
    sender: str


def layout_of(jurisdiction: str) -> str:
    """Return the form of notice for a place: ``plain``, ``headed`` or ``guarded``."""
    return str(texts.nearest(texts.layouts()["places"], jurisdiction))


@lru_cache(maxsize=4096)
def render(loss: Loss, exposure: Exposure) -> Notice:
    """Return the notice for one person."""
    language = texts.language_of(exposure.language)
    words = texts.words(language)
    layout = layout_of(exposure.jurisdiction)
    guarded = layout == "guarded"
    filled = {
        "thing": words["things"].get(loss.thing, ""),
        "date": format_date(loss.known_on, "long", locale=_locale(language, exposure.jurisdiction)),
        "contact": loss.contact,
        "home": loss.home,
        "organisation": loss.organisation,
    }
    given = _advice(exposure)
    made = {
        "happened": lambda: Section("happened", "", _fill(words["happened"][loss.kind], filled)),
        "information": lambda: _information(
            words, "guarded" if guarded else loss.kind, exposure, language
        ),
        "meaning": lambda: Section(
            "meaning",
            "",
            (words["meaning_lead"],),
            tuple(texts.advice(language)[key]["means"] for key in given),
        ),
        "advice": lambda: Section(
            "advice",
            "",
            (),
            tuple(line for key in given for line in texts.advice(language)[key]["do"]),
            tuple(
                words["more"][key]
                for key in texts.nearest(texts.layouts()["more"], exposure.jurisdiction) or ()
            ),
        ),
        "measures": lambda: Section(
            "measures", "", (*words["measures"]["always"], *_measures(loss, language))
        ),
        "questions": lambda: Section(
            "questions",
            "",
            (*_fill(words["questions"], filled), _complaint(words, exposure.jurisdiction)),
        ),
    }
    sections = []
    for key in texts.layouts()["sections"][layout]:
        section = made[key]()
        sections.append(
            Section(
                key,
                words["headings"][layout][key],
                section.sentences,
                section.items,
                section.more,
                section.more_items,
            )
        )
    subject = words["subject"]["guarded" if guarded else loss.kind].format(**filled)
    return Notice(
        subject, words["title"][layout], language, layout, tuple(sections), loss.organisation
    )


def greeting(notice: Notice, name: str) -> str:
    """Return the first line: with the name, or without when there is none."""
    words = texts.words(notice.language)
    one_line = " ".join(name.split())
    # A name is data: its braces are not places to fill in.
    return (
        str(words["greeting"]).replace("{name}", one_line)
        if one_line
        else str(words["greeting_nameless"])
    )


def as_text(notice: Notice, name: str) -> str:
    """Return the notice as plain text."""
    return f"{greeting(notice, name)}\n\n{_text_body(notice)}"


def as_html(notice: Notice, name: str) -> str:
    """Return the notice as HTML that says the same, without images, scripts or
    links to follow blindly."""
    return f'<!doctype html><html lang="{notice.language}"><meta charset="utf-8">' + (
        f'<body style="{_STYLE}"><p>{escape(greeting(notice, name))}</p>{_html_body(notice)}</'
        "body></html>"
    )


_STYLE = (
    "font:16px/1.5 system-ui,sans-serif;color:#1c2430;max-width:38em;margin:1.5em auto;padding:0 "
    "1em"
)


@lru_cache(maxsize=4096)
def _text_body(notice: Notice) -> str:
    parts = [notice.title] if notice.title else []
    for section in notice.sections:
        block = [section.heading.upper() if notice.layout != "headed" else section.heading]
        block += [" ".join(section.sentences)] if section.sentences else []
        block += [f"- {item}" for item in section.items]
        block += [" ".join(section.more)] if section.more else []
        block += [f"- {item}" for item in section.more_items]
        parts.append("\n".join(block))
    parts.append(notice.sender)
    return "\n\n".join(parts) + "\n"


@lru_cache(maxsize=4096)
def _html_body(notice: Notice) -> str:
    parts = [f"<h1>{escape(notice.title)}</h1>"] if notice.title else []
    for section in notice.sections:
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        for sentences, items in (
            (section.sentences, section.items),
            (section.more, section.more_items),
        ):
            parts += [f"<p>{escape(' '.join(sentences))}</p>"] if sentences else []
            parts += (
                ["<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"]
                if items
                else []
            )
    return "".join(parts) + f"<p>{escape(notice.sender)}</p>"


def _information(
    words: Mapping[str, Mapping[str, str]], kind: str, exposure: Exposure, language: str
) -> Section:
    readable = _labels(exposure.categories & ~exposure.protected, language)
    hidden = _labels(exposure.protected, language)
    if not readable:
        return Section("information", "", (str(words["protected_only"]),), hidden)
    more = (str(words["protected"]),) if hidden else ()
    return Section("information", "", (words["readable"][kind],), readable, more, hidden)


def _labels(bits: int, language: str) -> tuple[str, ...]:
    """Return the categories in words, those that a wider one in the list covers left out."""
    keys = from_bitmap(bits)
    told = [key for key in keys if not any(key.startswith(wider + ".") for wider in keys)]
    return tuple(known()[key].label[language] for key in told)


def _advice(exposure: Exposure) -> list[str]:
    """Return the keys of the advice that fits, the most serious first, no more than is read."""
    readable = from_bitmap(exposure.categories & ~exposure.protected)
    hidden = from_bitmap(exposure.protected)
    table = texts.rules()
    found: list[str] = []
    for rule in table["rules"]:
        seen = _meets(rule["any"], readable)
        fits = seen if rule["readable"] else (not seen and _meets(rule["any"], hidden))
        if rule["key"] == "nothing":
            fits = not found
        if fits:
            found.append(rule["key"])
    return found[: table["enough"]]


def _meets(wanted: Sequence[str], keys: Sequence[str]) -> bool:
    return any(key == item or key.startswith(item + ".") for item in wanted for key in keys)


def _measures(loss: Loss, language: str) -> tuple[str, ...]:
    """The lead's words in the reader's language; in another they would help nobody,
    so they are left out."""
    return tuple(said for spoken, said in loss.measures if spoken == language)


def _complaint(words: Mapping[str, str], jurisdiction: str) -> str:
    row = texts.nearest(texts.layouts()["complaints"], jurisdiction)
    form = words["complaint"] if row["url"] else words["complaint_without_url"]
    return form.format(**row)


def _fill(sentences: Sequence[str], filled: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sentence.format(**filled) for sentence in sentences)


def _locale(language: str, jurisdiction: str) -> str:
    return ("en_US" if jurisdiction.startswith("US") else "en_GB") if language == "en" else language
