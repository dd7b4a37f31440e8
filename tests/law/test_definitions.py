"""What the laws of the US states call personal information, on which day: the tables of
``personal_information_of_states.yaml`` and stories of what they leave out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from aboveboard.law.rules import catalogue, definitions, listing
from aboveboard.law.rules.sources import Confidence, SourceRead, confidence
from aboveboard.law.terms import AffectedGroup, OrgProfile, Required
from tests.conftest import SHARED
from tests.law.losses import duties_of

TODAY = date(2026, 11, 30)
STATES = sorted(
    place.removeprefix("US-") for place in definitions.places() if place.startswith("US-")
)
NAME, EMAIL, PASSWORD = "user.name", "user.contact.email", "user.authorization.password"
SSN = "user.government_id.national_identification_number"
CARD, HEALTH = "user.financial.credit_card", "user.health"

_TABLE = Path(__file__).with_name("personal_information_of_states.yaml")


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(_TABLE.read_text("utf-8"))
    return loaded


COMBINATIONS = list(_table()["combinations"])


def _expected(combination: str, state: str, day: date) -> str:
    cells = _table()["cells"][combination]
    line = next(
        (line for line, states in cells.items() if line != "rest" and state in states.split()),
        cells["rest"],
    )
    first, *later = line.split(", ")
    answer: str = first
    for change in later:
        since, changed = change.split()
        if day >= date.fromisoformat(since):
            answer = changed
    return answer


def _covered(
    state: str,
    *data: str,
    codes: bool | None = False,
    on: date = TODAY,
    public_body: bool = False,
) -> str:
    answer = definitions.coverage(
        f"US-{state}", frozenset(data), codes_taken=codes, on=on, public_body=public_body
    )
    return {Required.YES: "yes", Required.NO: "no", Required.ASK: "ask"}[answer.covered]


def test_the_table_has_every_state_once_in_a_line_and_a_section_of_its_law() -> None:
    assert sorted(_table()["sections"]) == STATES
    for combination, cells in _table()["cells"].items():
        named = [state for line, row in cells.items() if line != "rest" for state in row.split()]
        assert sorted(named) == sorted(set(named)), combination
        assert set(named) <= set(STATES), combination


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_each_state_counts_what_its_statute_counts_on_each_day(combination: str) -> None:
    row = _table()["combinations"][combination]
    wrong = [
        (state, str(day), answer, expected)
        for day in _table()["days"]
        for state in STATES
        if (answer := _covered(state, *row["data"], codes=row.get("codes", False), on=day))
        != (expected := _expected(combination, state, day))
    ]
    assert wrong == []


@pytest.mark.parametrize("combination", COMBINATIONS)
def test_what_changes_changes_on_its_day_and_not_the_day_before(combination: str) -> None:
    row = _table()["combinations"][combination]
    for line, states in _table()["cells"][combination].items():
        for change in line.split(", ")[1:]:
            day = date.fromisoformat(change.split()[0])
            for state in states.split():
                answers = [
                    _covered(state, *row["data"], codes=row.get("codes", False), on=on)
                    for on in (day.replace(day=day.day - 1) if day.day > 1 else _before(day), day)
                ]
                assert answers[0] != answers[1] == change.split()[1], (state, day)


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def test_no_definition_answers_yes_or_no_for_a_day_before_it_was_checked() -> None:
    everything = (NAME, SSN, EMAIL, PASSWORD, CARD, HEALTH)
    for state in STATES:
        first = definitions.first_day(f"US-{state}")
        assert first is not None, state
        expected = "no" if state in {"AL", "SD"} else "ask"  # the last two states to have an act
        assert _covered(state, *everything, codes=True, on=_before(first)) == expected, state
        assert _covered(state, *everything, codes=True, on=first) == "yes", state
    answer = definitions.coverage(
        "US-TX", frozenset({NAME, EMAIL}), codes_taken=False, on=date(2017, 6, 1)
    )
    assert answer.reason == "What this law counted on that date is not known here: ask counsel."
    assert answer.covered == Required.ASK


def test_every_definition_is_held_from_the_day_the_gdpr_applied_or_the_act_began() -> None:
    late = {
        state: first
        for state in STATES
        if (first := definitions.first_day(f"US-{state}") or TODAY) > date(2018, 5, 25)
    }
    assert late == {"AL": date(2018, 6, 1), "SD": date(2018, 7, 1)}


def test_pennsylvania_counts_health_data_of_a_public_body_since_26_september_2024() -> None:
    """73 P.S. § 2302 as amended by Act 33 of 2024: medical information in the possession of a
    State agency or State agency contractor."""
    answers = [
        _covered("PA", NAME, HEALTH, on=day, public_body=public)
        for day in (date(2024, 9, 25), date(2024, 9, 26))
        for public in (False, True)
    ]
    assert answers == ["yes", "yes", "no", "yes"]
    refused = definitions.coverage(
        "US-PA", frozenset({NAME, HEALTH}), codes_taken=False, on=TODAY, public_body=False
    )
    assert "contractor of a State agency" in refused.reason


def test_rhode_island_counts_an_e_mail_address_with_its_password_and_no_user_name() -> None:
    """R.I. Gen. Laws § 11-49.3-3(a)(8)(v): "E-mail address with any required security code"."""
    assert _covered("RI", NAME, EMAIL, PASSWORD) == "yes"
    assert _covered("RI", NAME, "user.account.username", PASSWORD) == "no"


def test_nevada_counts_medical_numbers_and_not_what_the_health_is() -> None:
    """Nev. Rev. Stat. § 603A.040(1)(d)."""
    assert _covered("NV", NAME, HEALTH) == "no"
    assert _covered("NV", NAME, "user.health.record_id") == "yes"


@pytest.mark.parametrize("state", ["AK", "DC", "HI", "NC", "SC", "VT", "WI"])
def test_a_password_counts_where_it_opens_a_financial_account(state: str) -> None:
    named = [
        _covered(state, NAME, PASSWORD, codes=codes, on=date(2020, 6, 30))
        for codes in (False, None, True)
    ]
    assert named == ["no", "ask", "yes"]
    asked = definitions.coverage(
        f"US-{state}", frozenset({NAME, PASSWORD}), codes_taken=None, on=date(2020, 6, 30)
    )
    assert "only if it opens a financial account" in asked.reason


def test_a_code_of_which_nobody_knows_whether_it_went_is_for_counsel() -> None:
    answer = definitions.coverage("US-OH", frozenset({NAME, CARD}), codes_taken=None, on=TODAY)
    assert answer.covered == Required.ASK
    assert "depends on whether a code is needed, and got out" in answer.reason


def test_numbers_without_a_name_are_for_counsel_where_they_may_be_enough_for_identity_theft() -> (
    None
):
    """Wash. Rev. Code § 19.255.005(2)(a)(iii)."""
    answer = definitions.coverage(
        "US-WA", frozenset({"user.government_id.passport_number"}), codes_taken=False, on=TODAY
    )
    assert (answer.covered, answer.elements) == (Required.ASK, ("passport number",))
    assert "only if it is enough for identity theft" in answer.reason


def test_a_social_security_number_is_not_its_own_identifier_in_new_york() -> None:
    assert _covered("NY", SSN) == "no"
    assert _covered("NY", SSN, "user.contact.address.city") == "no"
    assert _covered("NY", SSN, "user.contact.address.street") == "yes"
    assert _covered("NY", SSN, "user.government_id.passport_number") == "yes"


def test_the_district_of_columbia_took_a_phone_number_or_an_address_for_a_name_until_2020() -> None:
    """D.C. Code § 28-3851(3) before Law 23-98."""
    day = date(2020, 6, 16)
    assert _covered("DC", "user.contact.phone_number", SSN, on=day) == "yes"
    assert _covered("DC", "user.contact.address", CARD, on=day) == "yes"
    assert _covered("DC", EMAIL, SSN, on=day) == "no"


def test_what_the_law_asks_besides_and_we_cannot_tell_is_said_with_the_yes() -> None:
    answer = definitions.coverage(
        "US-MD", frozenset({EMAIL, PASSWORD}), codes_taken=False, on=TODAY
    )
    assert answer.covered == Required.YES
    assert "opens the person's e-mail account" in answer.reason


def test_a_no_names_what_the_law_counts_besides_and_nobody_was_asked_about() -> None:
    answer = definitions.coverage("US-ND", frozenset({NAME, EMAIL}), codes_taken=False, on=TODAY)
    assert answer.covered == Required.NO
    assert "the mother's maiden name" in answer.reason


def test_what_is_left_of_a_card_counts_nowhere() -> None:
    """Every state spares truncated numbers (for one, Nev. Rev. Stat. § 603A.040(2))."""
    left = ("user.financial.card_last_digits", "user.financial.card_kind")
    assert [state for state in STATES if _covered(state, NAME, *left, codes=True) != "no"] == []


# -- notes, sources and words ----------------------------------------------------------------------

# A word in the note of a duty, and the data that its definition must then count beside a name.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "passport": ("user.government_id.passport_number",),
    "government ID": ("user.government_id.passport_number",),
    "biometric": ("user.biometrics",),
    "genetic": ("user.health.genetic",),
    "DNA": ("user.health.genetic",),
    "DATE OF BIRTH": ("user.demographic.date_of_birth",),
    "health insurance": ("user.health.insurance_beneficiary_id",),
    "credentials": (EMAIL, PASSWORD),
    "geolocation": ("user.location.precise",),
    "WORK EVALUATIONS": ("user.professional_information",),
}
# Where the words of a note are narrower than they look.
_NARROWER = {
    ("SD", "biometric"),  # only with an employee number
    ("GU", "biometric"),  # said to be wrong
}


def _said_and_not_counted(notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the states and words of ``notes`` (by state) that a definition does not count."""
    return [
        (state, word)
        for state in STATES
        for word, data in _WORDS.items()
        if word.lower() in notes.get(state, "").lower()
        and (state, word) not in _NARROWER
        and _covered(state, NAME, *data) == "no"
    ]


