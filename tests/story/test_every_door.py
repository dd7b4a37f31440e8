"""Every address, asked by everyone: nobody, the customer whose it is, another customer,
each role, and a program.

On a played story, so that every address leads to something real. Who may enter is written down here
by hand; a new address fails this test until someone decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from aboveboard.access.concerns.queries import open_concerns
from aboveboard.access.emergency.actions import break_glass
from aboveboard.access.emergency.reasons import EmergencyGround
from aboveboard.access.models import EmergencyUse
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.choices import queries as choices
from aboveboard.commands.demo.people import people, write
from aboveboard.commands.demo.story import MEASURES, DemoStory
from aboveboard.connectors.actions import declare
from aboveboard.connectors.own import KEY as OWN
from aboveboard.custody import queries as custody
from aboveboard.custody.sharing import take_in
from aboveboard.group import organisations
from aboveboard.identity.actions import merge
from aboveboard.identity.models import CandidatePair, DuplicateScan, MergedPerson
from aboveboard.incidents import queries as incidents
from aboveboard.incidents.actions import open_other
from aboveboard.incidents.affected import add_list
from aboveboard.incidents.logins.stating import add_login
from aboveboard.incidents.logins.terms import LoginKind, StolenLogin
from aboveboard.incidents.models import AffectedList
from aboveboard.incidents.notices.queries import newest_batch
from aboveboard.intake.models import FieldNote
from aboveboard.keys.log_signing import sequence_now
from aboveboard.ledger.committing import commit_handles
from aboveboard.promise.queries import in_force
from aboveboard.retention.models import Sweep
from aboveboard.retention.sweep.reviewing import review
from aboveboard.vault.documents.actions import attach
from aboveboard.vault.origin import ValueOrigin
from tests.accounts.people import customer_client, staff_client, staff_member
from tests.api.programs import program
from tests.centre.sharing_sample import REGISTER
from tests.connectors.declared import BY_HAND
from tests.house.test_routes import ALL
from tests.incidents.reported import report_of
from tests.recovery.organisations import declared
from tests.site.test_missing_promise import lose_the_promise_in_force
from tests.story.rows_for_pages import WRITTEN, campaign_of, case_of, rows_of, token_of
from tests.story.sequences import spread_numbers
from tests.world import ADVISER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

STAFF = {Role.ADVISER, Role.PRIVACY_LEAD, Role.INCIDENT_LEAD, Role.ADMINISTRATOR}
LEADS = STAFF - {Role.ADVISER}
EVERYONE = {"nobody", "customer", "other", *STAFF}
WHO = (
    (r"/healthz|/|/language/en/|/trust/.*|/log/.*|/api/v1/openapi.json", EVERYONE),
    # Posted to with a program's secret.
    (r"/oauth/(token|revoke)|/.well-known/(oauth-.*|gpc.json)|/banner/.*", EVERYONE),
    (r"/demo/.*", set()),  # not a demonstration: it is not there
    (r"/receipts/.*", set()),  # nothing is taken that no provider signed
    (r"/metrics", set()),  # no token is set: it is not there
    (r"/you/.*", {"customer"}),
    # Whose it is, is asked of who posts.
    (r"/console/campaigns/\d+/(parcel|stop)/", {Role.ADVISER, Role.PRIVACY_LEAD}),
    (r"/console/campaigns/.+", {Role.ADVISER}),
    (r"/console/(acting/.*|campaigns/)", {Role.ADVISER, Role.PRIVACY_LEAD}),
    (r"/console/people/documents/purchase_proof/(add/)?", {Role.ADVISER, Role.PRIVACY_LEAD}),
    (r"/console/people/.*", {Role.ADVISER, Role.PRIVACY_LEAD}),
    (r"/console/incidents/\d+/versions/.*", LEADS),
    (
        r"/console/incidents/.*/(letters/list|notices/new/\w+)/|/console/letters/\d+/withdraw/",
        {Role.PRIVACY_LEAD, Role.INCIDENT_LEAD},
    ),
    (r"/console/letters/.*", LEADS),
    (r"/console/incidents/.*/(approve|changes?|open)/.*", {Role.PRIVACY_LEAD, Role.INCIDENT_LEAD}),
    (r"/console/incidents/\d+/notices/", {Role.PRIVACY_LEAD, Role.INCIDENT_LEAD}),
    (r"/console/incidents/.*", LEADS),
    (
        r"/console/devices/(add|inventory)/|/console/devices/\d+/(found|retire|hand-over|encryption)/",
        {Role.INCIDENT_LEAD, Role.ADMINISTRATOR},
    ),
    (r"/console/devices/\d+/.*", LEADS),  # and whoever holds it: tests/console
    (r"/console/exports/.*", LEADS),
    (r"/console/emergency/(\d+/)?", {Role.ADVISER}),
    (r"/console/(emergencies|concerns|requests)/.*", {Role.PRIVACY_LEAD}),
    (r"/console/promise/explain/.*", {Role.PRIVACY_LEAD}),
    (r"/console/promise/(drafts/.*|\d+/tell/)", {Role.PRIVACY_LEAD, Role.ADMINISTRATOR}),
    (r"/console/systems/.*/remove/", {Role.ADMINISTRATOR}),
    (r"/console/webhooks/(add|\d+/pause)/", {Role.ADMINISTRATOR}),
    (r"/console/(systems|personal-data|webhooks)/.*", {Role.PRIVACY_LEAD, Role.ADMINISTRATOR}),
    (r"/console/settings/|/console/staff/.*", {Role.ADMINISTRATOR}),
    (r"/console/retention/.*", {Role.PRIVACY_LEAD}),
    (r"/console/.*", STAFF),
    (r"/api/v1/.*", set()),
)
SHORTEST = 7
"""Characters of a value that stands on a page by chance."""
SHARED_BY_ALL_CUSTOMERS = re.compile(
    r"/you/(details/|moving/$|what-for/$|website/$|acting/|choices/(personal-offers/|addresses/city/link/)?$|who-may-look/$|notices/$"
    r"|who-has-looked/($|concern/|whole-list.json$)|organisations/|portals/|third-parties/$|who-was-given/$|$)"
    r"|/you/requests/($|access/ask/$|\d+/(code|document|withdraw|pack|pack/code)/$)"
)
"""Pages of the portal without anybody's id in the address: another customer
sees their own there. And what is only posted to, where who asks for a page learns no more than
that (tests/portal/test_requests.py posts to another's)."""


ROW_IDS = ("row_id", "choice_id", "draft_id", "report_id")
FILLED: Mapping[str, Mapping[str, str]] = {
    "/duplicates/": {"how": "different"},
    "/documents/": {"field": "purchase_proof"},
    "/change/": {"change": "stop"},
    "/drafts/": {"step": "propose"},
    "/notice/": {"layer": "short", "point": "order"},
    "/sharing/": {"number": "1"},
    "/agent/": {"agent_id": "AGENT_A"},
    "/organisations/": {"key": "water"},
    "/console/staff/": {"change": "role"},
    "/webhooks/": {"change": "pause"},
    "/letters/test/": {"country": "GB"},
    "/notices/new/": {"news": "added"},
    "/passwords/range/": {"prefix": "5BAA6"},
    "/campaigns/": {"change": "stop"},
}
"""What stands in some addresses, by a part of them."""


@pytest.fixture
def story(tmp_path: Path) -> DemoStory:
    spread_numbers()
    file = tmp_path / "customers.csv"
    write(file, 60)
    played = DemoStory(clock.now(), list(people(60)))
    played.promise()
    played.protect(file, lambda done: None)
    played.choose(lambda done: None)
    played.use(lambda done: None)
    played.export(20, tmp_path, lambda done: None)
    played.lose()
    played.approve(played.write_notices(played.lost, MEASURES))
    merge(
        played.person(10),
        played.person(11),
        chosen={},
        reference="case/1",
        by=SYSTEM,
        at=played.now,
    )
    review(by=SYSTEM, at=played.now)
    origin = ValueOrigin(1, clock.now(), "shop", "answer-contact")
    attach(
        played.person(0),
        "purchase_proof",
        [b"%PDF-"],
        name="receipt.pdf",
        kinds={"purchase_proof": "document"},
        origin=origin,
        by=ADVISER,
        at=clock.now(),
    )
    take_in(REGISTER, by=SYSTEM, at=clock.now())
    cabinet = BY_HAND.format(key="cabinet", name="A cabinet")
    declare(cabinet, name="cabinet.yaml", by=SYSTEM, at=clock.now())
    organisations.declare(declared("water"), by=SYSTEM, at=clock.now())
    sequence_now()
    return played


def test_every_address_opens_to_those_it_is_for_and_to_nobody_else(
    story: DemoStory, on_postgres: bool
) -> None:
    mine, other = story.person(0), story.person(45)
    callers = {"nobody": Client(), "customer": customer_client(mine)}
    callers["other"] = customer_client(other)
    members = {role: staff_member(role) for role in STAFF}
    callers |= {role: staff_client(account=member) for role, member in members.items()}
    break_glass(
        Subject(kind="customer_number", value=story.rows[0]["customer_id"]),
        ("phone",),
        EmergencyGround.MISSING_PERSON,
        note=WRITTEN[0],
        by=actor_for(members[Role.ADVISER]),
        at=clock.now(),
    )
    rows = rows_of(mine) | {"campaigns": campaign_of(actor_for(members[Role.ADVISER]))}
    sequence_now()
    commit_handles(by=SYSTEM, at=clock.now())
    sequence_now()
    wrong, opened = [], dict[str, str]()
    for pattern, _, _ in ALL:
        if pattern.startswith("/accounts/"):
            continue  # asked one by one in tests/accounts/test_gate.py
        # A parcel is an export.
        address = _filled(pattern.replace("parcel_id", "export_id"), story, mine, rows)
        allowed = next(set(who) for shape, who in WHO if re.fullmatch(shape, address))
        if (
            "customer" in allowed
            and "other" not in allowed
            and SHARED_BY_ALL_CUSTOMERS.match(address)
        ):
            allowed.add("other")
        # Who may is asked on SQLite; here, whether the page opens to one of them.
        asking = sorted(allowed & callers.keys())[:1] if on_postgres else callers
        for name in asking:
            answer = callers[name].get(address)
            status = answer.status_code
            # A page only ever posted to answers 405, but only to those it is for;
            # /console/report-a-loss/N/ is its reporter's.
            entered = status in (200, 405) or (
                status == 302 and not answer["Location"].startswith("/accounts/")
            )
            if entered or address not in opened:
                opened[address] = name
            about = {"customer": (), "other": story.rows[:1]}.get(name, story.rows)
            wrong += [f"{address}: {name} sees {value}" for value in _shown(answer, about)]
            if entered != (name in allowed) and not (status == 404 and _is_reporters(address)):
                wrong.append(f"{address}: {name} got {status}")
    assert not wrong, "\n".join(wrong)

    _opens_without_a_promise(callers, opened)


def _opens_without_a_promise(callers: Mapping[str, Client], opened: Mapping[str, str]) -> None:
    """Look that no page fails where what is restored is from before a promise was adopted."""
    lose_the_promise_in_force()
    for client in callers.values():
        client.raise_request_exception = False
    failed = [
        f"{address}: {name}"
        for address, name in opened.items()
        if callers[name].get(address).status_code == 500
    ]
    assert not failed, "\n".join(failed)


def test_a_program_gets_nothing_but_the_api(story: DemoStory) -> None:
    _, token = program("till", "shop-system", "Shops", ["deliver-orders"], ["api"])
    showing = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/promise", headers=showing).status_code == 200
    for address in ("/you/", "/console/", "/console/people/", "/console/incidents/"):
        assert Client().get(address, headers=showing).status_code in (302, 403), address


def _shown(answer: HttpResponseBase, about: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield what an answer shows of these customers, or of what was written about them.

    Whoever is shown somebody's data asked for it, with an entry: no address that can be called up
    again does it, whatever it is for.
    """
    if not about:
        return  # their own pages
    body = b"".join(iter(answer)).decode(errors="replace")
    values = [*WRITTEN, *(f"{row['first_name']} {row['last_name']}" for row in about)]
    for row in about:
        for name in ("email", "phone", "address_line1", "card_number"):
            values += [row[name]] if len(row[name]) > SHORTEST else []
    yield from (value for value in values if value in body)


def _is_reporters(address: str) -> bool:
    return re.fullmatch(r"/console/report-a-loss/\d+/", address) is not None


def _alike(person: int) -> int:
    """Two records that may be of one person: the group of them."""
    scan = DuplicateScan.objects.create(at=clock.now(), people=2, seconds=1)
    pair = CandidatePair.objects.create(
        scan=scan,
        group=1,
        first_id=person,
        second_id=person + 1,
        score=60,
        reasons=["email"],
    )
    return pair.pk


NUMBERED = re.compile("deaths?|acting|campaigns")
"""Pages whose number is that of a row of their own, and not of the loss."""


def _filled(pattern: str, story: DemoStory, person: int, rows: Mapping[str, int]) -> str:
    number = story.lost.number
    known: Mapping[str, object] = {
        "serial": in_force().serial,
        "number": rows.get(next(iter(NUMBERED.findall(pattern)[-1:]), ""), number),
        "field": "city",
        "language": "en",
        "key": "cabinet" if re.search("/(systems|personal-data)/", pattern) else "hands",
        "path": "checkpoint",
        "purpose": "personal-offers",
        "outcome": "stranger",
        "choice_id": choices.history(person)[0].id,
        "entry_id": use_records(person)[0].entry_id,
        "device_id": story.laptop.id,
        "account_id": _newest_of_staff(),
        "export_id": custody.exports_on(story.laptop.id)[0].id,
        "duty_id": incidents.duties(number, at=story.now)[0].id,
        "batch_id": _batch_id(number),
        "state": "contained",
        "change": "found",
        "message_id": "none",
        "emergency_id": EmergencyUse.objects.get().pk,
        "person_id": person,
        "row_id": 1,
        "kept": person,
        "merged": story.person(45),
        "step": "when",
        "kind": "access",
        "merge_id": MergedPerson.objects.get().pk,
        "group_id": _alike(person),
        "sweep_id": Sweep.objects.get().pk,
        **case_of(number),
    }
    if "/differences/" in pattern:
        note, _ = FieldNote.objects.get_or_create(
            person_id=person, field="email", defaults={"state": "asked", "at": story.now}
        )
        known = {**known, "number": note.pk}
    if "/held-back/" in pattern or "/let-in/" in pattern:
        known = {**known, "number": rows["held-back"]}
    for part, row_id in rows.items():
        if f"/{part}/" in pattern:
            known = {**known, **dict.fromkeys(ROW_IDS, row_id)}
    for part, words in FILLED.items():
        if part in pattern:
            known = {**known, **words}
    if pattern.startswith("/console/people/") or "/concerns/" in pattern:
        known = {**known, "purpose": "answer-contact"}
    if "/concerns/" in pattern:
        known = {**known, "number": open_concerns()[0].id}
    if "/requests/" in pattern or "/data-rights-request/" in pattern:
        asked = {"number": rows["requests"], "request_id": rows["requests"]}
        known = {**known, **asked, "system": OWN, "step": "find"}
    if "<str:token>" in pattern:
        known = {**known, "token": token_of(pattern, rows["requests"], person)}
    if "/affected/" in pattern:
        known = {**known, "how": "list", **_affected(person)}
    if pattern.startswith("/console/webhooks/"):
        known = {**known, "serial": rows["webhooks"], "message": rows["messages"]}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known[found[1]]), pattern)


def _newest_of_staff() -> int:
    newest: int = (
        Account.objects.exclude(role=Role.CUSTOMER).order_by("-pk").values_list("pk")[0][0]
    )
    return newest


def _affected(person_id: int) -> Mapping[str, object]:
    """Return a loss that is neither a device nor a file, a list of whom it affects, and one of whom
    a customer's stolen login saw."""
    row = AffectedList.objects.first()
    if row is None:
        at = clock.now()
        number = open_other(title="A letter", by=SYSTEM, at=at).number
        row = add_list(number, ["AW11001"], ["user.name"], by=SYSTEM, at=at)
    at, number = clock.now(), row.incident.number
    login = StolenLogin(LoginKind.CUSTOMER, "", at, at, person_id)
    saw = add_login(number, login, by=SYSTEM, at=at)
    kept = {"number": number, "row_id": row.pk, "list_id": saw.pk}
    return {**kept, "source_id": report_of(number), "way": "mail"}


def _batch_id(number: int) -> int:
    batch = newest_batch(number)
    assert batch is not None
    return batch.id
