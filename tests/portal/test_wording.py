"""Words: every code has a sentence, sentences are short, and each has a French and a German one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from aboveboard.access.reasons import Code
from aboveboard.portal import wording
from scripts import translations

NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)


def test_every_reason_of_refusal_is_said_to_the_customer() -> None:
    assert set(wording.REFUSED) == set(Code)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(0), ("Today 09:41", "Aujourd’hui 09:41", "Heute 09:41")),
        (timedelta(days=1), ("Yesterday 09:41", "Hier 09:41", "Gestern 09:41")),
        (timedelta(days=8), ("14 Nov 09:41", "14 nov. 09:41", "14. Nov. 09:41")),
        (timedelta(days=400), ("18 October 2025", "18 octobre 2025", "18. Oktober 2025")),
    ],
)
def test_moments_are_said_as_people_say_them(ago: timedelta, said: tuple[str, str, str]) -> None:
    for language, words in zip(("en", "fr", "de"), said, strict=True):
        with override(language):
            assert wording.when(NOW - ago, NOW) == words


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