def _counted_in(notes: str) -> str:
    return " ".join(part for part in notes.split(" | ") if part.startswith("PI:"))


def test_no_note_of_a_duty_says_more_than_the_definition_counts() -> None:
    notes = {
        state: " ".join(_counted_in(rule.notes) for rule in catalogue.rules_of(f"US-{state}"))
        for state in STATES
    }
    assert _said_and_not_counted(notes) == []


@pytest.mark.shared
def test_what_the_research_found_to_count_is_carried_over() -> None:
    researched = json.loads((SHARED / "research" / "duties_catalogue.json").read_text("utf-8"))
    notes = {
        row["id"].split("-")[1]: _counted_in(row["notes"] or "")
        for row in researched["duties"]
        if row["id"].startswith("US-") and row["id"].endswith("-IND")
    }
    assert sum(bool(words) for words in notes.values()) > 40
    assert _said_and_not_counted(notes) == []


_FIELDS = {
    "valid_from",
    "known_since",
    "predecessor",
    "with_name",
    "with_identifier",
    "with_phone_or_address",
    "without_name",
    "if_identity_theft",
    "public_body_only",
    "credentials",
    "credentials_by",
    "unclear",
    "read_widely",
    "no_category",
    "note",
    "sources",
}
_LINE = re.compile(
    r"(?P<key>[a-z_]+)(\+code(/expiry)?)?\??( since (?P<since>\S+))?( until (?P<until>\S+))?"
)


