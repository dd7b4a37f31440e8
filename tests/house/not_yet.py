"""The lists of what does not follow a house rule yet, in ``not_yet.yaml``.

They may only shrink: what breaks a rule and is not listed fails the rule's test, and so does a row
that no longer applies.

    python -m tests.house.not_yet            (takes out the rows that no longer apply)
    python -m tests.house.not_yet SECTION    (writes a section as it is now: for a new rule only)
"""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import yaml

FILE: Final = Path(__file__).with_name("not_yet.yaml")
RULES: Final = {
    "errors_without_family": "test_errors",
    "packages_without_public": "test_imports",
    "patched_private_names": "test_tests",
    "private_imports": "test_imports",
    "retired_words": "test_vocabulary",
    "short_files": "test_shape",
    "tables_without_owner": "test_packages",
    "third_level_folders": "test_shape",
    "undeclared_entries": "test_packages",
    "undeclared_jobs": "test_packages",
    "unrepeated_entries": "test_packages",
    "untyped_entries": "test_packages",
    "vague_names": "test_vocabulary",
}
_HEAD: Final = """\
# What does not follow a house rule yet. Rows are only taken out: python -m tests.house.not_yet
"""


def listed(section: str) -> set[str]:
    """Return the rows of a section."""
    return set((yaml.safe_load(FILE.read_text("utf-8")) or {}).get(section) or ())


def check(section: str, breaking: Iterable[str], rule: str) -> None:
    """Fail unless exactly what is listed breaks the rule."""
    now, rows = set(breaking), listed(section)
    fresh, stale = sorted(now - rows), sorted(rows - now)
    assert not fresh, f"{rule}\n" + "\n".join(fresh)
    assert not stale, (
        f"no longer so, remove from {FILE.name}, section {section} "
        "(python -m tests.house.not_yet):\n" + "\n".join(stale)
    )


def _breaking(section: str) -> set[str]:
    rules = importlib.import_module(f"tests.house.{RULES[section]}")
    find: Callable[[], Iterable[str]] = getattr(rules, section)
    return set(find())


def _write(sections: dict[str, set[str]]) -> None:
    lines = [_HEAD]
    for section, rows in sorted(sections.items()):
        lines.append(f"{section}:" if rows else f"{section}: []")
        lines += [f"- '{row}'" for row in sorted(rows)]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")


def main(renewed: Iterable[str]) -> None:
    """Take out what no longer applies; write the sections ``renewed`` as they are now."""
    from tests import conftest

    try:
        _write(
            {
                section: _breaking(section)
                if section in renewed
                else listed(section) & _breaking(section)
                for section in RULES
            }
        )
    finally:
        shutil.rmtree(conftest.HOME, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
