"""The notice in three layers: a line for each moment of collection, the short one, and the whole.
Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.promise.explain import (
    join_words,
    mid_sentence,
    provision_in_words,
    purpose_in_words,
)
from aboveboard.promise.model import CollectionPoint, Promise, Purpose
from aboveboard.promise.notice.languages import NoticeLanguage, NoticeWords
from aboveboard.promise.notice.sections import NoticeSection, sections_of


@dataclass(frozen=True, slots=True)
class NoticeSource:
    """Which promise a notice is made of: its version, and since when that is in force; None of a
    promise that is no version yet."""

    serial: int | None = None
    adopted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """What is said at the moment of collection: ``title`` "When you order", and some sentences."""

    key: str
    title: str
    sentences: tuple[str, ...]
    more: str


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """A purpose in the short notice: what for, and what the person can do about it, or ""."""

    key: str
    title: str
    choice: str


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """A notice in one language. ``short`` are sentences; ``purposes`` belong to the short layer;
    ``sections`` are the whole; ``version`` is a sentence, or ""."""

    title: str
    language: NoticeLanguage
    lines: tuple[CollectionLine, ...]
    short: tuple[str, ...]
    purposes: tuple[PurposeLine, ...]
    sections: tuple[NoticeSection, ...]
    version: str

    @property
    def text(self) -> str:
        """Every sentence of the whole, for a reading age."""
        return "\n\n".join(
            sentence
            for section in self.sections
            for sentence in (
                *section.sentences,
                *(each for part in section.parts for each in part.sentences),
            )
        )


def build_notice(
    promise: Promise, language: NoticeLanguage, source: NoticeSource | None = None
) -> PrivacyNotice:
    """Return the notice that a promise makes, in a language."""
    words, name = NoticeWords(language), promise.organisation.name
    code = language.code
    recipients = [item.title.say(code) for item in promise.recipients.values()]
    shared = (
        words.say("short_shared", whom=join_words(recipients, code))
        if recipients
        else words.say("short_not_shared")
    )
    return PrivacyNotice(
        title=words.say("title", name=name),
        language=language,
        lines=tuple(
            _line(promise, point, words, language) for point in promise.collection.values()
        ),
        short=(
            words.say("short_intro", name=name, count=len(promise.purposes)),
            shared,
            words.say("short_rights"),
            words.say("contact", contact=promise.organisation.contact),
        ),
        purposes=tuple(
            PurposeLine(key, spoken.title, spoken.choice)
            for key, purpose in promise.purposes.items()
            for spoken in [purpose_in_words(promise, purpose, code)]
        ),
        sections=sections_of(promise, words),
        version=_version(words, source),
    )


def _line(
    promise: Promise, point: CollectionPoint, words: NoticeWords, language: NoticeLanguage
) -> CollectionLine:
    purposes, code = [promise.purposes[key] for key in point.purposes], language.code
    settled = [each for each in purposes if not each.needs_consent]
    sentences = []
    if settled:
        titles = [_inside(each, code) for each in settled]
        sentences.append(words.say("line", purposes=join_words(titles, code)))
    for key, chosen in (
        ("line_choice", [each for each in purposes if each.needs_consent]),
        ("line_object", [each for each in purposes if each.objectable]),
    ):
        if chosen:
            sentences.append(
                words.say(key, titles=join_words([_inside(each, code) for each in chosen], code))
            )
    sentences += dict.fromkeys(filter(None, (provision_in_words(each, code) for each in purposes)))
    return CollectionLine(point.key, point.title.say(code), tuple(sentences), words.say("more"))


def _inside(purpose: Purpose, language: str) -> str:
    """Return the title of a purpose as it stands in the middle of a sentence."""
    title = purpose.title.say(language)
    if language == "de" and title.startswith("Um "):
        return f"u{title[1:]}"
    return mid_sentence(title, language)


def _version(words: NoticeWords, source: NoticeSource | None) -> str:
    if source is None or source.serial is None or source.adopted_at is None:
        return ""
    from babel.dates import format_date  # heavy, and only where a notice is made

    locale = "en_GB" if words.language == "en" else words.language
    day = format_date(source.adopted_at, "long", locale=locale)
    return words.say("version", serial=source.serial, day=day)
