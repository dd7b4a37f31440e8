"""Reading from the ledger what a login did, into files: each act, and whom it saw.

The procedure, numbered as in the code:

1. The entries of the login are read once, in order, and written down as acts with their handles.
   A use that is sealed names whoever asked only inside its box, so every one of that time is kept
   until its person is known.
2. Whose a handle is, only the key of its person says (decision 0032): the keys of everybody are
   gone through, page by page, until every handle has its person. This is the only step that costs
   time for each person held, and it ends early.
3. The rest is sets: whose record each act concerned, and whom the login saw, what of theirs.

A use that a law forbids to tell of names nobody in the log (``access.sealed_uses``): it is counted
and stays without a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from aboveboard.access.entries import USES, RequestOpened, UseGranted, UseSealed
from aboveboard.access.sealed_uses import open_entry
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.custody import queries as custody
from aboveboard.engines import logins as engine
from aboveboard.engines.exposure import CERTAIN, ListedPerson
from aboveboard.engines.snapshot import write_rows
from aboveboard.incidents import limits
from aboveboard.incidents.logins.terms import ActOutcome, LoginKind, StolenLogin
from aboveboard.keys import queries as keys
from aboveboard.keys.handles import PersonHandles
from aboveboard.law.categories import all_categories, bitmap
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.queries import LedgerEntry
from aboveboard.promise.queries import last_serial, version

_OPENED: Final = frozenset({UseGranted.kind, "use.emergency", RequestOpened.kind})
"""Entries that name the fields that were opened."""

_OPENED_WHOLE: Final = frozenset(
    {
        "pack.made",
        "pack.opened",
        "pack.mentions-shown",
        "request.document-opened",
        "request.evidence-opened",
    }
)
"""Entries of documents and packs, which may show everything that is held of somebody."""

_NOTHING: Final = frozenset(
    {"decision.asked", "explain.asked", "contactable.asked", "choice.missed", "usage.disclosed"}
)
_ACCESS: Final = frozenset(
    {"client.made", "client.rotated", "signin.link", "staff.added", "second-factor.added"}
)
_EXPORT: Final = "export.made"

_Act = tuple[int, str, str, str, str | None, int | None, int, str, str, str, int | None]


@dataclass(frozen=True, slots=True)
class LoginFiles:
    """What was read of a login: its acts, whom it saw, and the counts of both. ``hidden``: uses of
    that time that name nobody and may be anybody's."""

    acts: Path
    people: Path
    totals: engine.LoginSet
    hidden: int


@dataclass(slots=True)
class _Read:
    """What the first walk through the log leaves for the second step."""

    handles: set[str] = field(default_factory=set)
    sealed: dict[str, list[LedgerEntry]] = field(default_factory=dict)
    exports: set[int] = field(default_factory=set)
    hidden: int = 0


def read_login(login: StolenLogin, folder: Path) -> LoginFiles:
    """Read what a login did into files of a folder that is empty."""
    read = _Read()
    acts, owners = folder / "read.parquet", folder / "owners.parquet"
    opened: list[_Act] = []
    write_rows(_entries(login, read), acts, engine.ACTS)  # 1
    write_rows(_owners(login, read, opened), owners, engine.OWNERS)  # 2
    unsealed = folder / "unsealed.parquet"
    write_rows(opened, unsealed, engine.ACTS)
    named, people = folder / "acts.parquet", folder / "people.parquet"
    engine.name_owners([acts, unsealed], owners, named)  # 3
    totals = engine.write_people(named, _exported(read), people)
    return LoginFiles(named, people, totals, read.hidden)


def _entries(login: StolenLogin, read: _Read) -> Iterator[_Act]:
    for entry in _entries_of(login):
        if entry.handle is not None:
            read.handles.add(entry.handle)
        if entry.kind == _EXPORT:
            read.exports.add(int(str(entry.facts["export"])))
        yield _act(entry)
    if login.kind is LoginKind.CUSTOMER:  # one's own uses are never sealed
        return
    for entry in ledger.sealed_between(login.since, login.ends):
        if entry.handle is None:
            read.hidden += 1
        else:
            read.sealed.setdefault(entry.handle, []).append(entry)


