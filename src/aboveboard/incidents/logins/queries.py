"""Reading what a stolen login did: each number opens as the acts that it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aboveboard.accounts import queries as accounts
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines import limits as engine_limits
from aboveboard.engines import logins as engine
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.logins.terms import ActOutcome, LoginKind, StolenLogin
from aboveboard.incidents.models import AffectedList


@dataclass(frozen=True, slots=True)
class ActTally:
    """How often a login did something, about how many people. ``nameless``: of how many of these
    nobody can say any more whose record it was, because that was erased since."""

    outcome: ActOutcome
    acts: int
    people: int
    nameless: int


@dataclass(frozen=True, slots=True)
class LoginView:
    """A stolen login and what it did.

    Attributes:
        name: whose it is, for staff; "" for a customer, and where nobody has that account any more.
        tallies: in the order of :class:`ActOutcome`, those that there were.
        hidden: uses of that time that a law forbids to tell of; they may be of this login.
    """

    kind: LoginKind
    name: str
    since: datetime
    until: datetime
    tallies: tuple[ActTally, ...]
    hidden: int

    @property
    def acts(self) -> int:
        """How many entries of the ledger the login made."""
        return sum(each.acts for each in self.tallies)


@dataclass(frozen=True, slots=True)
class ActRow:
    """One thing that a login did: its entry, and what came of it. ``person_id``: None where it was
    about nobody, or about somebody whom nobody can name any more (``nameless``)."""

    entry_id: int
    at: datetime
    kind: str
    outcome: ActOutcome
    person_id: int | None
    purpose: str
    channel: str
    fields: tuple[str, ...]
    export_id: int | None


def login_of(kept: Mapping[str, Any] | None) -> LoginView | None:
    """Return the login that a list is of, from its row; None where it is of something else."""
    if kept is None:
        return None
    login = StolenLogin.from_json(dict(kept))
    counts = kept["counts"]
    return LoginView(
        login.kind,
        _name(login),
        login.since,
        login.until,
        tuple(ActTally(each, **counts[each.value]) for each in ActOutcome if each.value in counts),
        kept["hidden"],
    )


def login(number: int, list_id: int) -> LoginView:
    """Return a stolen login of an incident.

    Raises:
        NotFound: the incident has no such list, or it was taken back.
    """
    view = login_of(_row(number, list_id).login)
    if view is None:
        raise NotFound(what="stolen login")
    return view


def acts(
    number: int,
    list_id: int,
    outcome: ActOutcome | None = None,
    *,
    after: int = 0,
    limit: int = PAGE_SIZE,
) -> Sequence[ActRow]:
    """Return a page of what a login did, by entry: all, or what had one outcome.

    Raises:
        NotFound: the incident has no such list, or it is of something else.
    """
    row = _row(number, list_id)
    file = folder_of(row.incident) / stated.acts_file(row.file_name)
    if not row.file_name or not file.is_file():
        raise NotFound(what="stolen login")
    wanted = None if outcome is None else outcome.value
    return [_act(each) for each in engine.page(file, outcome=wanted, after=after, limit=limit)]


def every_act(number: int, list_id: int, outcome: ActOutcome | None = None) -> Iterator[ActRow]:
    """Yield all of them, a page at a time.

    Raises:
        NotFound: as :func:`acts`.
    """
    after, limit = 0, engine_limits.ENGINE_BATCH
    while page := acts(number, list_id, outcome, after=after, limit=limit):
        yield from page
        after = page[-1].entry_id


def _row(number: int, list_id: int) -> AffectedList:
    rows = AffectedList.objects.filter(incident__number=number, pk=list_id, withdrawn_at=None)
    row = rows.select_related("incident").first()
    if row is None:
        raise NotFound(what="list of affected people")
    return row


def _act(each: engine.LoginAct) -> ActRow:
    return ActRow(
        each.entry_id,
        clock.from_text(each.moment),
        each.kind,
        ActOutcome(each.outcome),
        each.person_id,
        each.purpose,
        each.channel,
        tuple(each.fields.split()),
        each.export_id,
    )


def _name(login: StolenLogin) -> str:
    if login.kind is LoginKind.STAFF:
        return accounts.names([int(login.account)]).get(int(login.account), "")
    if login.kind is LoginKind.PROGRAM:
        named = {str(each.id): each.name for each in accounts.clients()}
        return named.get(login.account, "")
    return ""
