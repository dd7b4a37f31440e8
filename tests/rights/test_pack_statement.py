"""What became of it is told system by system: done, kept, on what ground, until when."""

from __future__ import annotations

import io
import json
from datetime import date

import pypdf
import pytest

from aboveboard.connectors.contract import Retained, SystemChange
from aboveboard.rights.pack import statement
from aboveboard.rights.pack.contents import PackSystem, SystemAnswer
from aboveboard.rights.pack.letter import print_letter
from aboveboard.rights.pack.statement import StatementKind, SystemStatement
from aboveboard.rights.pack.words import PackWords
from tests.rights.pack_samples import AT, NOTHING, facts

WORDS = PackWords("en")
SHOP = PackSystem("shop", "Web shop", asked_at=AT)
ERASED = SystemChange(
    {"orders": 3, "addresses": 2},
    (Retained("invoices", 1, "Tax law asks us to keep invoices.", date(2033, 12, 31)),),
)


def test_an_erasure_says_what_is_gone_what_is_kept_why_and_until_when() -> None:
    assert statement.system_sentences(
        StatementKind.ERASE, SystemStatement(SHOP, ERASED), WORDS
    ) == (
        "Erased: 5.",
        "Kept: 1. Tax law asks us to keep invoices. Until 31 December 2033.",
        "Asked on 1 March 2027.",
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (SystemChange(), "Nothing here had to be changed."),
        (SystemChange(done=False), "Not finished yet. We write again when it is."),
        (SystemChange(messages=("Asked of the archive.",)), "Asked of the archive."),
        (None, "Not finished yet. We write again when it is."),
    ],
)
def test_nothing_is_left_unsaid(change: SystemChange | None, sentence: str) -> None:
    sentences = statement.system_sentences(
        StatementKind.RESTRICT, SystemStatement(SHOP, change), WORDS
    )
    assert sentence in sentences


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("kind", list(StatementKind))
def test_each_kind_is_a_letter_in_each_language(kind: StatementKind, language: str) -> None:
    words = PackWords(language)
    letter = statement.statement_letter(
        kind, facts(language=language), [SystemStatement(SHOP, ERASED), SystemStatement(NOTHING)],
        words, grounds="A court case is open.",
    )  # fmt: skip
    assert letter.title == words.say(f"statement_{kind}")
    assert "A court case is open." in letter.intro[1]
    assert [section.heading for section in letter.sections][:2] == ["Web shop", "CRM"]
    assert any("77" in sentence for sentence in letter.sections[-1].sentences)


def test_the_letter_can_be_posted() -> None:
    letter = statement.statement_letter(
        StatementKind.ERASE, facts(), [SystemStatement(SHOP, ERASED)], WORDS
    )
    text = pypdf.PdfReader(io.BytesIO(print_letter(letter, WORDS))).pages[0].extract_text()
    for part in ("Mary Smith", "Bristol", "What we erased", "Until 31 December 2033."):
        assert part in text


def test_who_is_not_held_is_told_every_system_that_was_asked_and_when() -> None:
    asked = [SystemStatement(NOTHING), SystemStatement(
        PackSystem("shop", "Web shop", answer=SystemAnswer.NOTHING, asked_at=AT)
    )]  # fmt: skip
    letter = statement.statement_letter(StatementKind.NOTHING, facts(), asked, WORDS)
    assert [section.sentences for section in letter.sections[:2]] == 2 * [
        ("Nothing about you is held here.", "Asked on 1 March 2027.")
    ]
    answer = json.loads(statement.statement_json(StatementKind.NOTHING, facts(), asked))
    assert [(each["key"], each["held"], each["done"]) for each in answer["systems"]] == [
        ("crm", False, True),
        ("shop", False, True),
    ]


def test_the_json_says_the_same_to_programs() -> None:
    answer = json.loads(
        statement.statement_json(StatementKind.ERASE, facts(), [SystemStatement(SHOP, ERASED)])
    )
    assert answer["format"] == statement.FORMAT
    assert answer["systems"][0]["kept"] == [
        {
            "collection": "invoices",
            "records": 1,
            "ground": "Tax law asks us to keep invoices.",
            "until": "2033-12-31",
        }
    ]
