"""What a login did, as sets: whose record each of its acts concerned, and whom it saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines.duck import atomic_path, engine, statement
from aboveboard.engines.exposure import MANIFEST, ListedPerson
from aboveboard.engines.snapshot import write_rows

ACTS: Final = {
    "entry_id": "BIGINT",
    "moment": "VARCHAR",
    "kind": "VARCHAR",
    "outcome": "VARCHAR",
    "handle": "VARCHAR",
    "person_id": "BIGINT",
    "categories": "BIGINT",
    "purpose": "VARCHAR",
    "channel": "VARCHAR",
    "fields": "VARCHAR",
    "export_id": "BIGINT",
}
"""The columns of the acts as the ledger has them; ``person_id`` only where it is known already."""

OWNERS: Final = {"handle": "VARCHAR", "person_id": "BIGINT"}
"""The columns of whose each handle is."""


@dataclass(frozen=True, slots=True)
class LoginAct:
    """One entry of the ledger about what a login did (``FORMAT.md``, acts)."""

    entry_id: int
    moment: str
    kind: str
    outcome: str
    person_id: int | None
    categories: int
    purpose: str
    channel: str
    fields: str
    export_id: int | None


@dataclass(frozen=True, slots=True)
class ActCount:
    """How often a login did something, about how many people, and how often nobody can say any more
    whose record it was."""

    acts: int
    people: int
    nameless: int


@dataclass(frozen=True, slots=True)
class LoginSet:
    """What was found: counts by outcome, the people who were seen, and all of theirs that was."""

    counts: dict[str, ActCount]
    people: int
    categories: int


def name_owners(acts: Sequence[Path], owners: Path, out: Path) -> None:
    """Write the acts to ``out``, each with whose record it concerned: whoever it names,
    or whoever its handle is of."""
    with engine() as duck, atomic_path(out) as part:
        places = {"acts": [str(path) for path in acts], "owners": str(owners)}
        duck.sql(statement("login_acts"), params=places).write_parquet(str(part))


def write_people(acts: Path, exported: Iterable[ListedPerson], out: Path) -> LoginSet:
    """Write whom a login saw to ``out``, as a file of listed people. ``acts``: as
    :func:`name_owners` wrote them; ``exported``: everyone in the files that it made."""
    files = out.with_name(out.name + ".exported.parquet")
    try:
        write_rows(exported, files, MANIFEST)
        with engine() as duck:
            places = {"acts": str(acts), "exported": str(files)}
            with atomic_path(out) as part:
                duck.sql(statement("login_people"), params=places).write_parquet(str(part))
            rows = duck.execute(statement("login_counts"), {"acts": str(acts)}).fetchall()
            total = duck.execute(statement("listed_total"), {"people": str(out)}).fetchall()
    finally:
        files.unlink(missing_ok=True)
    [(people, categories)] = total
    return LoginSet({outcome: ActCount(*counts) for outcome, *counts in rows}, people, categories)


def page(
    acts: Path, *, outcome: str | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[LoginAct]:
    """Return up to ``limit`` acts after the entry ``after``, all or those of one outcome."""
    wanted = {"acts": str(acts), "outcome": outcome, "after": after, "limit": limit}
    with engine() as duck:
        return [LoginAct(*row) for row in duck.execute(statement("login_page"), wanted).fetchall()]
