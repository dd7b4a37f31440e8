"""As ``free_text.py``: whose data a loss is of, by other sources; files that are evidence."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial

from aboveboard.basics.actor import Role
from aboveboard.incidents import actions as incidents
from aboveboard.incidents.case import evidence
from aboveboard.incidents.sources import mails, suppliers, systems
from aboveboard.incidents.sources.recording import ExposedData
from tests.accounts.people import staff_member
from tests.story.free_text import Call, Case, Stage


def _add_system(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    yield partial(systems.add_system, number, text, stage.now, **stage.said)
    add = partial(systems.add_system, number, "own", stage.now, **stage.said)
    yield add
    yield partial(add, categories=[text])


def _add_mail(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    addresses = f"To: {stage.row['email']}, {text} <x@elsewhere.example>"
    yield partial(mails.add_mail, number, addresses, **stage.said)
    yield partial(mails.add_mail, number, text, **stage.said)
    yield partial(mails.add_mail, number, addresses, more=[text], **stage.said)


def _add_report(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    for name, rows in (("Post", text), (text, stage.row["customer_id"])):
        yield partial(
            suppliers.add_report,
            number,
            io.BytesIO(f"customer number\n{rows}\n".encode()),
            suppliers.ReportingSupplier(name),
            ExposedData(("user.name",)),
            file_name=text,
            **stage.said,
        )


def _add_evidence(stage: Stage, text: str) -> Iterator[Call]:
    seal = partial(evidence.add_evidence, stage.loss(), [text.encode()], **stage.said)
    yield partial(seal, name=text, reason=text)


def _move_evidence(stage: Stage, text: str) -> Iterator[Call]:
    number = stage.loss()
    row = evidence.add_evidence(number, [b"x"], name="x", reason="Found.", **stage.said)
    account = staff_member(Role.ADVISER, email=f"{next(stage.numbers)}@staff.example").pk
    yield partial(
        evidence.hand_over_evidence, number, row.id, to=account, reason=text, **stage.said
    )
    yield partial(evidence.open_evidence, number, row.id, reason=text, **stage.said)


CASES: dict[Callable[..., object], Case] = {
    evidence.add_evidence: _add_evidence,
    evidence.hand_over_evidence: _move_evidence,
    evidence.open_evidence: _move_evidence,
    systems.add_system: _add_system,
    mails.add_mail: _add_mail,
    suppliers.add_report: _add_report,
}
