"""The reference names every key of a declaration, and its examples are read as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aboveboard.connectors import registry
from tests.house.source import ROOT, SOURCE

PAGE = (ROOT / "docs" / "reference" / "system-file.md").read_text("utf-8")
READERS = ("declaration.py", "by_hand.py", "sql/settings.py", "files/settings.py")
ASKED = re.compile(
    r"\.(?:text|number|flag|day|secret|words|pairs|parts?|series|data)\(\s*\"([a-z_]+)\""
)


def test_every_key_that_is_asked_for_is_on_the_page() -> None:
    keys = {
        key
        for reader in READERS
        for key in ASKED.findall(Path(SOURCE / "connectors" / reader).read_text("utf-8"))
    }
    assert len(keys) > 40
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.S))
def test_an_example_is_a_declaration(example: str) -> None:
    assert registry.read_declaration(example, name="example.yaml").collections is not None
