"""A small world for tests: the sample promise in force, and made-up customers in the vault."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.commands.demo.people import people, write
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.keys.entries_about import entries_about
from aboveboard.keys.queries import person_handles
from aboveboard.ledger.queries import LedgerEntry
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault

SRC = Path(__file__).parents[1] / "src" / "aboveboard"
PROMISE_FILE = SRC / "promise" / "samples" / "retailer.yaml"
MAPPING_FILE = SRC / "intake" / "samples" / "adventureworks.yaml"

# A number that no account of a test reaches: who answers a concern must not be who is questioned.
ADVISER = Actor(ActorKind.STAFF, "900007", Role.ADVISER, "Leeds shop")
HOLDER = 900_008
"""The account that holds a device of which nothing more is asked; no account of a test has it."""
OFFERS = Actor(ActorKind.SERVICE, "3", "offers-service", "Marketing")


def adopt() -> AdoptedPromise:
    """Put the sample promise in force, a year ago, so that uses may lie in the past."""
    return adopt_promise(
        PROMISE_FILE.read_text("utf-8"),
        name=PROMISE_FILE.name,
        by=SYSTEM,
        at=clock.now() - timedelta(days=365),
    )


@cache
def _file(count: int, seed: int) -> Path:
    # Beside the tests' instance, and so removed with it.
    path = settings.current().home.parent / f"customers-{count}-{seed}.csv"
    write(path, count, seed=seed)
    return path


def handle(person_id: int) -> str:
    """Return the handle of the first entry about a person: it stays the same as long as their
    entries are found."""
    return person_handles(person_id).secret.handle(0)


def handles(person_id: int) -> list[str]:
    """Return the handles of the entries about a person, in the order of their numbers."""
    secret = person_handles(person_id).secret
    return [secret.handle(number) for number in range(secret.count)]


def entries(person_id: int, *kinds: str) -> list[LedgerEntry]:
    """Return the entries about a person, newest first."""
    return entries_about(person_id, kinds=kinds or None, limit=1_000)


def load(count: int, *, seed: int = 2026) -> list[tuple[int, dict[str, str]]]:
    """Adopt the sample promise, load made-up people, and return each one's id and row; those who
    were erased are left out."""
    adopted = adopt()
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    mapping = mappings.load(MAPPING_FILE.read_text("utf-8"), name=MAPPING_FILE.name)
    loading.load(
        loading.ImportSource(_file(count, seed), mapping, kinds, adopted.serial),
        by=SYSTEM,
        at=clock.now(),
    )
    return [
        (person_id, row)
        for row in people(count, seed=seed)
        for person_id in vault.find("customer_number", row["customer_id"])
    ]
