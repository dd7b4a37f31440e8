"""The parts of the core, and the tests of each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from scripts.mutants.sites import ROOT, Site, sites

PACKAGES = Path("src/aboveboard")


@dataclass(frozen=True)
class Area:
    """A part of the core, and the tests that must notice when it is spoiled: those of the package,
    and of the seams where another package asks it to keep a promise."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "access": Area(("access",), ("tests/access",)),
    "accounts": Area(
        ("accounts",),
        (
            "tests/accounts",
            "tests/api/test_repeats.py",
            "tests/api/test_tokens.py",
            "tests/recovery/test_sign_ins_are_not_believed.py",
        ),
    ),
    "choices": Area(("choices",), ("tests/choices",)),
    "counting": Area(("incidents/exposure", "engines"), ("tests/incidents", "tests/engines")),
    "keys": Area(
        ("keys",),
        (
            "tests/keys",
            "tests/commands/test_keys.py",
            "tests/ledger/test_rotation.py",
            "tests/recovery/test_rows_are_not_believed.py",
        ),
    ),
    "law": Area(("law",), ("tests/law", "tests/incidents/assessment")),
    "ledger": Area(("ledger",), ("tests/ledger",)),
    "vault": Area(
        ("vault",),
        ("tests/vault", "tests/identity", "tests/intake", "tests/retention", "tests/rights"),
    ),
}
# What only declares: a spoiled limit or model field is for the house tests and migrations.
DECLARATIONS = ("__init__.py", "apps.py", "models.py", "limits.py", "urls.py")


def files_of(area: Area) -> list[Path]:
    """Return the files of an area that are more than declarations."""
    found = {
        file.relative_to(ROOT)
        for folder in area.files
        for file in (ROOT / PACKAGES / folder).rglob("*.py")
        if file.name not in DECLARATIONS and "migrations" not in file.parts
    }
    return sorted(found)


def drawn(area: Area, count: int, chance: random.Random) -> list[Site]:
    """Return so many sites of an area, drawn at random."""
    places = [site for file in files_of(area) for site in sites(file)]
    return chance.sample(places, min(count, len(places)))
