"""Who makes a promise: what it declares is what a loss is judged by; what it leaves out is said."""

from __future__ import annotations

import pytest

from aboveboard.incidents.assessment.profile import org_profile
from aboveboard.law.terms import OrgRole
from aboveboard.promise.explain import as_text
from aboveboard.promise.loading import load
from aboveboard.promise.model import Promise
from aboveboard.promise.organisation import declarations, warnings
from tests.promise import RETAILER, SMALL, edited

CLINIC = """  role: [controller, processor]
  public_body: true
  region: US-CA
  establishments: [US, IE, DE-BY]
  lead_authority: DE-BY
  sectors: [hipaa, us_listed]
  domicile: US-OH
  time_zone: America/Los_Angeles
"""
SECTORS = next(line for line in RETAILER.splitlines(keepends=True) if "  sectors: " in line)


def _promise(country: str = "FR", more: str = "") -> Promise:
    return load(edited(("country: FR, ", f"country: {country}, {more}"), base=SMALL), name="p")


def _clinic() -> Promise:
    source = edited(
        ("  country: GB\n", "  country: US\n" + CLINIC),
        ("  time_zone: Europe/London\n", ""),
        (SECTORS, ""),
    )
    # What is a third country changes with the organisation's own: not what is asked here.
    return load(source, name="clinic.yaml")


def test_everything_that_is_declared_reaches_the_laws() -> None:
    profile = org_profile(_clinic().organisation)
    assert profile.established_in == ("US-CA", "IE", "DE-BY")
    assert profile.sectors == {"hipaa", "us_listed"}
    assert profile.roles == {OrgRole.CONTROLLER, OrgRole.PROCESSOR}
    assert profile.public_body
    assert (profile.time_zone, profile.other_zones) == ("America/Los_Angeles", ())
    assert (profile.domicile, profile.lead_authority) == ("US-OH", "DE-BY")


def test_a_promise_that_says_nothing_is_a_controllers_in_its_country() -> None:
    profile = org_profile(_promise().organisation)
    assert profile.established_in == ("FR",)
    assert profile.roles == {OrgRole.CONTROLLER}
    assert (profile.time_zone, profile.other_zones) == ("Europe/Paris", ())
    assert not profile.sectors
    assert not profile.public_body


def test_one_role_may_be_a_word_and_a_joint_controller_is_a_controller() -> None:
    for role, wanted in (
        ("processor", {OrgRole.PROCESSOR}),
        ("joint_controller", {OrgRole.CONTROLLER}),
        ("[joint_controller, processor]", {OrgRole.CONTROLLER, OrgRole.PROCESSOR}),
    ):
        assert org_profile(_promise(more=f"role: {role}, ").organisation).roles == wanted


def test_the_part_of_its_own_country_stands_among_the_establishments() -> None:
    organisation = _promise("DE", "region: DE-BY, establishments: [DE, FR], ").organisation
    assert organisation.established_in == ("DE-BY", "FR")


@pytest.mark.parametrize(
    ("country", "more", "wanted"),
    [
        ("FR", "", []),
        ("US", "time_zone: America/Chicago, ", []),
        ("US", "", ["United States has several time zones"]),
        ("DE", "", ["Each part of Germany has an authority of its own"]),
        ("DE", "region: DE-BE, ", []),
    ],
)
def test_what_a_promise_had_better_say_is_said(country: str, more: str, wanted: list[str]) -> None:
    sentences = warnings(_promise(country, more))
    assert len(sentences) == len(wanted)
    for sentence, words in zip(sentences, wanted, strict=True):
        assert words in sentence
        assert "`organisation:`" in sentence


def test_what_of_a_card_is_no_card_number_is_pointed_out() -> None:
    source = RETAILER.replace("user.financial.card_expiry", "user.financial.credit_card")
    (sentence,) = warnings(load(source, name="p"))
    assert "`card_expiry` is held under user.financial.credit_card" in sentence
    assert not warnings(load(RETAILER, name="p"))


def test_who_we_are_is_said_in_words() -> None:
    rows = dict(declarations(_clinic().organisation))
    assert rows["Established in"] == "California, United States, Ireland and Bayern, Germany"
    assert rows["Lead authority of"] == "Bayern, Germany"
    assert rows["Domicile as an insurer"] == "Ohio, United States"
    assert "HIPAA" in rows["Sectors with duties of their own"]
    assert "Time zone: America/Los_Angeles" in as_text(_clinic())
    assert "Not declared. A day counts as over" in as_text(_promise("US"))
    assert "Not declared. Days end by Europe/Paris" in as_text(_promise())
    assert "Time zone: Europe/London" in as_text(load(RETAILER, name="r"))
