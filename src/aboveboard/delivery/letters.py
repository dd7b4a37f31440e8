"""A notice to one person, and its two bodies: plain text, and HTML that says the same. Pure.

Who is in it and what it says is for the package that writes it; everybody who is told the same
shares one :class:`Notice`, and only the name in the greeting differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Final


@dataclass(frozen=True, slots=True)
class LetterSection:
    """A heading, sentences, and a list that the last of them introduces; then once more."""

    key: str
    heading: str
    sentences: tuple[str, ...]
    items: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    more_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told, but for their name. ``greeting`` has the place ``{name}``;
    ``greeting_nameless`` is for whoever's name nobody keeps. Headings stand in capitals in plain
    text unless ``headings_as_written``, where a law prescribes them."""

    subject: str
    title: str
    language: str
    greeting: str
    greeting_nameless: str
    sections: tuple[LetterSection, ...]
    sender: str
    headings_as_written: bool = False


def fill_placeholders(sentences: Sequence[str], places: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences of a template with their ``{places}`` filled in."""
    return tuple(sentence.format(**places) for sentence in sentences)


def greeting(notice: Notice, name: str) -> str:
    """Return the first line: with the name, or without when there is none."""
    one_line = " ".join(name.split())
    # Not str.format: a name is data, and its braces are no places to fill in.
    return notice.greeting.replace("{name}", one_line) if one_line else notice.greeting_nameless


@dataclass(frozen=True, slots=True)
class LetterBody:
    """A text in which whole lines are about one person (``own``), and all else is everybody's:
    ``before`` and ``after`` are made into the bytes of a message once for all of them.

    ``before`` and ``own`` end with a line break, or are empty.
    """

    before: str
    own: str = field(repr=False)
    after: str

    def __post_init__(self) -> None:
        if not (self.before or "\n").endswith("\n") or not (self.own or "\n").endswith("\n"):
            raise ValueError("what is one person's own stands on lines of its own")

    def joined(self) -> str:
        """Return the whole text."""
        return self.before + self.own + self.after


@dataclass(frozen=True, slots=True)
class PreparedNotice:
    """A notice made ready for everybody who gets it; what is left to make is the greeting."""

    notice: Notice
    text: str
    html_before: str
    html: str

    def text_for(self, name: str) -> LetterBody:
        """Return it as plain text."""
        return LetterBody("", f"{greeting(self.notice, name)}\n", self.text)

    def html_for(self, name: str) -> LetterBody:
        """Return it as HTML, without images, scripts or links to follow blindly."""
        own = f"<p>{escape(greeting(self.notice, name))}</p>\n"
        return LetterBody(self.html_before, own, self.html)


# A batch of a million has a few hundred different notices.
@lru_cache(maxsize=4096)
def prepare(notice: Notice) -> PreparedNotice:
    """Make a notice ready for everybody who gets it."""
    return PreparedNotice(
        notice,
        "\n" + _text_body(notice),
        f'<!doctype html><html lang="{notice.language}"><meta charset="utf-8">'
        f'<body style="{_STYLE}">\n',
        f"{_html_body(notice)}</body></html>",
    )


def as_text(notice: Notice, name: str) -> str:
    """Return the notice as plain text."""
    return prepare(notice).text_for(name).joined()


def as_html(notice: Notice, name: str) -> str:
    """Return the notice as HTML, without images, scripts or links to follow blindly."""
    return prepare(notice).html_for(name).joined()


_STYLE: Final = (
    "font:16px/1.5 system-ui,sans-serif;color:#1c2430;max-width:38em;margin:1.5em auto;padding:0 "
    "1em"
)


def _text_body(notice: Notice) -> str:
    parts = [notice.title] if notice.title else []
    for section in notice.sections:
        heading = section.heading if notice.headings_as_written else section.heading.upper()
        block = [heading]
        for sentences, items in paragraphs(section):
            block += [" ".join(sentences)] if sentences else []
            block += [f"- {item}" for item in items]
        parts.append("\n".join(block))
    parts.append(notice.sender)
    return "\n\n".join(parts) + "\n"


def _html_body(notice: Notice) -> str:
    parts = [f"<h1>{escape(notice.title)}</h1>"] if notice.title else []
    for section in notice.sections:
        parts.append(f"<h2>{escape(section.heading)}</h2>")
        for sentences, items in paragraphs(section):
            parts += [f"<p>{escape(' '.join(sentences))}</p>"] if sentences else []
            listed = "".join(f"<li>{escape(item)}</li>" for item in items)
            parts += [f"<ul>{listed}</ul>"] if items else []
    return "".join(parts) + f"<p>{escape(notice.sender)}</p>"


def paragraphs(section: LetterSection) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Return the paragraphs of a section: sentences, and the list that the last introduces."""
    return ((section.sentences, section.items), (section.more, section.more_items))
