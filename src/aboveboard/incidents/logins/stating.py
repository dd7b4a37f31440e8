"""Adding whom a stolen login saw to an incident."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.accounts import queries as accounts
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.ids import new_id
from aboveboard.incidents import lifecycle
from aboveboard.incidents.entries import AffectedStated, IncidentChanged
from aboveboard.incidents.exposure import counting, stated
from aboveboard.incidents.exposure.folders import folder_of, working_folder
from aboveboard.incidents.logins.reading import LoginFiles, read_login
from aboveboard.incidents.logins.terms import LoginKind, StolenLogin
from aboveboard.incidents.models import AffectedList, Incident
from aboveboard.incidents.terms import IncidentKind
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
    _check_kind(lifecycle.find(number))
    _check_account(login)
    with working_folder() as scratch:
        # Before the incident is held: it may take minutes.
        files = read_login(login, scratch)
        with transaction.atomic():
            incident = lifecycle.find(number, lock=True)
            name = f"login-{new_id()}"
            row = AffectedList.objects.create(
                incident=incident,
                categories=files.totals.categories,
                people=files.totals.people,
                unmatched=[],
                shared=[],
                at=at,
                by=by.as_json(),
                login=_facts(login, files),
                file_name=name,
            )
            folder = folder_of(incident)
            folder.mkdir(mode=0o700, exist_ok=True)
            # In their place before the row is committed: it never names files that are not there.
            files.acts.replace(folder / stated.acts_file(name))
            files.people.replace(folder / stated.people_file(name))
            seen = "1 person" if row.people == 1 else f"{row.people:,} people"
            sentence = f"Affected: {seen} whose data a stolen login saw, by the ledger."
            lifecycle.add_timeline_event(incident, "affected", sentence, by=by, at=at)
            fact = AffectedStated(listed=row.people, login=Code(login.kind.value))
            entry = IncidentChanged(incident=lifecycle.reference_of(incident), affected=fact)
            lifecycle.append_entry(entry, by=by, at=at)
            counting.enqueue(incident)
    return row


def _facts(login: StolenLogin, files: LoginFiles) -> dict[str, object]:
    counts = {
        outcome: {"acts": each.acts, "people": each.people, "nameless": each.nameless}
        for outcome, each in files.totals.counts.items()
    }
    return {**login.as_json(), "counts": counts, "hidden": files.hidden}


def _check_kind(incident: Incident) -> None:
    if incident.kind != IncidentKind.OTHER:
        raise Conflict(why=f"{incident.reference} is counted from its device or its file")


def _check_account(login: StolenLogin) -> None:
    if login.kind is LoginKind.CUSTOMER:
        if login.person_id is None or vault.person(login.person_id) is None:
            raise NotFound(what="customer")
    elif login.kind is LoginKind.STAFF:
        accounts.staff_member_by_id(int(login.account))
    elif login.account not in {str(client.id) for client in accounts.clients()}:
        raise NotFound(what="program")