def test_the_lines_of_an_element_follow_each_other_by_the_day() -> None:
    """What an element needs may change; on no day does it need two things, or is left out."""
    for state in STATES:
        definition = catalogue.place_file(f"US-{state}")["definition"]
        assert set(definition) <= _FIELDS, state
        for group in ("with_name", "with_identifier", "without_name", "if_identity_theft"):
            spans: dict[str, list[tuple[date, date]]] = {}
            for line in definition.get(group, ()):
                match = _LINE.fullmatch(line)
                assert match, (state, line)
                since, until = match["since"], match["until"]
                span = (
                    date.fromisoformat(since) if since else date.min,
                    date.fromisoformat(until) if until else date.max,
                )
                spans.setdefault(match["key"], []).append(span)
            for key, rows in spans.items():
                for (_, until_day), (since_day, _) in pairwise(sorted(rows)):
                    assert until_day.toordinal() + 1 == since_day.toordinal(), (state, key)


def test_a_public_body_of_pennsylvania_tells_people_of_health_data_and_a_shop_does_not() -> None:
    """Act 33 of 2024, on the whole path from a loss to its duties."""
    people = [AffectedGroup("US-PA", 20, frozenset({NAME, HEALTH}))]
    answers = [
        duties_of(people, profile=OrgProfile(("US",), public_body=public))["US-PA-IND"].required
        for public in (True, False)
    ]
    assert answers == [Required.YES, Required.NO]


