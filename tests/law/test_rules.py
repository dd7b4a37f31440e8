"""The law as data: complete, dated, sourced, without two rules for one day."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from aboveboard.law import bases, categories, severity
from aboveboard.law.rules import authorities, catalogue, definitions, listing
from aboveboard.law.rules.entries import Binding, DutyRule
from aboveboard.law.rules.sources import LawSource, SourceRead, last_checked
from aboveboard.law.terms import Required
from tests.conftest import SHARED

FOLDER = Path(catalogue.__file__).parent
TODAY = date(2026, 11, 30)

# Of the research, what an audit found wrong: a model law that is no law, and one entry for the
# telling of people, authority and media under one threshold.
CORRECTED = {"US-NAIC-668", "US-FTC-HBNR"}

STATES = sorted(
    place.removeprefix("US-") for place in definitions.places() if place.startswith("US-")
)


def test_every_entry_says_when_and_how_it_was_checked() -> None:
    for rule in catalogue.rules():
        assert rule.sources, rule.id
        assert last_checked(rule.sources) <= TODAY, rule.id
        assert rule.citation, rule.id
        assert rule.status, rule.id


def test_every_entry_uses_words_that_the_rules_know() -> None:
    for rule in catalogue.rules():
        assert rule.harm_test in catalogue.harm_answers(), rule.id
        assert rule.clock_start in catalogue.moments() or rule.clock_start == "none", rule.id
        assert rule.sectors <= set(catalogue.sectors()), rule.id
        assert not rule.data or rule.data in definitions.places(), rule.id
        assert rule.relation in {"", "before", "with"}, rule.id
        assert rule.safe_harbour in {"yes", "no", "indirect"}, rule.id
        assert rule.recipient_type in {
            "authority",
            "individuals",
            "cra",
            "controller",
            "record",
            "media",
            "public",
        }, rule.id
        assert catalogue.place_name(rule.jurisdiction) != rule.jurisdiction, rule.id


FIELDS = set(DutyRule.__annotations__) - {"jurisdiction"} | {"trigger", "clock", "verbs"}


def test_no_entry_has_a_field_that_nobody_reads() -> None:
    for place in catalogue.place_codes():
        for row in catalogue.place_file(place)["duties"]:
            assert set(row) <= FIELDS, row["id"]


def test_a_sector_that_is_bound_wherever_it_is_is_found_from_everywhere() -> None:
    """The index says which places to read: Form 8-K binds a registrant in Dublin too."""
    index = yaml.safe_load((FOLDER / "sectors.yaml").read_text("utf-8"))["bound_anywhere"]
    by_entries: dict[str, set[str]] = defaultdict(set)
    for rule in catalogue.rules():
        if rule.binds is Binding.SECTOR:
            assert rule.sectors, rule.id
            for sector in rule.sectors:
                by_entries[sector].add(rule.jurisdiction)
    assert {sector: set(places) for sector, places in index.items()} == by_entries


def test_where_an_insurer_s_duty_is_not_for_the_domiciled_they_have_one_of_their_own() -> None:
    domiciled = {rule.jurisdiction for rule in catalogue.rules() if rule.binds is Binding.DOMICILED}
    others = {rule.jurisdiction for rule in catalogue.rules() if rule.not_domiciled}
    assert others <= domiciled


def test_no_day_has_two_rules_for_one_duty() -> None:
    by_id: dict[str, list[DutyRule]] = defaultdict(list)
    for rule in catalogue.rules():
        by_id[rule.id].append(rule)
    for versions in by_id.values():
        days = {day for rule in versions for day in (rule.valid_from, rule.valid_to) if day}
        for day in days | {TODAY}:
            assert sum(rule.is_in_force_on(day) for rule in versions) <= 1, versions[0].id


def test_chains_lead_to_duties_of_the_same_place() -> None:
    known = {rule.id: rule for rule in catalogue.rules()}
    for rule in catalogue.rules():
        for name in rule.chained_to:
            assert known[name].jurisdiction == rule.jurisdiction, rule.id


def test_fifty_states_and_four_territories_are_held() -> None:
    assert len(STATES) == 54  # with DC, Guam, Puerto Rico and the Virgin Islands


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_its_duty_to_the_people_and_its_definition(state: str) -> None:
    assert any(rule.id == f"US-{state}-IND" for rule in catalogue.in_force_on(TODAY))
    assert f"US-{state}" in definitions.places()


@pytest.mark.parametrize("state", STATES)
def test_a_name_with_an_e_mail_address_is_covered_nowhere_and_a_social_security_number_everywhere(
    state: str,
) -> None:
    contact = frozenset(
        {"user.name", "user.contact.email", "user.contact.phone_number", "user.contact.address"}
    )
    ssn = contact | {"user.government_id.national_identification_number"}
    assert definitions.coverage(f"US-{state}", contact, codes_taken=False, on=TODAY).covered == "no"
    assert definitions.coverage(f"US-{state}", ssn, codes_taken=False, on=TODAY).covered == "yes"


def test_indiana_needs_no_name_and_ohio_does() -> None:
    number = frozenset({"user.government_id.national_identification_number"})
    assert [
        definitions.coverage(place, number, codes_taken=False, on=TODAY).covered
        for place in ("US-IN", "US-OH")
    ] == ["yes", "no"]


def test_an_element_counts_from_its_date_on() -> None:
    health = frozenset({"user.name", "user.health"})
    before, after = (
        definitions.coverage("US-NY", health, codes_taken=False, on=day)
        for day in (date(2025, 3, 20), date(2025, 3, 21))
    )
    assert (before.covered, after.covered) == ("no", "yes")


def test_every_category_that_the_tables_name_is_known() -> None:
    known = categories.all_categories()
    named: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for item in node.values():
                walk(item)
        elif isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, str) and node.removeprefix("not ").startswith("user."):
            named.add(node.removeprefix("not "))

    for file in (
        FOLDER / "definitions.yaml",
        FOLDER.parent / "severity.yaml",
        FOLDER.parent / "risk.yaml",
    ):
        walk(yaml.safe_load(file.read_text("utf-8")))
    assert {
        key for key in named if not any(severity.covers(key, category) for category in known)
    } == set()


def test_every_eea_country_has_its_authority_and_germany_one_a_land() -> None:
    rows = yaml.safe_load((FOLDER / "authorities.yaml").read_text("utf-8"))["eea"]
    assert len(rows) == 30
    assert all(authorities.authority_for(code).title for code in rows)
    assert not authorities.in_eea("GB")
    assert (
        authorities.authority_for("DE-BY").name
        != authorities.authority_for("DE-BY", public_body=True).name
    )
    lands = {code.removesuffix("-PUBLIC") for code in rows["DE"]["regions"]}
    assert len({authorities.authority_for(land).name for land in lands}) == 16


SPLIT = {"UK-NIS-11"}
"""Duties that the research held in one row and that are entries of their own."""


@pytest.mark.shared
def test_every_duty_of_the_research_is_carried_with_its_figures() -> None:
    researched = json.loads((SHARED / "research" / "duties_catalogue.json").read_text("utf-8"))[
        "duties"
    ]
    ours = {rule.id: rule for rule in catalogue.rules() if rule.valid_to is None}
    units = {"days": "calendar_days", None: None}
    for row in researched:
        if row["id"] in CORRECTED:
            continue
        rule = ours[row["id"]]
        assert rule.deadline.value == row["deadline"]["value"], row["id"]
        if not rule.year_end:
            assert rule.deadline.unit == units.get(
                row["deadline"]["unit"], row["deadline"]["unit"]
            ), row["id"]
        if row["threshold"]:
            assert rule.threshold is not None
            assert (rule.threshold.count, rule.threshold.operator) == (
                row["threshold"]["count"],
                row["threshold"]["operator"],
            ), row["id"]
        if row["id"] not in SPLIT:
            assert rule.citation == row["citation"], row["id"]


# -- the page for people ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duty", "first", "count", "in_force"),
    [
        ("US-FL-AGENT", "`US-FL-AGENT` (processors)", "anyone", "since 2014-07-01"),
        ("US-RI-PUBLIC", "`US-RI-PUBLIC` (public bodies)", "anyone", "since 2023-06-27"),
        (
            "UK-CSR-BILL",
            "`UK-CSR-BILL` (sector `essential_services`)",
            "anyone",
            "coming: no day is fixed",
        ),
        (
            "US-HIPAA-406-MEDIA",
            "`US-HIPAA-406-MEDIA` (sector `hipaa`)",
            "more than 500",
            "since 2013-03-26",
        ),
        ("US-CA-IND", "`US-CA-IND`", "anyone", "since 2026-01-01"),
    ],
)
def test_the_page_says_whom_a_duty_binds_from_how_many_and_since_when(
    duty: str, first: str, count: str, in_force: str
) -> None:
    row = next(line for line in listing.page() if line.startswith(f"| `{duty}`"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert (cells[0], cells[4], cells[7]) == (first, count, in_force)


def test_the_page_keeps_what_was_the_law_until_it_changed() -> None:
    rows = [line for line in listing.page() if line.startswith("| `US-CA-IND`")]
    assert [row.split("|")[8].strip() for row in rows] == [
        "since 2026-01-01",
        "since 2016-01-01 until 2025-12-31",
        "since 2012-01-01 until 2015-12-31",
        "since 2003-07-01 until 2011-12-31",
    ]


@pytest.mark.slow
def test_the_page_has_every_rule_sector_and_definition_once() -> None:
    lines = listing.page()
    for rule in catalogue.rules():
        versions = sum(other.id == rule.id for other in catalogue.rules())
        assert sum(line.startswith(f"| `{rule.id}`") for line in lines) == versions, rule.id
    for name in (*catalogue.sectors(), *definitions.places()):
        assert sum(line.startswith(f"| `{name}` |") for line in lines) == 1, name


# -- lawful bases ----------------------------------------------------------------------------------


def test_the_lawful_bases_and_conditions_have_their_article_term_and_words() -> None:
    lawful, special = bases.lawful_bases(), bases.special_conditions()
    assert [row.article for row in lawful.values()] == [
        f"Art. 6(1)({letter})" for letter in "abcdef"
    ]
    assert (len(special), special["explicit_consent"].article) == (10, "Art. 9(2)(a)")
    assert lawful["consent"].dpv == "eu-gdpr:A6-1-a"
    for key, row in {**lawful, **special}.items():
        assert row.key == key
        assert row.say("de") != row.say("en") == row.say("xx"), key


def test_what_a_law_counts_is_said_with_its_code_its_name_and_its_day() -> None:
    assert definitions.coverage_in_words("US-CT") == (
        "with a name: social security number, driving licence or identity card number, bank "
        "account number with its code, payment card number with its code until 2018-09-30, payment "
        "card number since 2018-10-01, taxpayer number since 2021-10-01, passport number since "
        "2021-10-01, health information since 2021-10-01, health insurance number since "
        "2021-10-01, biometric data since 2021-10-01, precise location since 2023-10-01; without a "
        "name: user name or e-mail address with a password since 2021-10-01; not asked for here: "
        "the identity protection number of the tax authority"
    )


def test_an_element_counts_from_its_day_on() -> None:
    """Connecticut counts precise location since 1 October 2023 (Conn. Gen. Stat. § 36a-701b)."""
    place = frozenset({"user.name", "user.location.precise"})
    days = [date(2023, 9, 30), date(2023, 10, 1)]
    answers = [
        definitions.coverage("US-CT", place, codes_taken=False, on=day).covered for day in days
    ]
    assert answers == [Required.NO, Required.YES]


def test_no_note_of_whoever_checked_is_shown_to_readers() -> None:
    jargon = re.compile(r"\(memory|beware|data ?set|\?$", re.I)
    for rule in catalogue.rules():
        shown = (*rule.content_required, *rule.content_forbidden, rule.deadline.text, rule.records)
        assert not [words for words in shown if jargon.search(words)], rule.id


@pytest.mark.parametrize(
    ("read", "quote", "expected"),
    [
        (SourceRead.OFFICIAL, "within 72 hours", "high"),
        (SourceRead.COPY, "within 72 hours", "high"),
        (SourceRead.COPY, "", "medium"),
        (SourceRead.SECONDARY, "within 72 hours", "medium"),
        (SourceRead.MEMORY, "within 72 hours", "low"),
    ],
)
def test_confidence_follows_from_what_was_read(read: SourceRead, quote: str, expected: str) -> None:
    source = LawSource("Act, s. 1", "https://example.org", quote, read, "its text", TODAY)
    assert source.confidence == expected
