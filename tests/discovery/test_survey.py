"""A look at a system, beside what its declaration says that somebody decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from aboveboard.connectors import registry
from aboveboard.connectors.by_hand import ByHandConnector
from aboveboard.connectors.contract import FieldSeen, SystemUnavailable
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.discovery.columns import ColumnProposal
from aboveboard.discovery.decisions import ColumnAnswer, ColumnDecision, declare_columns
from aboveboard.discovery.survey import (
    ColumnState,
    SystemScan,
    SystemSurvey,
    compare_with_declaration,
    declaration_of,
    survey_system,
)
from tests.connectors.declared import BY_HAND
from tests.discovery.test_columns import MAIL, column

DECLARED = registry.read_declaration(BY_HAND.format(key="desk", name="A desk"), name="desk.yaml")


@dataclass(frozen=True, slots=True)
class Described(ByHandConnector):
    """A system that has the columns it is given."""

    columns: tuple[FieldSeen, ...] = ()
    down: bool = False

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        if self.down:
            raise SystemUnavailable(system=self.key)
        yield from self.columns


def declared(fields: str) -> SystemDeclaration:
    """Return the desk's declaration with other columns, written as the file would be."""
    text = BY_HAND.format(key="desk", name="A desk")
    written = yaml.safe_load(text)
    written["collections"] = {"customer": {"about": "You", "fields": yaml.safe_load(fields)}}
    return registry.read_declaration(yaml.safe_dump(written, sort_keys=False), name="desk.yaml")


def states(declaration: SystemDeclaration, *columns: FieldSeen) -> dict[str, str]:
    seen = survey_system(Described(declaration, columns), declaration)
    return {finding.path: finding.state.value for finding in seen.findings}


COLUMNS = (
    column("customer", "email", *MAIL),
    column("customer", "gender"),
    column("customer", "city"),
    column("customer", "colour", "red", "blue"),
)


def test_what_nobody_has_decided_is_new_and_waits_for_the_owner() -> None:
    declaration = declared("{email: {category: user.contact.email}}")
    seen = survey_system(Described(declaration, COLUMNS), declaration)
    assert [each.path for each in seen.undecided] == ["gender", "city"]
    assert seen.owner == declaration.owner


def test_the_declaration_decides_what_is_confirmed_rejected_changed_and_gone() -> None:
    declaration = declared(
        "{email: {category: user.name}, gender: {}, city: {category: user.contact.address},"
        " colour: {category: user.health}, fax: {category: user.contact.phone_number}}"
    )
    assert states(declaration, *COLUMNS) == {
        "email": ColumnState.CHANGED.value,
        "gender": ColumnState.REJECTED.value,
        "city": ColumnState.CONFIRMED.value,
        "colour": ColumnState.CONFIRMED.value,
        "fax": ColumnState.GONE.value,
    }


def test_what_is_rejected_is_not_held_without_a_purpose() -> None:
    declaration = declared("{gender: {}}")
    seen = survey_system(Described(declaration, COLUMNS), declaration)
    assert "gender" not in [proposal.path for proposal in seen.proposals]


def test_what_was_confirmed_as_it_was_proposed_is_decided() -> None:
    before = survey_system(Described(declared("{}"), COLUMNS), declared("{}"))
    fields = declaration_of(before)["customer"]["fields"]
    after = declared(yaml.safe_dump(fields))
    assert survey_system(Described(after, COLUMNS), after).undecided == ()


def test_a_system_that_is_down_is_a_row_with_its_reason() -> None:
    seen = survey_system(replace(Described(DECLARED), down=True), DECLARED)
    assert isinstance(seen, SystemSurvey)
    assert "cannot be reached" in seen.problem
    assert seen.findings == ()


def test_what_stays_as_declared_is_asked_about_once() -> None:
    declaration = registry.read_declaration(MISMATCH, name="desk.yaml")
    proposal = ColumnProposal("letters", "mail", "user.contact.email", 0.9, ())
    scan = SystemScan("desk", frozenset({("letters", "mail")}), (proposal,))
    (finding,) = compare_with_declaration(scan, declaration).findings
    assert finding.state is ColumnState.CHANGED
    keep = ColumnDecision("letters", "mail", ColumnAnswer.KEEP, "user.contact.email")
    kept = registry.read_declaration(
        declare_columns(MISMATCH, [keep], declaration), name="desk.yaml"
    )
    assert kept.collections["letters"].fields["mail"].category == "user.name"
    (finding,) = compare_with_declaration(scan, kept).findings
    assert finding.state is ColumnState.CONFIRMED
    other = replace(proposal, category="user.financial")
    again = SystemScan("desk", scan.seen, (other,))
    (finding,) = compare_with_declaration(again, kept).findings
    assert finding.state is ColumnState.CHANGED, "it looks like something else now"


MISMATCH = """
system: desk
name: Help desk
kind: by_hand
why: Letters.
by_hand: {find: Look., erase: Shred.}
collections:
  letters:
    fields:
      mail: {category: user.name}
"""
