"""Periods and texts: the small things that everything else stands on."""

import copy
import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aboveboard.promise.loading import load
from aboveboard.promise.model import LawfulBasis, Period, TranslatedText
from tests.promise import RETAILER

periods = st.builds(
    Period,
    st.integers(0, 999),
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.integers(0, 99999),
    st.integers(0, 99999),
    st.integers(0, 999999),
).filter(lambda period: period != Period())
# Hypothesis adds the zone.
moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(periods)
@settings(deadline=None)
def test_a_period_reads_back_as_it_was_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods, moments)
@settings(deadline=None)
def test_a_period_never_ends_before_it_starts(period: Period, moment: datetime) -> None:
    assert period.add_to(moment) >= moment


@given(periods, moments)
@settings(deadline=None)
def test_the_longest_a_period_can_be(period: Period, moment: datetime) -> None:
    end = period.add_to(moment)
    assume(end.year < 9999)
    assert end - moment <= period.longest()


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("P6Y", "2020-02-29", "2026-02-28"),
        ("P4Y", "2020-02-29", "2024-02-29"),
        ("P1M", "2026-01-31", "2026-02-28"),
        ("P13M", "2026-12-31", "2028-01-31"),
        ("P30D", "2026-02-01", "2026-03-03"),
        ("P1Y1M1W1D", "2026-01-31", "2027-03-08"),
        ("PT72H", "2026-03-28", "2026-03-31"),
        ("P999Y", "9500-01-01", "9999-12-31"),
    ],
)
def test_calendar_months_and_years(period: str, start: str, end: str) -> None:
    end_at = Period.parse(period).add_to(datetime.fromisoformat(start).replace(tzinfo=UTC))
    assert end_at.date().isoformat() == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "6Y",
        "P6",
        "P0D",
        "PT0H",
        "P1.5Y",
        "-P1D",
        "P1D ",
        "P1S",
        "PT1S",
        "p1d",
        "P1DT",
        "P٣D",
        "P1Y\n",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        Period.parse(text)


def test_a_text_is_words_that_know_their_translations() -> None:
    text = TranslatedText("Phone", {"en": "Phone", "fr": "Téléphone"})
    assert text == "Phone"
    assert f"{text}" == "Phone"
    assert text.say("fr") == text.say("fr-CA") == "Téléphone"
    assert text.say("fr").say("en") == "Phone"
    assert text.say("de") == "Phone"
    assert copy.deepcopy(text).say("fr") == "Téléphone"
    # Our own bytes, made in this line.
    assert pickle.loads(pickle.dumps(text)).say("fr") == "Téléphone"  # noqa: S301


def test_a_promise_in_another_language() -> None:
    promise = load(RETAILER, name="x")
    french = promise.in_language("fr")
    assert french.purposes["deliver-orders"].title == "Pour livrer vos commandes"
    assert french.fields["email"].label == "Adresse e-mail"
    assert french.security[0].startswith("Chaque dossier")
    assert french.recipients["courier"].name == promise.recipients["courier"].name
    assert french.in_language("en") == promise


def test_what_the_sample_promises() -> None:
    promise = load(RETAILER, name="x")
    assert list(promise.purposes) == [
        "deliver-orders",
        "answer-contact",
        "tax-accounts",
        "personal-offers",
        "improve-shops",
        "measure-visits",
        "get-advice",
        "newsletter",
        "tell-you-of-a-loss",
        "show-you-your-data",
    ]
    assert [purpose.key for purpose in promise.purposes.values() if purpose.needs_consent] == [
        "personal-offers",
        "measure-visits",
        "get-advice",
        "newsletter",
    ]
    assert [purpose.key for purpose in promise.purposes.values() if purpose.objectable] == [
        "improve-shops"
    ]
    assert promise.purposes["show-you-your-data"].fields == tuple(promise.fields)
    assert promise.purposes["tax-accounts"].basis is LawfulBasis.LEGAL_OBLIGATION
    assert promise.losses["tell-you"].within == Period(hours=72)
    assert {field.key for field in promise.fields.values() if field.sensitive} == {
        "birth_date",
        "card_type",
        "card_number",
        "card_expiry",
    }
    assert promise.organisation.trades_in == ("GB", "US", "AU", "CA", "FR", "DE")
    assert promise.organisation.zone == ZoneInfo("Europe/London")
    for key in promise.fields:
        assert promise.purposes_of(key)


def test_the_sample_is_whole_in_every_language() -> None:
    """Every text of the sample is in English, French and German: a half-translated
    promise is not a sample."""
    promise = load(RETAILER, name="x")
    texts = [field.label for field in promise.fields.values()]
    texts += [
        party.title
        for party in (
            *promise.roles.values(),
            *promise.channels.values(),
            *promise.recipients.values(),
        )
    ]
    for purpose in promise.purposes.values():
        texts += [purpose.title, purpose.what, purpose.why]
    texts += [loss.text for loss in promise.losses.values()] + list(promise.security)
    assert all(set(text.translations) == {"en", "fr", "de"} for text in texts)


def test_categories_of_some_fields() -> None:
    promise = load(RETAILER, name="x")
    assert promise.categories_of(["card_number", "card_type", "email"]) == (
        "user.contact.email",
        "user.financial.card_last_digits",
        "user.financial.card_kind",
    )
    with pytest.raises(KeyError):
        promise.categories_of(["shoe_size"])


def test_a_period_longer_than_time() -> None:
    assert Period(days=99999, weeks=9999).add_to(datetime(9998, 1, 1, tzinfo=UTC)).year == 9999
    assert Period(hours=72).longest() == timedelta(days=3)
