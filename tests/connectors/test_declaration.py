"""A declaration is read whole or refused whole, each problem with its line and how to mend it; and
no secret may stand in it."""

from __future__ import annotations

import pytest

from aboveboard.connectors import registry
from aboveboard.connectors.contract import Verb
from aboveboard.connectors.declaration import DeclarationRefused
from tests.connectors.declared import BY_HAND

TEXT = BY_HAND.format(key="cabinet", name="The cabinet")


def problems(text: str | bytes) -> list[tuple[int, str, str, str]]:
    """Return what is wrong: line, code, message and fix."""
    with pytest.raises(DeclarationRefused) as refused:
        registry.read_declaration(text, name="cabinet.yaml")
    assert str(refused.value.problems[0]) in str(refused.value)
    return [(each.line, each.code, each.message, each.fix) for each in refused.value.problems]


def test_a_sound_one_says_what_the_system_is() -> None:
    declaration = registry.read_declaration(TEXT, name="cabinet.yaml")
    assert (declaration.key, declaration.kind, declaration.owner) == (
        "cabinet",
        "by_hand",
        "Archive",
    )
    folders = declaration.collections["folders"]
    assert folders.about == "Your signed contracts"
    assert folders.others == {"witness"}
    assert folders.fields["signature"].category == "user.name"
    assert declaration.by_hand[Verb.ERASE].startswith("Shred")


def test_everything_wrong_is_said_at_once_with_line_and_fix() -> None:
    wrong = (
        TEXT.replace("system: cabinet", "system: The Cabinet")
        .replace("owner:", "ownr:")
        .replace("user.name, about", "user.nam, about")
        .replace("others: true", "others: yes")
        .replace("  erase: Shred the folder, and say here what was kept.\n", "")
    )
    assert [(line, code) for line, code, _, _ in problems(wrong)] == [
        (1, "wrong_value"),
        (6, "unknown_key"),
        (9, "missing"),
        (15, "wrong_value"),
        (16, "wrong_value"),
    ]
    fixes = [fix for _, _, _, fix in problems(wrong)]
    assert fixes[1] == "Did you mean `owner`?"
    assert fixes[3] == "Did you mean `user.name`?"
    assert "`true` or `false`" in fixes[4]


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("owner: postgresql://app:hunter2secret@db/shop", "hunter2secret"),
        ("owner: AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("owner: password=hunter2secret", "hunter2secret"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(line: str, secret: str) -> None:
    with pytest.raises(DeclarationRefused) as refused:
        registry.read_declaration(TEXT.replace("owner: Archive", line), name="cabinet.yaml")
    assert refused.value.problems[0].code == "secret_in_file"
    assert secret not in f"{refused.value} {refused.value.problems}"


def test_nothing_in_a_file_is_run_followed_or_read_without_bound() -> None:
    assert problems("owner: !!python/object/apply:os.system [id]")[0][1] == "tag"
    assert problems("a: &x [1]\nb: *x")[0][1] == "anchor"
    assert problems(b"a: \xff")[0][1] == "not_text"
    assert problems("a" * 300_000)[0][1] == "too_large"
    assert problems("")[0][1] == "empty"
    assert problems("[1, 2]")[0][1] != ""
    assert problems("kind: python")[0][1] in ("missing", "wrong_value")
