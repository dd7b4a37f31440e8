"""Which tests a run is about, and in what order they begin.

On PostgreSQL those are run that touch a database, except where it cannot matter:

- Pages (``console``, ``portal``, ``centre``) ask the database nothing themselves: they call queries
  and actions of the packages below, whose own tests are run on both. ``tests/house/test_layers.py``
  holds them to it, and ``tests/story/test_every_door.py`` opens every page on PostgreSQL too,
  before a release.
- A module or test marked ``one_database`` says of itself why it brings nothing on a second one.

A test of pages that does depend on the database is marked ``database``. Storage, actions, queries,
migrations, concurrency, crashes and recovery are always run on both; whole ways through them are
run on PostgreSQL by ``make release``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

PAGES = ("tests/console/", "tests/portal/", "tests/centre/")
HOUSE = "tests/house/"
PURE = tuple(f"tests/{name}" for name in ("basics", "engines", "fuzz", "kinds", "law"))
"""Folders without a test that touches a database: to collect them takes as long as hundreds of
tests."""
BEFORE_A_RELEASE = (
    "tests/commands/test_count_beside_a_worker.py",
    "tests/delivery/test_killed.py",
    "tests/documents/test_guides.py",
    "tests/group/test_two_instances.py",
    "tests/model/",
    "tests/oldest/test_upgrading.py",
    "tests/peers/test_fides.py",
    "tests/recovery/test_everything_once.py",
)
"""What takes a third of the time and seldom finds what nothing else does: guides typed as they
say, lives of a whole instance, an upgrade at every moment, several instances at once, what a peer
got wrong. ``make release`` runs them on both databases."""
ON_POSTGRES_BEFORE_A_RELEASE = (
    "tests/accounts/test_code_tries.py",
    "tests/api/test_fuzz.py",
    "tests/api/test_misses.py",
    "tests/commands/test_incident.py",
    "tests/connectors/test_sakila_requests.py",
    "tests/console/",
    "tests/incidents/notices/test_changes.py",
    "tests/incidents/notices/test_not_approved.py",
    "tests/incidents/test_counted_again.py",
    "tests/incidents/test_evidence.py",
    "tests/incidents/test_law_questions.py",
    "tests/incidents/test_settling.py",
    "tests/incidents/test_story.py",
    "tests/incidents/test_veris.py",
    "tests/peers/",
    "tests/recovery/test_an_upgrade_between.py",
    "tests/recovery/test_rows_are_not_believed.py",
    "tests/rights/test_pack_making.py",
    "tests/rights/test_preparing.py",
    "tests/story/test_every_door.py",
    "tests/story/test_numbers_in_addresses.py",
    "tests/story/test_story.py",
    "tests/trials/test_leaks.py",
)
"""Whole ways through what each package asks of both databases by itself: every change runs them on
SQLite, and ``make release`` on PostgreSQL too."""
NOT_FOR_EVERY_SAVE = (
    "tests/connectors/test_catalogue.py",
    "tests/connectors/test_files_elsewhere.py",
    "tests/connectors/test_imap.py",
    "tests/connectors/test_sakila.py",
    "tests/connectors/test_sql.py",
    "tests/delivery/test_tls.py",
    "tests/fuzz/",
    "tests/house/test_mutants.py",
    "tests/house/test_one_address_rule.py",
    "tests/incidents/leaks/test_sharing.py",
    "tests/intake/test_shared_people.py",
    "tests/kinds/test_phones.py",
    "tests/law/test_reach.py",
    "tests/law/test_us_",
    "tests/peers/",
    "tests/promise/test_command.py",
    "tests/site/test_https.py",
)
"""What ``make quick`` leaves out beside tests marked ``slow``: what starts other programs, tries
many things, or tells the stories of more than fifty laws."""
_LONG = ("crash", "browser", "slow")
_OF_THE_MODULE = re.compile(r"^pytestmark = (?:\[.*?\]|[^\n\[]+)$", re.MULTILINE | re.DOTALL)
TESTS = Path(__file__).parent


class Files(LoadFileScheduling):
    """Hands whole files to the processes, and the house's rules to one of them: each that had
    some would parse the whole project."""

    def _split_scope(self, nodeid: str) -> str:
        return HOUSE if nodeid.startswith(HOUSE) else super()._split_scope(nodeid)


def keep(
    config: pytest.Config, items: list[pytest.Item], kept: Callable[[pytest.Item], bool]
) -> None:
    """Leave out every other test, and say how many that were."""
    config.hook.pytest_deselected(items=[item for item in items if not kept(item)])
    items[:] = [item for item in items if kept(item)]


def long_files_first(items: list[pytest.Item]) -> None:
    """Put the files first that take long: tests beside each other are handed out by the file, and
    the last ones should be short. Within a file, and among its like, the order stays."""
    rank: dict[str, int] = {}
    for item in items:
        marks = [number for number, name in enumerate(_LONG) if item.get_closest_marker(name)]
        file = _file(item)
        rank[file] = min([*marks, rank.get(file, len(_LONG))])
    # The house's rules are one piece for one process: begun last, the others would wait for it.
    items.sort(key=lambda item: (not _file(item).startswith(HOUSE), rank[_file(item)]))


def passed_over(path: Path, *, on_postgres: bool, quick: bool, released: bool) -> bool:
    """Whether a file or folder has nothing for this run, as is seen without importing it: to import
    all of them takes each process as long as hundreds of tests. What only its tests can say is
    left to :func:`differs_by_database`. ``released``: what waits for a release is run too."""
    place = path.relative_to(TESTS.parent).as_posix()
    if path.is_dir():
        return on_postgres and f"{place}/" in (HOUSE, *(f"{folder}/" for folder in PURE))
    if not path.name.startswith("test_"):
        return False
    if quick and (place.startswith(NOT_FOR_EVERY_SAVE) or "django_db" in _marks_of(path)):
        return True
    if not on_postgres:
        return False
    if not released and place.startswith(ON_POSTGRES_BEFORE_A_RELEASE):
        return True
    paged = place.startswith(PAGES) and "mark.database" not in path.read_text("utf-8")
    return paged or "one_database" in _marks_of(path)


@cache
def _marks_of(path: Path) -> str:
    """Return how a file marks all of its tests, as it is written."""
    marks = _OF_THE_MODULE.search(path.read_text("utf-8"))
    return marks[0] if marks else ""


def mark_what_waits_for_a_release(items: list[pytest.Item], *, on_postgres: bool) -> None:
    """Mark what ``make test`` and ``make crash`` leave to ``make release``."""
    waiting = BEFORE_A_RELEASE + (ON_POSTGRES_BEFORE_A_RELEASE if on_postgres else ())
    for item in items:
        if _file(item).startswith(waiting):
            item.add_marker("release")


def takes_long(item: pytest.Item) -> bool:
    """Whether it is not for ``make quick``."""
    # Whoever runs the command line, or a server of ours, starts other processes.
    if {"aboveboard", "forking", "new_instance"}.intersection(getattr(item, "fixturenames", ())):
        return True
    if hasattr(getattr(item, "module", None), "served") or _file(item).startswith(
        NOT_FOR_EVERY_SAVE
    ):
        return True
    return any(item.get_closest_marker(name) for name in _LONG)


def touches_database(item: pytest.Item) -> bool:
    """Whether it has a database, or an instance of its own."""
    fixtures = {"db", "transactional_db", "live_server"}.intersection(
        getattr(item, "fixturenames", ())
    )
    return bool(
        fixtures or item.get_closest_marker("django_db") or item.get_closest_marker("database")
    )


def differs_by_database(item: pytest.Item) -> bool:
    """Whether it is run on each database."""
    if item.get_closest_marker("one_database"):
        return False
    if item.get_closest_marker("database"):
        return True
    if _file(item).startswith(PAGES):
        return False
    return touches_database(item)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
