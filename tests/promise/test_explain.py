"""What customers read: short, plain, and the same facts in three languages."""

import re

import pytest

from aboveboard.basics.limits import PLAIN_SENTENCE_WORDS
from aboveboard.promise import explain
from aboveboard.promise.loading import load
from aboveboard.promise.model import Period, Retention, RetentionStart
from tests.promise import SMALL, retailer

PROMISE = retailer()


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_samples_own_words_name_the_period_that_is_kept(language: str) -> None:
    for purpose in PROMISE.purposes.values():
        period = explain.period_in_words(purpose.retention.keep, language)
        assert period.lower() in explain.retention_in_words(purpose.retention, language).lower()


@pytest.mark.parametrize(
    ("purpose", "language", "line"),
    [
        (
            "deliver-orders",
            "en",
            "Customer number, name, e-mail, phone, address, payment card. Shared with the courier "
            "and the payment provider. Kept six years after your last order.",
        ),
        (
            "improve-shops",
            "en",
            (
                "The area you live in. Not shared with anyone. Kept two years after you last dealt "
                "with us."
            ),
        ),
        (
            "tax-accounts",
            "fr",
            (
                "Numéro de client, nom, adresse. Partagé avec l’administration fiscale. Conservé "
                "six ans après votre dernière facture."
            ),
        ),
        (
            "improve-shops",
            "de",
            (
                "Wohngegend. Wird nicht weitergegeben. Aufbewahrung nach dem letzten Kontakt: zwei "
                "Jahre."
            ),
        ),
        (
            "improve-shops",
            "tlh",
            (
                "The area you live in. Not shared with anyone. Kept two years after you last dealt "
                "with us."
            ),
        ),
    ],
)
def test_a_purpose_in_one_line(purpose: str, language: str, line: str) -> None:
    assert explain.purpose_in_words(PROMISE, PROMISE.purposes[purpose], language).line == line


def test_abroad_is_said_with_its_safeguard() -> None:
    sentences = explain.purpose_in_words(PROMISE, PROMISE.purposes["answer-contact"])
    assert sentences.shared == (
        "Shared with the e-mail provider (United States; safeguard: the UK transfer agreement "
        "or addendum)."
    )


def test_what_the_person_can_do() -> None:
    words = {
        key: explain.purpose_in_words(PROMISE, purpose) for key, purpose in PROMISE.purposes.items()
    }
    assert (
        words["personal-offers"].choice
        == "Only if you say yes. You can change your mind at any time."
    )
    assert words["improve-shops"].choice == "You can object, and we stop."
    assert words["deliver-orders"].choice == ""
    assert words["deliver-orders"].basis == "needed for your contract"


def test_special_data_is_named_as_such() -> None:
    promise = load(SMALL, name="x")
    sentences = explain.purpose_in_words(promise, promise.purposes["news"])
    assert sentences.held == "E-mail, allergies."
    assert (
        sentences.special == "This includes sensitive data, on the ground of your explicit consent."
    )


@pytest.mark.parametrize(
    ("period", "en", "fr", "de"),
    [
        ("P1Y", "one year", "un an", "ein Jahr"),
        ("P6Y", "six years", "six ans", "sechs Jahre"),
        ("P1W", "one week", "une semaine", "eine Woche"),
        ("P13M", "13 months", "13 mois", "13 Monate"),
        ("PT72H", "72 hours", "72 heures", "72 Stunden"),
        ("P1Y6M", "one year and six months", "un an et six mois", "ein Jahr und sechs Monate"),
        (
            "P1Y6M2D",
            "one year, six months and two days",
            "un an, six mois et deux jours",
            "ein Jahr, sechs Monate und zwei Tage",
        ),
    ],
)
def test_periods_in_words(period: str, en: str, fr: str, de: str) -> None:
    length = Period.parse(period)
    assert [explain.period_in_words(length, language) for language in ("en", "fr", "de")] == [
        en,
        fr,
        de,
    ]


@pytest.mark.parametrize("start", RetentionStart)
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_retention_can_be_said(start: RetentionStart, language: str) -> None:
    sentences = explain.retention_in_words(Retention(Period(years=2), start, None), language)
    assert explain.period_in_words(Period(years=2), language) in sentences
    assert sentences.endswith(".")


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_no_sentence_is_longer_than_a_customer_reads(language: str) -> None:
    for purpose in PROMISE.purposes.values():
        sentences = explain.purpose_in_words(PROMISE, purpose, language)
        for part in (
            sentences.what,
            sentences.why,
            sentences.held,
            sentences.shared,
            sentences.kept,
            sentences.who,
            sentences.choice,
        ):
            for sentence in re.split(r"[.;]\s|\.$", part):
                assert len(sentence.split()) <= PLAIN_SENTENCE_WORDS, sentence


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_whole_promise_says_every_purpose_and_loss_promise(language: str) -> None:
    text = explain.as_text(PROMISE, language)
    for purpose in PROMISE.purposes.values():
        assert purpose.title.say(language) in text
    for loss in PROMISE.losses.values():
        assert loss.text.say(language) in text
    assert "mappingproxy" not in text
