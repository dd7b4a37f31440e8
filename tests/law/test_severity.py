"""Severity is ENISA's: the parts, their combination, the bands, and what they say to the person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law import categories, severity
from aboveboard.law.severity import (
    AvailabilityLoss,
    ConfidentialityLoss,
    DataKind,
    IntegrityLoss,
    SeverityBand,
    SeverityCircumstances,
    SeverityContext,
)

KEYS = st.frozensets(st.sampled_from(sorted(categories.all_categories())), min_size=1, max_size=8)
CIRCUMSTANCES = st.builds(
    SeverityCircumstances,
    st.sampled_from(list(ConfidentialityLoss)),
    st.sampled_from(list(IntegrityLoss)),
    st.sampled_from(list(AvailabilityLoss)),
    st.booleans(),
)

CONTACT = frozenset({"user.name.first", "user.name.last", "user.contact.email"})
PASSWORD = frozenset({"user.contact.email", "user.authorization.password"})

STORIES = [
    (
        "a lost list of names and e-mail addresses",
        CONTACT,
        SeverityCircumstances(ConfidentialityLoss.AT_RISK),
        SeverityBand.LOW,
    ),
    (
        "the same, stolen and sold",
        CONTACT,
        SeverityCircumstances(ConfidentialityLoss.UNKNOWN, malicious=True),
        SeverityBand.MEDIUM,
    ),
    (
        "with dates of birth, lost",
        CONTACT | {"user.demographic.date_of_birth"},
        SeverityCircumstances(ConfidentialityLoss.AT_RISK),
        SeverityBand.MEDIUM,
    ),
    (
        "with a payment card, lost",
        CONTACT | {"user.financial.credit_card"},
        SeverityCircumstances(ConfidentialityLoss.AT_RISK),
        SeverityBand.VERY_HIGH,
    ),
    (
        "a passport number with a name",
        frozenset({"user.name", "user.government_id.passport_number"}),
        SeverityCircumstances(),
        SeverityBand.HIGH,
    ),
    (
        "a licence plate with a name",
        frozenset({"user.name", "user.government_id.vehicle_registration"}),
        SeverityCircumstances(),
        SeverityBand.LOW,
    ),
    (
        "e-mail and password, leaked",
        PASSWORD,
        SeverityCircumstances(ConfidentialityLoss.UNKNOWN, malicious=True),
        SeverityBand.HIGH,
    ),
    (
        "a health record",
        CONTACT | {"user.health"},
        SeverityCircumstances(ConfidentialityLoss.AT_RISK),
        SeverityBand.VERY_HIGH,
    ),
    (
        "a customer number alone",
        frozenset({"user.unique_id"}),
        SeverityCircumstances(ConfidentialityLoss.UNKNOWN),
        SeverityBand.LOW,
    ),
]


@pytest.mark.parametrize(
    ("name", "readable", "circumstances", "band"), STORIES, ids=[story[0] for story in STORIES]
)
def test_stories(
    name: str, readable: frozenset[str], circumstances: SeverityCircumstances, band: SeverityBand
) -> None:
    assert severity.score(readable, circumstances).band is band, severity.score(
        readable, circumstances
    )


def test_nothing_readable_is_low_but_a_loss_for_good_still_counts() -> None:
    taken = severity.score(
        frozenset(), SeverityCircumstances(ConfidentialityLoss.UNKNOWN, malicious=True)
    )
    assert (taken.se, taken.band) == (0, SeverityBand.LOW)
    assert (
        severity.score(
            frozenset(), SeverityCircumstances(availability=AvailabilityLoss.NOT_RECOVERABLE)
        ).se
        == 0.5
    )


def test_credentials_score_by_what_they_open() -> None:
    password = frozenset({"user.authorization.password"})
    assert severity.dpc(password, SeverityContext(credentials_open=DataKind.SIMPLE)).value == 1
    assert severity.dpc(password, SeverityContext(credentials_open=DataKind.SENSITIVE)).value == 4
    assert severity.dpc(password).value == 3
    finger = frozenset({"user.authorization.biometrics"})
    assert severity.dpc(finger, SeverityContext(credentials_open=DataKind.SIMPLE)).value == 4, (
        "and for good"
    )


def test_a_bank_account_alone_says_less_than_with_a_statement() -> None:
    assert severity.dpc(frozenset({"user.financial.bank_account"})).value == 2
    assert severity.dpc(frozenset({"user.financial.bank_account", "user.financial"})).value == 3


def test_context_moves_a_kind_in_whole_steps_within_one_to_four() -> None:
    assert severity.dpc(CONTACT, SeverityContext(steps={DataKind.SIMPLE: 2})).value == 3
    assert severity.dpc_of(DataKind.SENSITIVE, 3) == 4
    assert severity.dpc_of(DataKind.SIMPLE, -2) == 1


def test_no_data_has_no_context() -> None:
    with pytest.raises(ValueError, match="no data"):
        severity.dpc(frozenset())


@given(KEYS, CIRCUMSTANCES)
def test_the_score_is_the_formula_and_stays_in_its_range(
    readable: frozenset[str], circumstances: SeverityCircumstances
) -> None:
    found = severity.score(readable, circumstances)
    assert found.se == found.dpc * found.ei + found.cb
    assert 0.25 <= found.se <= 6
    assert found.dpc in (1, 2, 3, 4)
    assert found.ei in (0.25, 0.5, 0.75, 1)
    assert found.reasons
    assert all(found.reasons)


@given(KEYS, CIRCUMSTANCES)
def test_malice_never_makes_it_milder(
    readable: frozenset[str], circumstances: SeverityCircumstances
) -> None:
    kind = SeverityCircumstances(
        circumstances.confidentiality,
        circumstances.integrity,
        circumstances.availability,
        malicious=False,
    )
    cruel = SeverityCircumstances(
        circumstances.confidentiality,
        circumstances.integrity,
        circumstances.availability,
        malicious=True,
    )
    assert severity.score(readable, cruel).se == severity.score(readable, kind).se + 0.5


@pytest.mark.parametrize(
    ("value", "name"),
    [(1.99, "low"), (2, "medium"), (2.99, "medium"), (3, "high"), (3.99, "high"), (4, "very high")],
)
def test_the_edges_of_the_bands(value: float, name: str) -> None:
    assert severity.band_name(severity.band(value)) == name


def test_what_a_band_means_is_short_and_said_to_the_person() -> None:
    for band in SeverityBand:
        words = severity.meaning(band)
        assert "you" in words.lower()
        assert len(words.split()) <= 25


def test_a_new_or_unknown_category_counts_as_the_nearest_above() -> None:
    assert severity.dpc(frozenset({"user.health.something_new"})).value == 4
    assert severity.dpc(frozenset({"system.operations"})).value == 1


# -- the reasons, whole ----------------------------------------------------------------------------

EVERYDAY = "The data exposed is about everyday details."
ONE_PERSON = (
    "A name with a way to reach the person, a birth date or a number names exactly one person."
)


def test_a_score_is_explained_by_each_of_its_parts_and_nothing_else() -> None:
    found = severity.score(
        CONTACT,
        SeverityCircumstances(
            ConfidentialityLoss.UNKNOWN, IntegrityLoss.RECOVERABLE, AvailabilityLoss.TEMPORARY, True
        ),
    )
    assert (found.dpc, found.ei, found.cb) == (1, 1, 1.5)
    assert found.reasons == (
        EVERYDAY,
        ONE_PERSON,
        "It reached people we do not know.",
        "It was changed and may have been used wrongly; this can be put right.",
        "It could not be used for a time.",
        "Somebody did it on purpose.",
    )
    assert severity.score(CONTACT, SeverityCircumstances()).reasons == (EVERYDAY, ONE_PERSON)


def test_where_nothing_can_be_read_neither_data_nor_person_counts() -> None:
    found = severity.score(
        frozenset(), SeverityCircumstances(ConfidentialityLoss.UNKNOWN, IntegrityLoss.RESTORED)
    )
    assert (found.dpc, found.ei, found.cb) == (0, 0, 0)
    lost = severity.score(
        frozenset(), SeverityCircumstances(availability=AvailabilityLoss.NOT_RECOVERABLE)
    )
    assert lost.reasons == ("Nothing that can be read was exposed.", "It is lost for good.")


@pytest.mark.parametrize(
    ("kind", "step", "value", "why"),
    [
        (DataKind.SENSITIVE, -1, 3, "It only allows assumptions about sensitive matters."),
        (
            DataKind.SENSITIVE,
            0,
            4,
            "Nothing raises or lowers that.",
        ),
        (DataKind.SENSITIVE, -3, 1, "It gives no real insight, or was public already."),
    ],
)
def test_a_step_set_by_hand_says_why(kind: DataKind, step: int, value: int, why: str) -> None:
    found = severity.dpc(frozenset({"user.health"}), SeverityContext(steps={kind: step}))
    assert (found.value, found.reasons) == (
        value,
        ("The data exposed is about sensitive details.", why),
    )


def test_a_known_ease_of_identification_takes_the_place_of_the_table() -> None:
    found = severity.score(CONTACT, SeverityCircumstances(), SeverityContext(ei=0.25))
    assert (found.ei, found.se) == (0.25, 0.25)
    assert found.reasons[1:] == ("How easy the person is to identify was set to 0.25.",)


@pytest.mark.parametrize(
    ("exposed", "value"),
    [
        ({"user.name.first"}, 0.25),
        ({"user.name.first", "user.name.last"}, 0.5),
        ({"user.government_id.vehicle_registration"}, 0.5),
        ({"user.contact.email"}, 0.75),
        ({"user.name", "user.contact.email"}, 1),
        ({"user.contact.email", "user.demographic.date_of_birth"}, 0.75),
    ],
)
def test_the_clearest_identifier_or_what_they_name_together(
    exposed: set[str], value: float
) -> None:
    """ENISA, annex 2: a full name 0.5 in a country, with contact data 1."""
    assert severity.ei(frozenset(exposed)).value == value


def test_what_a_password_opens_is_said_only_where_nothing_else_counts_as_that_kind() -> None:
    password = frozenset({"user.authorization.password"})
    alone = severity.dpc(password).reasons[0]
    beside = severity.dpc(password | {"user.financial"}).reasons[0]
    assert alone != beside == "The data exposed is about money."
