"""What is decided of columns is written into the file: as it stands where it can be."""

from __future__ import annotations

import pytest

from aboveboard.basics.errors import Invalid
from aboveboard.connectors import registry
from aboveboard.connectors.http.starting import catalogue_entry, declaration_of
from aboveboard.discovery.decisions import (
    CollectionNotDeclared,
    ColumnAnswer,
    ColumnDecision,
    declare_columns,
)
from tests.connectors.declared import BY_HAND

BLOCK = BY_HAND.format(key="desk", name="A desk") + "      # the folder's spine\n      spine: {}\n"
BRACES = (
    "{system: desk, name: 'yes', kind: by_hand, why: Paper., "
    "by_hand: {find: Look., erase: Shred.}, collections: "
    '{folders: {about: "Yours: all", fields: {signature: {category: user.name, others: true}}}}}'
)


def decided(source: str, *decisions: ColumnDecision) -> str:
    declaration = registry.read_declaration(source, name="desk.yaml")
    after = declare_columns(source, decisions, declaration)
    registry.read_declaration(after, name="desk.yaml")
    return after


def personal(path: str, category: str = "user.contact.email") -> ColumnDecision:
    return ColumnDecision("folders", path, ColumnAnswer.PERSONAL, category)


def fields(source: str) -> dict[str, tuple[str, bool]]:
    collection = registry.read_declaration(source, name="x").collections["folders"]
    return {name: (each.category, each.others) for name, each in collection.fields.items()}


def test_a_new_field_is_a_new_line_and_all_else_stays() -> None:
    not_personal = ColumnDecision("folders", "colour", ColumnAnswer.NOT_PERSONAL)
    after = decided(BLOCK, personal("mail"), not_personal)
    added = set(after.splitlines()) - set(BLOCK.splitlines())
    assert added == {"      mail: {category: user.contact.email}", "      colour: {}"}
    assert "# the folder's spine" in after


@pytest.mark.parametrize("path", ["a b", "true", "no", "x: y", "#z", "ü", '"', "{", "1", "a.b"])
def test_odd_names_are_quoted(path: str) -> None:
    for source in (BLOCK, BRACES):
        assert fields(decided(source, personal(path)))[path] == ("user.contact.email", False)


def test_braces_and_changes_are_written_anew_with_the_same_content() -> None:
    after = decided(BRACES, personal("signature", "user.name.last"), personal("mail"))
    assert fields(after) == {
        "signature": ("user.name.last", True),
        "mail": ("user.contact.email", False),
    }
    before = registry.read_declaration(BRACES, name="x")
    declaration = registry.read_declaration(after, name="x")
    assert (declaration.name, declaration.why) == (before.name, before.why) == ("yes", "Paper.")
    assert declaration.collections["folders"].about == "Yours: all"
    taken = decided(after, ColumnDecision("folders", "mail", ColumnAnswer.TAKE_OUT))
    assert list(fields(taken)) == ["signature"]


def test_what_the_catalogue_says_of_a_collection_is_not_lost() -> None:
    source = declaration_of(catalogue_entry("stripe"))
    before = registry.read_declaration(source, name="x").collections["customers"]
    new = ColumnDecision("customers", "metadata.vat", ColumnAnswer.PERSONAL, "user.financial")
    after = registry.read_declaration(decided(source, new), name="x").collections["customers"]
    assert {*before.fields, "metadata.vat"} == set(after.fields)
    assert after.fields["email"].category == before.fields["email"].category


def test_whose_rows_they_are_is_said_first_and_a_category_is_one() -> None:
    with pytest.raises(CollectionNotDeclared):
        decided(BLOCK, ColumnDecision("drawers", "key", ColumnAnswer.NOT_PERSONAL))
    with pytest.raises(Invalid):
        decided(BLOCK, personal("mail", "user.shoe_size"))
