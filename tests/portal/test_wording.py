"""Words: every code has a sentence, sentences are short, and each has a French and a German one."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from aboveboard.access.lapse import WORDS, LapseReason
from aboveboard.access.reasons import SENTENCES, ReasonCode
from aboveboard.portal import wording
from aboveboard.portal.page import zone_of
from scripts import translations

NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)


def test_every_reason_of_refusal_is_said_to_the_customer() -> None:
    assert set(wording.REFUSED) == set(ReasonCode)


def test_a_no_is_not_called_a_yes_that_was_taken_back() -> None:
    """It may have been their first word: the code is of both."""
    said = (SENTENCES[ReasonCode.CONSENT_WITHDRAWN], WORDS[LapseReason.WITHDRAWN])
    for sentence in (*said, str(wording.REFUSED[ReasonCode.CONSENT_WITHDRAWN])):
        assert not re.search(r"yes|took|withdrew", sentence), sentence


@pytest.mark.parametrize(
    ("jurisdiction", "zone"),
    [
        ("GB", "Europe/London"),
        ("FR", "Europe/Paris"),
        ("DE", "Europe/Berlin"),  # two names of one zone
        ("US-IL", None),
        ("AU", None),
        ("", None),
        ("XX", None),
    ],
)
def test_a_person_has_their_countrys_time_where_it_has_but_one(
    jurisdiction: str, zone: str | None
) -> None:
    found = zone_of(jurisdiction, NOW)
    assert (found.key if found else None) == zone


@pytest.mark.slow
@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_sentence_is_translated_and_compiled(language: str) -> None:
    kept, said = (
        translations.read(language),
        {message.id for message in translations.found() if message.id},
    )
    assert {message.id for message in kept if message.id} == said, (
        "run: python scripts/translations.py"
    )
    for message in kept:
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(words), f"no {language} for {message.id!r}"
        for given in words:
            assert names(given) == names(
                message.id if isinstance(message.id, str) else message.id[0]
            ), message.id
    assert translations.po_file(language).with_suffix(".mo").read_bytes() == translations.compiled(
        kept
    ), "run: python scripts/translations.py"


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", *translations.LANGUAGES])
def test_no_sentence_is_longer_than_25_words(language: str) -> None:
    catalog = translations.found() if language == "en" else translations.read(language)
    for message in catalog:
        said = message.id if language == "en" else message.string
        for text in said if isinstance(said, tuple) else (said,):
            for sentence in re.split(r"[.!?:] ", text) if message.id else ():
                assert len(sentence.split()) <= 25, sentence


def names(text: str) -> list[str]:
    return sorted(re.findall(r"%\((\w+)\)", text)) if text else []


def test_a_french_sentence_keeps_its_signs_on_the_line() -> None:
    # Before ? ! : ; French has a blank, at which a narrow screen would break the line.
    loose = re.compile(r"« | [?!:;»](\s|$|<)")
    found = [
        given
        for message in translations.read("fr")
        for given in (message.string if isinstance(message.string, tuple) else (message.string,))
        if loose.search(str(given))
    ]
    assert not found, "write a no-break space (U+00A0):\n" + "\n".join(found)