def test_every_definition_names_an_address_to_open_and_how_it_was_read() -> None:
    for state in STATES:
        sources = definitions.definition_sources(f"US-{state}")
        assert sources, state
        for source in sources:
            assert source.address.startswith(("https://", "http://")), state
            assert len(source.quote.split()) <= 25, state
            assert not (source.quote and source.read is SourceRead.MEMORY), state
        assert confidence(sources) is not Confidence.LOW, state


def test_what_a_law_counts_is_said_with_its_days_and_what_it_needs_beside() -> None:
    assert definitions.coverage_in_words("US-SD") == (
        "with a name: social security number, driving licence or identity card number, passport "
        "number, health information; without a name: bank account number with its code, payment "
        "card number with its code, user name or e-mail address with a password; not asked for "
        "here: employee numbers with a code, password or biometric data"
    )
    assert "with a name, held by a public body: health information since 2024-09-26;" in (
        definitions.coverage_in_words("US-PA")
    )
    assert definitions.coverage_in_words("US-NY").startswith(
        "with a name or another identifier: social security number, "
    )
    assert ", e-mail address with a password; not asked" in definitions.coverage_in_words("US-RI")
    assert "payment card number with its code or expiry date" in (
        definitions.coverage_in_words("US-AL")
    )


def test_the_page_leads_from_what_a_state_counts_to_its_law() -> None:
    row = next(line for line in listing.page() if line.startswith("| `US-DE` | with a"))
    assert row.endswith(
        "| 2005-06-28 | [Del. Code tit. 6, § 12B-101(7)]"
        "(https://delcode.delaware.gov/title6/c012b/index.html); "
        "[Del. Code tit. 6, § 12B-101(4), until 13 April 2018]"
        "(https://delcode.delaware.gov/sessionlaws/) | 2026-11, high |"
    )


def test_kentucky_and_tennessee_count_a_driving_licence_and_no_identity_card() -> None:
    """Ky. Rev. Stat. § 365.732(1)(c)2; Tenn. Code § 47-18-2107(a)(4)."""
    for state in ("KY", "TN"):
        assert _covered(state, NAME, "user.government_id.drivers_license_number") == "yes"
        assert _covered(state, NAME, "user.government_id") == "no"
    assert _covered("OH", NAME, "user.government_id") == "yes"


@pytest.mark.parametrize(("state", "answer"), [("AL", "yes"), ("IA", "yes"), ("OK", "yes")])
def test_an_expiry_date_opens_a_card_where_the_law_says_so(state: str, answer: str) -> None:
    """Ala. Code § 8-38-2(6)a.3; Iowa Code § 715C.1(11)a(3); Okla. Stat. tit. 24, § 162(6)."""
    expiry = "user.financial.card_expiry"
    assert _covered(state, NAME, CARD, expiry) == answer
    assert _covered(state, NAME, CARD) == "no"
    assert _covered(state, NAME, "user.financial.card_last_digits", expiry) == "no"
    assert _covered("OK", NAME, CARD, expiry, on=date(2025, 12, 31)) == "no"
    assert _covered("OH", NAME, CARD, expiry) == "no"
