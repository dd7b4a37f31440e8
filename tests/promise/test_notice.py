"""The privacy notice: made from the promise in three layers, checked against what it must say."""

from __future__ import annotations

from pathlib import Path
from string import Formatter

import pytest
import yaml

from aboveboard.basics.plainness import long_sentences
from aboveboard.basics.reading_age import reading_age
from aboveboard.promise.loading import load
from aboveboard.promise.notice import languages
from aboveboard.promise.notice.building import NoticeSource, build_notice
from aboveboard.promise.notice.document import as_json, as_text
from aboveboard.promise.notice.items import ARTICLES, NoticeItem
from aboveboard.promise.notice.languages import (
    NoticeWords,
    notice_language,
    notice_languages,
)
from aboveboard.promise.notice.review import ItemFinding, ItemState, review_notice
from tests.promise import RETAILER, SMALL, edited, retailer

REVIEWED = [code for code, language in notice_languages().items() if language.reviewed]


@pytest.mark.parametrize("code", REVIEWED)
def test_the_whole_says_each_of_the_sixteen_things_in_plain_sentences(code: str) -> None:
    notice = build_notice(retailer(), notice_language(code))
    assert {section.key for section in notice.sections} >= {item.value for item in NoticeItem}
    assert not [*long_sentences(as_text(notice))]
    for section in notice.sections:
        assert section.heading
        assert section.sentences or section.parts


@pytest.mark.parametrize("code", [code for code in notice_languages() if code != "en"])
def test_no_english_is_left_in_another_language_and_no_place_is_lost(code: str) -> None:
    english, other = _texts("en"), _texts(code)
    assert other.keys() == english.keys()
    assert [key for key, text in other.items() if text == english[key]] == []
    assert {key: _places(text) for key, text in other.items()} == {
        key: _places(text) for key, text in english.items()
    }


@pytest.mark.parametrize("code", list(notice_languages()))
def test_a_preview_says_each_of_the_sixteen_things(code: str) -> None:
    notice = build_notice(retailer(), notice_language(code, preview=True))
    headings = {section.key: section.heading for section in notice.sections}
    words = NoticeWords(notice_languages()[code])
    assert headings == {key: words.heading(key) for key in headings}
    assert headings.keys() >= {item.value for item in NoticeItem}
    assert as_json(notice)["reviewed"] is (code in REVIEWED)


def _texts(code: str) -> dict[str, str]:
    """Return every text of a language by where it stands in its file."""
    file = Path(languages.__file__).with_name("words") / f"{code}.yaml"
    texts: dict[str, str] = {}
    for key, value in yaml.safe_load(file.read_text("utf-8")).items():
        parts = value if isinstance(value, list) else [value]
        rows = value.items() if isinstance(value, dict) else enumerate(parts)
        texts |= {f"{key}.{place}": text for place, text in rows}
    return texts


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_a_line_for_the_moment_says_what_for_and_what_can_be_done_about_it() -> None:
    lines = {line.key: line for line in build_notice(retailer(), notice_language("en")).lines}
    assert " ".join(lines["order"].sentences) == (
        "We use what you give us here to deliver what you order, to keep accounts for tax and to "
        "improve our shops. You can object to this: to improve our shops. You must give this for "
        "our contract. Without it we cannot deliver. The law says that you must give this. Without "
        "it we may not sell to you."
    )
    assert lines["newsletter"].sentences == ("Only if you say yes: to send offers chosen for you.",)
    german = build_notice(retailer(), notice_language("de")).lines[0]
    assert german.sentences[0].startswith("Was Sie hier angeben, nutzen wir, um Ihre Bestellungen")


def test_every_layer_stands_in_the_document_for_programs() -> None:
    notice = build_notice(retailer(), notice_language("fr-CA"), NoticeSource())
    document = as_json(notice)
    assert document["language"] == "fr"
    assert len(document["full"]) == len(notice.sections)  # type: ignore[arg-type]
    assert document["version"] == ""


def test_a_language_that_nobody_has_reviewed_is_shown_to_its_reviewer_alone() -> None:
    assert notice_language("ar").code == "en"
    assert notice_language("pt-BR").code == "en"
    arabic = notice_language("ar-EG", preview=True)
    assert (arabic.direction, arabic.reviewed) == ("rtl", False)
    assert build_notice(retailer(), arabic).language.direction == "rtl"
    assert " ".join(notice_languages()) == "en fr de es it nl pl pt sv ar tr zh"


def found(source: str) -> dict[NoticeItem, list[ItemFinding]]:
    by_item: dict[NoticeItem, list[ItemFinding]] = {}
    for finding in review_notice(load(source, name="promise.yaml"), source):
        by_item.setdefault(finding.item, []).append(finding)
    return by_item


