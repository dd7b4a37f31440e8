"""A notice of a loss: from what was lost and what was exposed of one person to plain words. Pure.

Everybody whose exposure, place and language are the same gets the same words, so the notice is made
once and only the name differs; that is what makes millions of notices cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_date

from aboveboard.delivery.letters import LetterSection, Notice, fill_placeholders
from aboveboard.delivery.sms.segments import plain
from aboveboard.delivery.templates import Template, language_of, nearest_place
from aboveboard.law.categories import all_categories, from_bitmap

TEXTS: Final = Template("loss")
"""The words of these notices, in ``delivery/letter_texts``."""


@dataclass(frozen=True, slots=True)
class LossDetails:
    """What every notice of a batch says alike. ``thing``: the kind of device, or "".

    ``measures``: what was done, in the incident lead's words, ``(language, sentences)``. ``home``:
    the address where a person sees what is held about them. ``amended``: they were told before, and
    this says what more is known.
    """

    kind: str
    thing: str
    known_on: date
    organisation: str
    contact: str
    home: str
    measures: tuple[tuple[str, str], ...] = ()
    amended: bool = False


@dataclass(frozen=True, slots=True)
class PersonalExposure:
    """What was exposed of one person, where they live and which language they read."""

    categories: int
    protected: int
    jurisdiction: str
    language: str


def layout_of(jurisdiction: str) -> str:
    """Return the form of notice for a place: ``plain``, ``headed`` or ``guarded``."""
    return str(nearest_place(TEXTS.table("layouts")["places"], jurisdiction))


@lru_cache(maxsize=4096)
def render(loss: LossDetails, exposure: PersonalExposure) -> Notice:
    """Return the notice for one person."""
    layout = layout_of(exposure.jurisdiction)
    writer = _Writer(
        loss=loss,
        exposure=exposure,
        language=language_of(exposure.language),
        # Where a law forbids it, the notice does not say what happened.
        wording="guarded" if layout == "guarded" else loss.kind,
    )
    words = writer.words
    amended = loss.amended and layout != "guarded"
    subject = words["subject"]["amended" if amended else writer.wording]
    sections = [
        writer.section(key, words["headings"][layout][key])
        for key in TEXTS.table("layouts")["sections"][layout]
    ]
    if loss.amended:
        # First of all, in whatever form a law prescribes: it is no second copy of the same.
        first = sections[0]
        sections[0] = replace(first, sentences=(*words["amended"], *first.sentences))
    return Notice(
        subject=subject.format(**writer.places),
        title=words["title"][layout],
        language=writer.language,
        greeting=words["greeting"],
        greeting_nameless=words["greeting_nameless"],
        sections=tuple(sections),
        sender=loss.organisation,
        headings_as_written=layout == "headed",
    )


def text_message(loss: LossDetails, language: str, *, can_answer: bool) -> str:
    """Return the notice as a text message: that there is one, and the page that says the rest.
    ``can_answer``: it comes from a number, so that somebody can answer STOP."""
    words = TEXTS.words("notice", language_of(language))
    places = {"organisation": loss.organisation, "home": loss.home}
    sentences = (words["sms"], words["sms_stop"]) if can_answer else (words["sms"],)
    return plain(" ".join(fill_placeholders(sentences, places)))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the sections of one notice."""

    loss: LossDetails
    exposure: PersonalExposure
    language: str
    wording: str

    @property
    def words(self) -> Mapping[str, Any]:
        return TEXTS.words("notice", self.language)

    @property
    def places(self) -> dict[str, str]:
        day = format_date(self.loss.known_on, "long", locale=self._locale())
        return {
            "thing": self.words["things"].get(self.loss.thing, ""),
            "date": day,
            "contact": self.loss.contact,
            "home": self.loss.home,
            "organisation": self.loss.organisation,
        }

    def section(self, key: str, heading: str) -> LetterSection:
        write = {
            "happened": self._happened,
            "information": self._information,
            "meaning": self._meaning,
            "advice": self._advice,
            "measures": self._measures,
            "questions": self._questions,
        }[key]
        return write(key, heading)

    def _happened(self, key: str, heading: str) -> LetterSection:
        return LetterSection(
            key, heading, fill_placeholders(self.words["happened"][self.loss.kind], self.places)
        )

    def _information(self, key: str, heading: str) -> LetterSection:
        readable = _labels(self.exposure.categories & ~self.exposure.protected, self.language)
        hidden = _labels(self.exposure.protected, self.language)
        if not readable:
            return LetterSection(key, heading, (self.words["protected_only"],), hidden)
        more = (self.words["protected"],) if hidden else ()
        lead = self.words["readable"]["amended" if self.loss.amended else self.wording]
        return LetterSection(key, heading, (lead,), readable, more, hidden)

    def _meaning(self, key: str, heading: str) -> LetterSection:
        advice = TEXTS.words("advice", self.language)
        # The same few for meaning and advice, so that each danger that is named has its step (GDPR
        # Art. 34(2) with 33(3)(c), (d)).
        means = tuple(advice[each]["means"] for each in _advice_for(self.exposure))
        return LetterSection(key, heading, (self.words["meaning_lead"],), means)

    def _advice(self, key: str, heading: str) -> LetterSection:
        advice = TEXTS.words("advice", self.language)
        steps = tuple(step for each in _advice_for(self.exposure) for step in advice[each]["do"])
        more = nearest_place(TEXTS.table("layouts")["more"], self.exposure.jurisdiction) or ()
        return LetterSection(
            key, heading, (), steps, tuple(self.words["more"][each] for each in more)
        )

    def _measures(self, key: str, heading: str) -> LetterSection:
        # The lead's words in another language would help nobody, so they are left out.
        own = tuple(text for language, text in self.loss.measures if language == self.language)
        return LetterSection(key, heading, (*self.words["measures"]["always"], *own))

    def _questions(self, key: str, heading: str) -> LetterSection:
        authority = nearest_place(TEXTS.table("layouts")["complaints"], self.exposure.jurisdiction)
        form = self.words["complaint" if authority["url"] else "complaint_without_url"]
        asked = fill_placeholders(self.words["questions"], self.places)
        return LetterSection(key, heading, (*asked, form.format(**authority)))

    def _locale(self) -> str:
        if self.language != "en":
            return self.language
        return "en_US" if self.exposure.jurisdiction.startswith("US") else "en_GB"


def _labels(bits: int, language: str) -> tuple[str, ...]:
    """Return the categories in words, those that a wider one in the list covers left out."""
    keys = from_bitmap(bits)
    # "Your address" says what "your postcode" would only repeat.
    widest = [key for key in keys if not any(key.startswith(wider + ".") for wider in keys)]
    return tuple(all_categories()[key].label[language] for key in widest)


def _advice_for(exposure: PersonalExposure) -> list[str]:
    """Return the keys of the advice that fits, the most serious first, no more than is read."""
    readable = from_bitmap(exposure.categories & ~exposure.protected)
    hidden = from_bitmap(exposure.protected)
    table = TEXTS.table("advice")
    fitting: list[str] = []
    for rule in table["rules"]:
        seen = _meets(rule["any"], readable)
        fits = seen if rule["readable"] else (not seen and _meets(rule["any"], hidden))
        if rule["key"] == "nothing":
            fits = not fitting
        if fits:
            fitting.append(rule["key"])
    return fitting[: table["enough"]]


def _meets(wanted: Sequence[str], keys: Sequence[str]) -> bool:
    return any(key == item or key.startswith(item + ".") for item in wanted for key in keys)
