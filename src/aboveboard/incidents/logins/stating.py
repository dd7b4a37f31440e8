"""Adding whom a stolen login saw to an incident."""

from __future__ import annotations

from datetime import datetime

from aboveboard.accounts import queries as accounts
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import AffectedStated
from aboveboard.incidents.exposure.folders import working_folder
from aboveboard.incidents.logins.reading import LoginFiles, read_login
from aboveboard.incidents.logins.terms import LoginKind, StolenLogin
from aboveboard.incidents.models import AffectedList
from aboveboard.incidents.sources.recording import (
    FoundSource,
    check_takes_sources,
    in_people,
    record_source,
)
from aboveboard.incidents.terms import Certainty, SourceWay
from aboveboard.vault import queries as vault


def add_login(number: int, login: StolenLogin, *, by: Actor, at: datetime) -> AffectedList:
    """Add whoever a stolen login saw, and what of theirs, from the ledger; what it was refused is
    listed and does not count. The count follows as a job. It may be taken back as any list
    (:func:`aboveboard.incidents.affected.withdraw_list`).

    Raises:
        NotFound: there is no such incident, account, program or customer.
        Conflict: the incident is counted from a device or a file.
        Invalid: the time of the login is none.
    """
    login.check(at)
    check_takes_sources(lifecycle.find(number))
    _check_account(login)
    with working_folder() as scratch:
        # Before the incident is held: it may take minutes.
        files = read_login(login, scratch)
        people = files.totals.people
        source = FoundSource(
            SourceWay.LOGIN,
            people,
            files.totals.categories,
            0,
            Certainty.CERTAIN,
            {"acts": files.acts, "people": files.people},
            {},
            f"Affected: {in_people(people)} whose data a stolen login saw, by the ledger.",
            login=_facts(login, files),
            fact=AffectedStated(listed=people, login=Code(login.kind.value)),
        )
        return record_source(number, source, by=by, at=at)


def _facts(login: StolenLogin, files: LoginFiles) -> dict[str, Json]:
    counts: dict[str, Json] = {
        outcome: {"acts": each.acts, "people": each.people, "nameless": each.nameless}
        for outcome, each in files.totals.counts.items()
    }
    return {**login.as_json(), "counts": counts, "hidden": files.hidden}


def _check_account(login: StolenLogin) -> None:
    if login.kind is LoginKind.CUSTOMER:
        if login.person_id is None or vault.person(login.person_id) is None:
            raise NotFound(what="customer")
    elif login.kind is LoginKind.STAFF:
        accounts.staff_member_by_id(int(login.account))
    elif login.account not in {str(client.id) for client in accounts.clients()}:
        raise NotFound(what="program")
