"""Numbers in addresses: one that no row can have is not there, on every route; and the second of
two belongs to the first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.console.lists import asked
from aboveboard.custody import queries as custody
from aboveboard.delivery.webhooks import actions as webhooks
from aboveboard.incidents import queries as incidents
from aboveboard.incidents.actions import open_other
from aboveboard.incidents.affected import add_list
from aboveboard.incidents.case import evidence
from aboveboard.incidents.case import tasks as case_tasks
from aboveboard.incidents.case.decisions import record_decision
from aboveboard.incidents.logins.stating import add_login
from aboveboard.incidents.logins.terms import LoginKind, StolenLogin
from aboveboard.incidents.notices.actions import prepare
from aboveboard.representation.deaths import record_death
from aboveboard.retention import queries as retention
from aboveboard.retention.actions import place_hold, restrict
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from tests.accounts.people import customer_client, staff_client
from tests.house import source
from tests.house.test_routes import ALL
from tests.incidents.reported import report_of
from tests.loss import lost_laptop
from tests.representation.made import approved
from tests.world import load

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TOO_LARGE = [2**63, 2**64, 10**30]
NUMBER = re.compile(r"<(?:int|person):\w+>")
NUMBERED = sorted({address for address, _, _ in ALL if NUMBER.search(address)})
NESTED = sorted(address for address in NUMBERED if len(NUMBER.findall(address)) == 2)
ASKED = sorted(
    {
        name
        for path in source.python("src")
        for name in re.findall(
            r"""(?:GET(?:\.get)?[(\[]|ListFilter\(\s*|by_number=)["'](\w+)["']""", source.text(path)
        )
    }
    | {asked.SORT, asked.PAGE, asked.AFTER, asked.FORMAT}
)
"""Every name that a page looks for behind the ``?``."""
ODD_FOR_A_DATABASE = [str(2**63), f"{2**63}-{2**63}", "\x00"]
ODD = ["-1", "9" * 5000, "²", "1-2", *ODD_FOR_A_DATABASE]


def everyone() -> Iterator[Client]:
    (person_id, _), *_ = load(1)
    yield customer_client(person_id)
    for role in (Role.ADVISER, Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR):
        yield staff_client(role)


def filled(address: str, number: int) -> str:
    """Return an address with the same number at each place, and a word at each other."""
    return re.sub(r"<[^>]*>", "found", NUMBER.sub(str(number), address))


@pytest.mark.one_database("no row is asked for")
def test_a_number_that_no_row_can_have_is_not_there_on_any_route() -> None:
    assert len(NUMBERED) > 30
    waiting, reached, wrong = list(product(NUMBERED, ("get", "post"))), set(), []
    for client in everyone():
        for address, method in waiting.copy():
            for number in TOO_LARGE:
                status = getattr(client, method)(filled(address, number)).status_code
                if status in (302, 401, 403, 405):
                    break  # refused for who asks, before the number is looked at
                reached.add(address)
                if status != 404:
                    wrong.append((address, number, method, status))
            else:
                waiting.remove((address, method))  # asked once, of the first who may
    assert not wrong
    assert len(reached) > 30, "somebody gets as far as the number"


def test_no_page_fails_for_what_stands_behind_the_question_mark(on_postgres: bool) -> None:
    assert {"after", "jurisdiction", "person"} <= set(ASKED)
    pages = sorted({filled(address, 1) for address, _, _ in ALL if "api/" not in address})
    wrong = []
    for client in everyone():
        for page in [page for page in pages if client.get(page).status_code == 200]:
            pages.remove(page)  # asked once, of the first who may
            for value in ODD_FOR_A_DATABASE if on_postgres else ODD:
                answer = client.get(page, dict.fromkeys(ASKED, value))
                if answer.status_code >= 500:
                    wrong.append((page, value[:20], answer.status_code))
    assert not wrong


NOT_NESTED = {"/console/retention/duplicates/<person:kept>/<person:merged>/"}
"""Of two people, neither the other's."""


ACTS = "/console/incidents/<int:number>/affected/<int:list_id>/acts/"
UNKNOWN = "/console/incidents/<int:number>/affected/<int:source_id>/unknown/"


@pytest.fixture
def mine_and_others(tmp_path: Path) -> dict[str, tuple[str, str]]:
    """For each address with two numbers: both of one owner, and the second of another's."""
    at = clock.now()
    loaded = load(8)
    people = [person for person, _ in loaded]
    lost = [
        lost_laptop(people[part], tmp_path, at=at, tag=tag)
        for part, tag in ((slice(0, 4), "LT-1"), (slice(4, 8), "LT-2"))
    ]
    batches = [prepare(incident.number, by=SYSTEM, at=at).id for incident in lost]
    duties = [incidents.page(incident.number, at=at).duties[0].id for incident in lost]
    devices = [incident.device_id or 0 for incident in lost]
    exports = [custody.exports_on(device)[0].id for device in devices]
    letters = [open_other(title="A letter", by=SYSTEM, at=at).number for _ in lost]
    lists = [
        add_list(number, [row["customer_id"]], ["user.name"], by=SYSTEM, at=at).pk
        for number, (_, row) in zip(letters, loaded, strict=False)
    ]
    seconds = {
        "/console/devices/<int:device_id>/exports/<int:export_id>/": (devices, exports),
        "/console/incidents/<int:number>/duties/<int:duty_id>/": (
            [incident.number for incident in lost],
            duties,
        ),
    }
    seconds |= _kept(people[:2], at) | _papers(people) | _endpoints(at) | _cases(letters, at)
    duty = "/console/incidents/<int:number>/duties/<int:duty_id>/"
    for rest in ("take-back/", "not-notified/", "not-notified/take-back/"):
        seconds[duty + rest] = seconds[duty]
    back = "/console/incidents/<int:number>/affected/<slug:how>/<int:row_id>/take-back/"
    seconds[back] = (letters, lists)
    seconds[UNKNOWN] = (letters, list(map(report_of, letters)))
    seconds[ACTS] = (letters, list(map(_login_of, letters, people)))
    notices = "/console/incidents/<int:number>/notices/<int:batch_id>/"
    ways = ("approve/", "change/<slug:change>/", "people/", "open/")
    posted = ("letters/", "letters/list/", "letters/test/<slug:country>/")
    asking = ("changes/", "changes/answer/", "changes/withdraw/")
    for rest in ("", *ways, *posted, *asking):
        seconds[notices + rest] = ([incident.number for incident in lost], batches)
    return {
        address: (_with(address, first[0], second[0]), _with(address, first[0], second[1]))
        for address, (first, second) in seconds.items()
    }


def _login_of(number: int, person_id: int) -> int:
    """Return a list of whom the login of a customer saw, of a loss."""
    at = clock.now()
    login = StolenLogin(LoginKind.CUSTOMER, "", at, at, person_id)
    return add_login(number, login, by=SYSTEM, at=at).pk


def _kept(people: list[int], at: datetime) -> dict[str, tuple[list[int], list[int]]]:
    """Of people, what holds their data and what restricts it."""
    for person in people:
        until = at + timedelta(days=9)
        place_hold(person, HoldReason.CLAIM, reference="CASE-1", until=until, by=SYSTEM, at=at)
        restrict(person, RestrictionReason.UNLAWFUL, reference="CASE-1", by=SYSTEM, at=at)
    of = "/console/retention/people/<person:person_id>/"
    return {
        f"{of}holds/<int:row_id>/": (people, [retention.holds(each)[0].id for each in people]),
        f"{of}restrictions/<int:row_id>/": (
            people,
            [retention.restrictions(each)[0].id for each in people],
        ),
    }


def _endpoints(at: datetime) -> dict[str, tuple[list[int], list[int]]]:
    """Of two systems that are notified, a message to each."""
    hooks = [
        webhooks.add(name, "https://crm.example", ["person.erased"], by=SYSTEM, at=at)[0]
        for name in ("CRM", "Shop")
    ]
    return {
        "/console/webhooks/<int:serial>/messages/<int:message>/": (
            [hook.serial for hook in hooks],
            [webhooks.test(hook.name, at=at) for hook in hooks],
        )
    }


def _cases(numbers: list[int], at: datetime) -> dict[str, tuple[list[int], list[int]]]:
    """Of two losses, a task, a decision and a file of evidence each."""
    tasks = (numbers, [case_tasks.tasks(number, at=at)[0].id for number in numbers])
    decided = [
        record_decision(number, "Wait a day.", reason="It may turn up.", by=SYSTEM, at=at).id
        for number in numbers
    ]
    files = [
        evidence.add_evidence(number, [b"x"], name="x", reason="Found.", by=SYSTEM, at=at).id
        for number in numbers
    ]
    of = "/console/incidents/<int:number>/"
    task = f"{of}tasks/<int:task_id>/"
    return {
        f"{of}evidence/<int:evidence_id>/": (numbers, files),
        f"{of}decisions/<int:decision_id>/approve/": (numbers, decided),
        **{f"{task}{rest}": tasks for rest in ("", "not-needed/", "<slug:how>/")},
    }


def _papers(people: list[int]) -> dict[str, tuple[list[int], list[int]]]:
    """Of two people each, who acts for them and that they died."""
    said = {"reference": "dc/1", "by": SYSTEM, "at": clock.now()}
    of = "/console/retention/people/<person:person_id>/"
    return {
        f"{of}acting/<int:number>/end/": (
            people[:2],
            [approved(person, people[3]).id for person in people[:2]],
        ),
        f"{of}death/<int:number>/take-back/": (
            people[:2],
            [record_death(person, **said).id for person in people[:2]],
        ),
    }


def _with(address: str, first: int, second: int) -> str:
    numbers = iter((first, second))
    return re.sub(
        r"<slug:\w+>",
        {"affected": "list", "country": "GB"}.get(
            next(iter(re.findall("affected|country", address)), ""), "queued"
        ),
        re.sub(r"<(?:int|person):\w+>", lambda _: str(next(numbers)), address),
    )


@pytest.mark.one_database("whose number it is; the question mark asks for rows on both")
def test_the_second_number_of_an_address_belongs_to_the_first(
    mine_and_others: dict[str, tuple[str, str]],
) -> None:
    assert sorted({*mine_and_others, *NOT_NESTED}) == NESTED
    leads = [staff_client(role) for role in (Role.PRIVACY_LEAD, Role.INCIDENT_LEAD)]
    for mine, others in mine_and_others.values():
        # There for its own owner, so that what follows is not for another reason.
        assert any(lead.get(mine).status_code in (200, 405, 409) for lead in leads), mine
        for lead in leads:
            assert lead.get(others).status_code in (403, 404, 405), others
            answer = lead.post(others, {"reference": "CASE-2", "sent": "1", "read": "on"})
            assert answer.status_code in (403, 404, 405), others
    # And nothing was done.
    for mine, _ in mine_and_others.values():
        if match := re.search(r"people/(\d+)/", mine):
            person = int(match[1])
            assert all(retention.is_unended(row) for row in retention.holds(person))
            assert all(retention.is_unended(row) for row in retention.restrictions(person))
