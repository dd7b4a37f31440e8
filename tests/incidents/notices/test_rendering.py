"""Notices: plain, short sentences in three languages, with only what was exposed, and
nothing a law forbids."""

from __future__ import annotations

import itertools
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.basics.plainness import long_sentences, split_sentences
from aboveboard.delivery.letters import Notice, as_html, as_text
from aboveboard.delivery.templates import LANGUAGES
from aboveboard.incidents.notices.rendering import (
    TEXTS,
    LossDetails,
    PersonalExposure,
    layout_of,
    render,
)
from aboveboard.incidents.terms import IncidentKind
from aboveboard.law.categories import all_categories, bitmap, from_bitmap
from aboveboard.law.rules import catalogue

CARD, EMAIL, PASSWORD = (
    bitmap([key])
    for key in ("user.financial.credit_card", "user.contact.email", "user.authorization.password")
)
ALL = bitmap(all_categories())


def loss(kind: str = "lost_device", **changes: Any) -> LossDetails:
    facts: dict[str, Any] = {
        "kind": kind,
        "thing": "laptop" if kind == "lost_device" else "",
        "known_on": date(2026, 11, 18),
        "organisation": "Adventure Works",
        "contact": "privacy@adventure-works.example",
        "home": "https://trust.example/you/",
    }
    return LossDetails(**(facts | changes))


def every_notice() -> list[Notice]:
    places = {
        "en": ["GB", "US-CA", "US-MA", "US-TX", "AU", "CA", "CA-QC", "NZ", "ZZ"],
        "fr": ["FR", "CA-QC"],
        "de": ["DE", "AT"],
    }
    exposures = [ALL, CARD | EMAIL, PASSWORD | EMAIL, EMAIL, bitmap(["user.contact.address"])]
    found = []
    for kind, language, (seen, hidden) in itertools.product(
        IncidentKind.values,
        LANGUAGES,
        [(bits, shield) for bits in exposures for shield in (0, bits, bits & PASSWORD)],
    ):
        for thing in TEXTS.words("notice", language)["things"] if kind == "lost_device" else [""]:
            found += [
                render(loss(kind, thing=thing), PersonalExposure(seen, hidden, place, language))
                for place in places[language]
            ]
    return found


def lines(notice: Notice) -> list[str]:
    whole = [notice.subject, notice.title]
    for section in notice.sections:
        whole += [
            section.heading,
            *section.sentences,
            *section.items,
            *section.more,
            *section.more_items,
        ]
    return [line for line in whole if line]


@pytest.mark.slow
def test_no_sentence_has_more_than_twenty_five_words_and_nothing_is_left_to_fill_in() -> None:
    for notice in every_notice():
        for line in lines(notice):
            assert not list(long_sentences(line)), line
            assert not re.search(r"[{}]", line), line
            assert "  " not in line, line


def test_english_notices_read_easily() -> None:
    """Flesch reading ease of at least 65 (plain English), over everything that a notice may say."""
    spoken = [
        line for notice in every_notice() if notice.language == "en" for line in lines(notice)
    ]
    plain = [re.sub(r"\S+@\S+|\S+\.\S+/\S*|\(.*?\)", "it", line) for line in dict.fromkeys(spoken)]
    counted = [sentence for line in plain for sentence in split_sentences(line)]
    words = [word for sentence in counted for word in re.findall(r"[A-Za-z’']+", sentence)]
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words
    )
    ease = 206.835 - 1.015 * len(words) / len(counted) - 84.6 * syllables / len(words)
    assert ease >= 65, ease


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, ALL).map(lambda bits: bits & ALL),
    st.integers(0, ALL),
    st.sampled_from(["GB", "US-CA", "US-MA", "FR", "DE"]),
    st.sampled_from(LANGUAGES),
    st.sampled_from(IncidentKind.values),
)
def test_a_notice_names_what_was_exposed_and_nothing_else(
    bits: int, shield: int, place: str, language: str, kind: str
) -> None:
    notice = render(loss(kind), PersonalExposure(bits, bits & shield, place, language))
    information = next(section for section in notice.sections if section.key == "information")
    named = {*information.items, *information.more_items}
    labels = {key: all_categories()[key].label[language] for key in all_categories()}
    seen = set(from_bitmap(bits))
    assert named <= {labels[key] for key in seen}
    # What a wider category covers is said once; nothing else is left out.
    for key in seen:
        assert labels[key] in named or any(key.startswith(wider + ".") for wider in seen), key
    assert len(information.items) == len(set(information.items))