def _entries_of(login: StolenLogin) -> Iterator[LedgerEntry]:
    if login.kind is not LoginKind.CUSTOMER:
        kind = ActorKind(login.kind.value)
        yield from ledger.entries_by(kind, login.account, since=login.since, until=login.ends)
        return
    person = keys.person_handles(login.person_id or 0)
    for entry in ledger.entries_about(list(person.all())):
        # Of a customer no entry says which account it was: they are whom it is about.
        if entry.actor.kind is ActorKind.PERSON and login.since <= entry.at < login.ends:
            yield entry


def _owners(
    login: StolenLogin, read: _Read, opened: list[_Act]
) -> Iterator[tuple[str | None, int | None]]:
    """Yield whose each handle is, and put what was sealed of this login into ``opened``."""
    left = read.handles | read.sealed.keys()
    for person_id, person in _holders(left):
        for handle in person.count_used(left)[0]:
            left.discard(handle)
            yield handle, person_id
            opened += _unsealed(login, person_id, person, read.sealed.get(handle, ()))


def _holders(left: set[str]) -> Iterator[tuple[int, PersonHandles]]:
    people = keys.people_with_keys()
    page = list(people[: limits.LOGIN_PAGE]) if left else []
    while page and left:
        yield from keys.handles(page).items()
        page = list(people.filter(person_id__gt=page[-1])[: limits.LOGIN_PAGE])


def _unsealed(
    login: StolenLogin, person_id: int, person: PersonHandles, sealed: Sequence[LedgerEntry]
) -> Iterator[_Act]:
    for entry in sealed:
        inner = open_entry(person, entry)
        if inner is not None and _is_by(inner.entry.actor, login):
            number, at, _, outcome, _, _, bits, *_ = _act(inner.entry)
            # What it was for stays sealed; what was seen of whom does not: they must be told.
            yield number, at, UseSealed.kind, outcome, None, person_id, bits, "", "", "", None


def _is_by(actor: Actor, login: StolenLogin) -> bool:
    return actor.kind.value == login.kind.value and actor.id == login.account


def _act(entry: LedgerEntry) -> _Act:
    facts = entry.facts
    names = facts.get("fields")
    fields = tuple(str(name) for name in names) if isinstance(names, list) else ()
    outcome = _outcome(entry.kind)
    promise = facts.get("promise")
    bits = 0
    if outcome is ActOutcome.OPENED:
        serial = promise if isinstance(promise, int) else last_serial()
        bits = _EVERYTHING if entry.kind in _OPENED_WHOLE else _categories(serial, fields)
    export = facts.get("export")
    return (
        entry.id,
        clock.to_text(entry.at),
        entry.kind,
        outcome.value,
        entry.handle,
        None,
        bits,
        str(facts.get("purpose", "")),
        str(facts.get("channel", "")),
        " ".join(fields),
        export if isinstance(export, int) else None,
    )


def _outcome(kind: str) -> ActOutcome:
    if kind in _OPENED or kind in _OPENED_WHOLE:
        return ActOutcome.OPENED
    if kind in USES:  # granted and in an emergency are above
        return ActOutcome.REFUSED
    if kind == _EXPORT:
        return ActOutcome.EXPORTED
    if kind in _NOTHING:
        return ActOutcome.NOTHING
    return ActOutcome.ACCESS if kind in _ACCESS else ActOutcome.CHANGED


_EVERYTHING: Final = bitmap(all_categories())


@cache
def _categories(serial: int | None, fields: tuple[str, ...]) -> int:
    """Return the categories that fields had when they were opened."""
    held = version(serial).promise.fields if serial is not None else {}
    # A field that this version does not have is taken for everything (design, invariant 12).
    if not set(fields) <= set(held):
        return _EVERYTHING
    return bitmap(held[name].category for name in fields)


def _exported(read: _Read) -> Iterator[ListedPerson]:
    """Yield everyone in the files that it made, each readable to whoever made them."""
    if read.exports:
        for person_id, categories, _ in custody.manifest(read.exports):
            yield person_id, categories, 0, CERTAIN
