"""What a pack holds: the case as its pages show it, as JSON and CSV.

Left out are the names of staff, who stand in it by their accounts and roles, the keys of exports,
and whoever was affected: those only where somebody asks for them, by number and never by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from aboveboard.basics import clock
from aboveboard.basics.person_codes import person_code
from aboveboard.basics.spreadsheet import csv_line
from aboveboard.custody.queries import ExportRow
from aboveboard.incidents import lifecycle, queries, reports, veris
from aboveboard.incidents.case.closing import closing_review
from aboveboard.incidents.case.decisions import case_decisions
from aboveboard.incidents.case.evidence import CustodyView, evidence_files
from aboveboard.incidents.case.freeze import freezes_of
from aboveboard.incidents.case.roles import RoleView, role_holders
from aboveboard.incidents.case.tasks import TaskView, tasks
from aboveboard.incidents.exposure import versions
from aboveboard.incidents.logins.queries import LoginView
from aboveboard.incidents.models import NoticeBatch
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.review import NoticeText, review
from aboveboard.incidents.people_list import ListedPerson

_LEFT_OUT: Final[Mapping[type, frozenset[str]]] = {
    CustodyView: frozenset({"to_name"}),
    LoginView: frozenset({"name"}),
    RoleView: frozenset({"name"}),
    TaskView: frozenset({"assignee"}),
    ExportRow: frozenset({"file_key"}),
    NoticeText: frozenset({"person_ids"}),
}
_TEXTS: Final = 1_000
"""Most different texts of one batch: more than any batch has."""
_README: Final = """\
This is everything that is known of the incident {reference}, as of {at}.

case.json        the incident, its counts, sources, assessment and duties
timeline.csv     what happened, and when
duties.csv       who must be notified, by when, under which law, and when it was done
decisions.json   what was decided and why, and who approved it
tasks.json       what there was to do
roles.json       who had which role
freezes.json     when nothing was to go out
versions.json    each count of who is affected, and what changed with it
notices.json     the notices to people: their texts, and how many were sent
report.json      the report to an authority, with what is still open
veris.json       the incident as a VERIS record
custody.json     the files that are evidence: their digests, and who had them; not the files
closing.json     why it happened, what was learned and what changed
ledger/          each entry of the ledger about it, with its proof
manifest.json    the digest of every file; its own digest is in the ledger: seal.tlog-proof

Check it without the organisation, with the log's key from its trust centre:

    aboveboard ledger check-pack THIS-FILE --vkey KEY
"""


def case_files(number: int, *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a case but the ledger's and the people's, by its path.

    Raises:
        NotFound: there is no such incident. NoPromise: no promise says who we are.
        CommunicationsFrozen: nothing about the incident may go out.
    """
    incident = lifecycle.find(number)
    # First, for it refuses where nothing may go out.
    yield "report.json", _json(reports.report_json(number, at=at))
    page = queries.page(number, at=at)
    yield (
        "README.txt",
        _README.format(reference=incident.reference, at=clock.to_text(at)).encode(),
    )
    yield "case.json", _json({"states": queries.states(number), "case": page})
    yield "timeline.csv", _timeline(number)
    yield "duties.csv", _duties(number, at)
    yield "decisions.json", _json(case_decisions(number))
    yield "tasks.json", _json(tasks(number, at=at))
    yield "roles.json", _json(role_holders(number, ended=True))
    yield "freezes.json", _json(freezes_of(number))
    yield "versions.json", _json(list(_versions(number)))
    yield "notices.json", _json(list(_notices(number)))
    yield "veris.json", _json(veris.export(number))
    yield "closing.json", _json(closing_review(number))
    yield "custody.json", _json(evidence_files(number))


def people_csv(people: Iterable[ListedPerson]) -> Iterator[bytes]:
    """Yield a file of those affected, by number, in pieces."""
    heads = ("customer", "lives in", "exposed", "unreadable", "severity", "certainty", "notice")
    yield _csv([heads])
    for listed in people:
        person = listed.person
        row = (
            person_code(person.person_id),
            person.jurisdiction,
            ", ".join(person.readable),
            ", ".join(person.protected),
            person.severity,
            person.certainty.label,
            listed.notice.value if listed.notice else "",
        )
        yield _csv([row])


def plain(value: Any) -> Any:
    """Return a value of a query as JSON has it."""
    if value is None or (
        isinstance(value, (str, bool, int, float)) and not isinstance(value, Enum)
    ):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return clock.to_text(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        hidden = _LEFT_OUT.get(type(value), frozenset())
        names = (each.name for each in fields(value) if each.name not in hidden)
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else str(value)


def _json(value: Any) -> bytes:
    return json.dumps(plain(value), indent=1, ensure_ascii=False).encode() + b"\n"


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    return "".join(map(csv_line, rows)).encode()


def _timeline(number: int) -> bytes:
    rows = queries.timeline(number)
    return _csv(
        [
            ("at", "what", "sentence", "public"),
            *(
                (clock.to_text(row.at), row.code, row.sentence, "yes" if row.public else "no")
                for row in reversed(rows)
            ),
        ]
    )


def _duties(number: int, at: datetime) -> bytes:
    heads = ("who", "place", "law", "citation", "required", "people", "due", "done", "reference")
    rows = [
        (
            duty.who,
            duty.place,
            duty.law,
            duty.citation,
            duty.required,
            duty.people,
            clock.to_text(duty.due_at) if duty.due_at else "",
            clock.to_text(duty.done.at) if duty.done else "",
            duty.done.reference if duty.done else "",
        )
        for duty in queries.duties(number, at=at, dropped=True)
    ]
    return _csv([heads, *rows])


def _versions(number: int) -> Iterator[dict[str, Any]]:
    for version in versions.versions(number):
        changes = versions.compare(number, version.number).counts if version.number > 1 else {}
        yield {"version": plain(version), "changes": plain(changes)}


def _notices(number: int) -> Iterator[dict[str, Any]]:
    batches = NoticeBatch.objects.filter(incident__number=number).order_by("id")
    for batch_id in batches.values_list("pk", flat=True):
        read = review(batch_id, limit=_TEXTS)
        yield {"batch": plain(notices.batch(batch_id)), "texts": plain(read)}