def test_advice_fits_what_was_exposed() -> None:
    def advice(bits: int, hidden: int = 0) -> str:
        notice = render(loss(), PersonalExposure(bits, hidden, "GB", "en"))
        return " ".join(
            item
            for section in notice.sections
            if section.key in ("advice", "meaning")
            for item in section.items
        )

    assert "bank" in advice(CARD)
    assert "bank" not in advice(EMAIL)
    assert "Change this password everywhere" in advice(PASSWORD)
    assert "very hard to work out" in advice(PASSWORD, PASSWORD)
    assert "You do not need to do anything now." in advice(CARD, CARD)


def test_california_gets_the_title_and_headings_that_its_law_names() -> None:
    notice = render(loss(), PersonalExposure(CARD | EMAIL, 0, "US-CA", "en"))
    assert notice.title == "Notice of Data Breach"
    assert [section.heading for section in notice.sections] == [
        "What Happened",
        "What Information Was Involved",
        "What We Are Doing",
        "What You Can Do",
        "For More Information",
    ]
    assert "Notice of Data Breach" in as_text(notice, "Ann")


@pytest.mark.parametrize("kind", IncidentKind.values)
@pytest.mark.parametrize("language", LANGUAGES)
def test_massachusetts_is_told_neither_the_nature_nor_a_number(kind: str, language: str) -> None:
    measures = tuple(
        (spoken, "We blocked the 1,200 files on the lost laptop.") for spoken in LANGUAGES
    )
    notice = render(loss(kind, measures=measures), PersonalExposure(CARD, 0, "US-MA", language))
    named = notice.subject + as_text(notice, "Ann")
    things = [thing.split()[-1] for thing in TEXTS.words("notice", language)["things"].values()]
    for word in [
        *things,
        "lost",
        "leak",
        "forum",
        "1,200",
        "perdu",
        "divulgu",
        "verloren",
        "nach außen",
    ]:
        assert not re.search(rf"\b{re.escape(word)}", named, re.IGNORECASE), word
    assert "Equifax" in named


def test_every_place_whose_law_forbids_the_nature_has_the_guarded_form() -> None:
    forbidding = {
        rule.jurisdiction
        for rule in catalogue.rules()
        if any("nature" in item for item in rule.content_forbidden)
    }
    assert forbidding == {"US-MA"}
    assert {place for place in forbidding if layout_of(place) != "guarded"} == set()


def test_no_notice_states_how_many_were_affected() -> None:
    for notice in every_notice():
        body = (
            as_text(notice, "").replace("1-877-438-4338", "").replace("18", "").replace("2026", "")
        )
        assert not re.search(r"\d{2,}", body), body


@given(st.text(max_size=60))
def test_a_name_is_data_in_text_and_in_html(name: str) -> None:
    notice = render(loss(), PersonalExposure(EMAIL, 0, "GB", "en"))
    first = as_text(notice, name).split("\n\n")[0]
    assert first == (f"Dear {' '.join(name.split())}," if name.split() else "Hello,")
    assert as_html(notice, f"<script>{name}").count("<script") == 0


def test_measures_in_another_language_are_left_out() -> None:
    said = loss(
        measures=(("de", "Wir haben das Konto gesperrt."), ("en", "We locked the account."))
    )
    assert "We locked the account." in as_text(
        render(said, PersonalExposure(EMAIL, 0, "GB", "en")), ""
    )
    french = as_text(render(said, PersonalExposure(EMAIL, 0, "FR", "fr")), "")
    assert "locked" not in french
    assert "gesperrt" not in french


def test_the_three_languages_say_the_same_things() -> None:
    for part in ("notice", "advice"):
        shapes = [_shape(TEXTS.words(part, language)) for language in LANGUAGES]
        assert shapes[0] == shapes[1] == shapes[2]


def _shape(value: Any) -> Any:
    return (
        {key: _shape(item) for key, item in value.items()}
        if isinstance(value, dict)
        else type(value).__name__
    )
