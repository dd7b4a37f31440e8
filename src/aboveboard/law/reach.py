"""Whom a rule binds: whether it is ours, by role, sector and place, and whose data it is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from aboveboard.law.rules import authorities, catalogue
from aboveboard.law.rules.entries import Binding, DutyRule
from aboveboard.law.terms import AffectedGroup, OrgProfile

EU: Final = "EU"


def places_concerned(
    groups: Sequence[AffectedGroup], profile: OrgProfile, day: date
) -> frozenset[str]:
    """Return the codes of the places where people live and where we are, with the country of each
    part and the EU of each country in the EEA."""
    codes = {group.jurisdiction for group in groups} | {*profile.established_in, profile.domicile}
    # "US-CA" is bound by the law of "US" too, and a country of the EEA by that of the EU.
    codes |= {code.split("-")[0] for code in codes}
    if any(authorities.in_eea(code, on=day) for code in codes):
        codes.add(EU)
    return frozenset(codes)


def rules_for(groups: Sequence[AffectedGroup], profile: OrgProfile, day: date) -> list[DutyRule]:
    """Return the entries of the places concerned, and of those whose law follows our sectors
    wherever we are; by place."""
    codes = places_concerned(groups, profile, day)
    codes |= catalogue.places_that_bind(profile.sectors)
    return [rule for code in sorted(codes) for rule in catalogue.rules_of(code)]


def applies_to_us(rule: DutyRule, profile: OrgProfile, day: date) -> bool:
    """Say whether a rule binds organisations such as ours (step 1 of :mod:`duties`)."""
    if rule.role not in profile.roles or (rule.sectors and not rule.sectors & profile.sectors):
        return False
    if rule.not_domiciled and profile.domicile == rule.jurisdiction:
        return False
    if rule.binds is Binding.DOMICILED and profile.domicile != rule.jurisdiction:
        return False
    if rule.binds is Binding.ESTABLISHED and not _is_established(rule, profile, day):
        return False
    return _fits_public_body(rule, profile, day)


def _fits_public_body(rule: DutyRule, profile: OrgProfile, day: date) -> bool:
    if not profile.public_body:
        return not rule.public_body
    if rule.private_only:
        return False
    if rule.except_public_bodies_of_parts and all("-" in code for code in profile.established_in):
        return False
    # The law for the agencies of a place binds its own, and none of elsewhere that holds data of
    # people there. Which part of its country one belongs to may not have been said.
    return (
        not rule.public_body
        or _is_established(rule, profile, day)
        or (
            rule.binds is Binding.RESIDENTS
            and rule.jurisdiction.split("-")[0] in profile.established_in
        )
    )


def _is_established(rule: DutyRule, profile: OrgProfile, day: date) -> bool:
    return any(lives_under(code, rule.jurisdiction, day) for code in profile.established_in)


def replaced_by(rule: DutyRule, profile: OrgProfile, day: date) -> frozenset[str]:
    """Return our sectors whose own law stands in the place of this rule; none where it binds us.

    It does so only for whoever is established there: that law binds nobody else.
    """
    if not _is_established(rule, profile, day):
        return frozenset()
    return rule.except_sectors & profile.sectors


def bound_for(rule: DutyRule, groups: Sequence[AffectedGroup], day: date) -> list[AffectedGroup]:
    """Return the groups for whom the rule binds us: those who live there, or everybody where the
    rule binds us by what we are or where."""
    if rule.binds is not Binding.RESIDENTS:
        return list(groups)
    return [group for group in groups if lives_under(group.jurisdiction, rule.jurisdiction, day)]


def lives_under(jurisdiction: str, place: str, day: date) -> bool:
    """Say whether the law of ``place`` is that of ``jurisdiction`` too (both ISO 3166)."""
    if place == EU:
        return authorities.in_eea(jurisdiction, on=day)
    # With the hyphen: "US-CA" is within "US", and no code is within one that it only begins like.
    return jurisdiction == place or jurisdiction.startswith(place + "-")


def reached(place: str, rules: Collection[DutyRule], day: date) -> bool:
    """Say whether a rule that is not only for a sector binds for the people of ``place``."""
    return any(_reaches(rule, place, day) for rule in rules if not rule.sectors)


def _reaches(rule: DutyRule, place: str, day: date) -> bool:
    # A public body of a part of a country tells everybody in the country by its own law. A report
    # of a cyber incident to its government is nothing to them.
    own_law = (
        rule.public_body
        and rule.binds is Binding.ESTABLISHED
        and rule.recipient_type == "individuals"
    )
    within = rule.jurisdiction.split("-")[0] if own_law else rule.jurisdiction
    return lives_under(place, within, day)