def test_the_sample_says_all_sixteen() -> None:
    findings = found(RETAILER)
    assert list(findings) == list(NoticeItem)
    assert set(ARTICLES) == set(NoticeItem)
    assert {each.state for rows in findings.values() for each in rows} == {ItemState.SAID}


PROVISION = RETAILER[
    RETAILER.index("    must_provide:\n      ground: contract") : RETAILER.index("    retention:")
]
OFFERS_TOOL = RETAILER[RETAILER.index("  offer-chooser:") : RETAILER.index("# In an emergency")]
# what is taken out of the sample, what is then missing, words of the line, and of the fix
GAPS = {
    "an address": (("  address: 1 Wheel Yard, Bristol BS1 4DJ, United Kingdom\n", ""),
        NoticeItem.CONTROLLER, "organisation:", "Add `address:`"),
    "a representative": (
        ("  representative: Adventure Works SARL, 12 rue du Vélo, 69002 Lyon, France (GDPR Art. "
         "27)\n", ""), NoticeItem.REPRESENTATIVE, "trades_in:", "Art. 27"),
    "the officer of a public body": (
        ("  privacy_lead: The privacy lead, privacy@adventure-works.example\n",
         "  public_body: true\n"), NoticeItem.DPO, "public_body:", "privacy_lead"),
    "the interest": (("    interest:\n      en: Our interest in having shops where our customers "
         "are.\n      fr: Notre intérêt à avoir des magasins là où sont nos clients.\n      de: "
         "Unser Interesse an Läden dort, wo unsere Kundschaft ist.\n", ""),
        NoticeItem.INTEREST, "basis: legitimate_interests", "Add `interest:`"),
    "the authority": (("country: GB\n  trades_in", "country: US\n  trades_in"),
        NoticeItem.COMPLAIN, "country: US", "lead_authority"),
    "a source": (("    purposes: [personal-offers]\n\n# Programs", "    purposes: "
         "[answer-contact]\n\n# Programs"), NoticeItem.SOURCE, "birth_date:", "sources:"),
    "whether it must be given": (
        (PROVISION, ""), NoticeItem.OBLIGATION, "basis: contract", "Add `must_provide:`"),
    "a program": ((OFFERS_TOOL, OFFERS_TOOL.replace("[personal-offers]", "[improve-shops]")),
        NoticeItem.AUTOMATED, "personalises: true", "Add it to `automated:`"),
}  # fmt: skip


@pytest.mark.parametrize("name", GAPS)
def test_what_is_missing_is_named_with_its_line_and_what_to_write(name: str) -> None:
    change, item, blamed, fix = GAPS[name]
    source = edited(change)
    missing = [
        each for rows in found(source).values() for each in rows if each.state is ItemState.MISSING
    ]
    assert [each.item for each in missing] == [item]
    for each in missing:
        assert blamed in source.splitlines()[each.line - 1]
        assert fix in each.fix


def test_a_small_promise_is_told_what_it_had_better_say() -> None:
    findings = found(SMALL)
    states = {item: rows[0].state for item, rows in findings.items()}
    assert states[NoticeItem.SOURCE] is ItemState.MISSING
    assert states[NoticeItem.INTEREST] is ItemState.NOT_NEEDED
    assert states[NoticeItem.AUTOMATED] is ItemState.NOT_NEEDED
    assert states[NoticeItem.REPRESENTATIVE] is ItemState.NOT_NEEDED


AGES = {
    # 9 letters, 3 words, 1 sentence: 4.71 * 3 + 0.5 * 3 - 21.43 = -5.8
    "The cat sat.": ("en", "ARI", -5.8, 5),
    # 60 letters, 5 words, 1 sentence: 4.71 * 12 + 2.5 - 21.43 = 37.6
    "Responsible organisations communicate comprehensible information.": ("en", "ARI", 37.6, 43),
    # 4 words, 1 sentence, no long one: LIX 4
    "Le chat est là.": ("fr", "LIX", 4.0, 5),
    # 4 words, 1 sentence, 2 long: 4 + 50 = 54
    "Datenschutz braucht klare Worte.": ("de", "LIX", 54.0, 17),
}


@pytest.mark.parametrize("text", AGES)
def test_a_reading_age_is_that_of_the_formula(text: str) -> None:
    language, formula, score, years = AGES[text]
    age = reading_age(text, language)
    assert age is not None
    assert (age.formula, age.score, age.years) == (formula, score, years)


def test_a_language_without_a_formula_has_no_reading_age() -> None:
    assert reading_age("这 是", "zh") is None
    assert reading_age("… – …", "en") is None
