"""As ``free_text.py``: devices, exports, incidents and notices."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Role
from aboveboard.basics.personal import Personal
from aboveboard.custody import actions as custody
from aboveboard.custody import campaign, exporting
from aboveboard.custody.exporting import ExportPlace
from aboveboard.custody.terms import DeviceDisposal, DeviceKind, EncryptionState
from aboveboard.incidents import actions as incidents
from aboveboard.incidents import affected, groups, not_notifying, veris
from aboveboard.incidents.case import decisions, freeze, outside, roles, tasks
from aboveboard.incidents.case.closing import ClosingWords
from aboveboard.incidents.leaks import opening
from aboveboard.incidents.models import DutyRecord
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import changes
from aboveboard.incidents.notices.recipients import NoticeNews
from aboveboard.incidents.terms import CaseRole
from aboveboard.outbox.jobs import run_jobs_once
from tests import world
from tests.accounts.people import staff_member
from tests.incidents.test_veris import MINIMAL
from tests.loss import CLOSING, LEAD, SECOND
from tests.story.free_text import Call, Case, Stage


def _register_device(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(
        custody.register_device,
        kind=DeviceKind.LAPTOP,
        name=text,
        tag=text,
        encrypted=EncryptionState.YES,
        **stage.said,
    )


def _hand_over(stage: Stage, text: str) -> Iterator[Call]:
    account = staff_member(Role.ADVISER, email=f"{next(stage.numbers)}@staff.example")
    yield partial(custody.hand_over, stage.device(), to=account.pk, note=text, **stage.said)


def _report_missing(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(custody.report_missing, stage.device(), note=text, **stage.said)


def _report_found(stage: Stage, text: str) -> Iterator[Call]:
    device = stage.device()
    custody.report_missing(device, **stage.said)
    yield partial(custody.report_found, device, note=text, **stage.said)


def _retire(stage: Stage, text: str) -> Iterator[Call]:
    how = next(iter(DeviceDisposal))
    yield partial(custody.retire, stage.device(), how=how, note=text, **stage.said)


def _make_export(stage: Stage, text: str) -> Iterator[Call]:
    def go(fields: tuple[str, ...] = ("email",), **changed: Any) -> Call:
        given = {"purpose": "deliver-orders", "recipient": "courier", "unprotected": True} | changed
        out = stage.folder / f"{text}-{next(stage.numbers)}.csv"
        return partial(custody.make_export, [stage.ada], fields, out=out, **given, **stage.said)

    yield go()
    yield go(fields=(text,))
    for place in ("purpose", "recipient", "channel"):
        yield go(**{place: text})


def _filter_campaign(stage: Stage, text: str) -> Iterator[Call]:
    def go(
        purpose: str = "personal-offers",
        channel: str = "email",
        to: str = "email-provider",
        field: str = "email",
    ) -> Call:
        rows = [{"ID": stage.row["customer_id"], "Mail": text}, {"ID": text, "Mail": text}]
        return partial(
            campaign.filter_campaign,
            lambda: iter(rows),
            campaign.CampaignColumns((("customer_number", "ID"),), {field: "Mail"}),
            UseRequest(world.OFFERS, purpose, (field,), channel),
            ExportPlace(stage.folder / f"{text}-{next(stage.numbers)}.csv", None, to, True),
            file_digest=text,
            at=stage.now,
        )

    yield go()
    yield go(purpose=text)
    yield go(channel=text)
    yield go(to=text)
    yield go(field=text)


def _report_loss(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(incidents.report_loss, stage.device(), note=text, **stage.said)


def _open_other(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(incidents.open_other, title=text, note=text, **stage.said)


def _add_list(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    ours = stage.row["email"]
    yield partial(affected.add_list, number, [ours, text], ["user.name"], **stage.said)
    yield partial(affected.add_list, number, [text], ["user.name"], **stage.said)
    yield partial(affected.add_list, number, [ours], [text], **stage.said)


def _add_estimate(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    yield partial(affected.add_estimate, number, "FR", 3, ["user.name"], **stage.said)
    yield partial(affected.add_estimate, number, text, 3, ["user.name"], **stage.said)
    yield partial(affected.add_estimate, number, "FR", 3, [text], **stage.said)


def _take_back_list(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    row = affected.add_list(number, [stage.row["email"]], ["user.name"], **stage.said)
    yield partial(affected.withdraw_list, number, row.pk, reason=text, **stage.said)


def _take_back_estimate(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    row = affected.add_estimate(number, "FR", 3, ["user.name"], **stage.said)
    yield partial(affected.withdraw_estimate, number, row.pk, reason=text, **stage.said)


def _set_group(stage: Stage, text: str) -> Iterator[Call]:
    set_group = partial(groups.set_group, stage.loss(), **stage.said)
    yield partial(set_group, text, ["user.name"])
    yield partial(set_group, "Accounts entered", [text])
    yield partial(set_group, "Accounts entered", ["user.name"], {text: "yes"})
    yield partial(set_group, "Accounts entered", ["user.name"], {"hands": text})


def _remove_group(stage: Stage, text: str) -> Iterator[Call]:
    number = stage.loss()
    groups.set_group(number, text[:80], ["user.name"], **stage.said)
    yield partial(groups.remove_group, number, text, **stage.said)


def _change(stage: Stage, text: str) -> Iterator[Call]:
    change = partial(incidents.change, stage.loss(), **stage.said)
    yield partial(change, title=text)
    yield partial(change, answers={text: "yes"})
    yield partial(change, answers={"taking": text})
    yield partial(change, moments={text: stage.now})
    yield partial(change, sectors={text: True})


def _note(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(incidents.note, stage.loss(), text, public=True, **stage.said)


def _mark_done(stage: Stage, text: str) -> Iterator[Call]:
    stage.loss()
    duty = DutyRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    yield partial(incidents.mark_done, duty, reference=text, words=text, **stage.said)


def _decide_not_to_notify(stage: Stage, text: str) -> Iterator[Call]:
    stage.loss()
    duty = DutyRecord.objects.order_by("-pk").values_list("pk", flat=True)[0]
    decide = partial(not_notifying.decide_not_to_notify, duty, **stage.said)
    yield partial(decide, reason=text, evidence=text)


def _add_task(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    yield partial(tasks.add_task, number, text, why=text, **stage.said)


def _hand_over_role(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    account = staff_member(Role.ADVISER, email=f"{next(stage.numbers)}@staff.example").pk
    go = partial(roles.hand_over_role, number, CaseRole.LEAD, account, **stage.said)
    yield partial(go, note=text)


def _receive(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(outside.receive_report, Personal(text), Personal(text), at=stage.now)


def _take_up(action: Callable[..., object], *given: str) -> Any:
    def case(stage: Stage, text: str) -> Iterator[Call]:
        outside.receive_report(Personal(text), Personal(text), at=stage.now)
        report = outside.outside_reports()[-1].id
        yield partial(action, report, **dict.fromkeys(given, text), **stage.said)

    return case


def _record_decision(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    yield partial(decisions.record_decision, number, text, reason=text, **stage.said)


def _freeze(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    yield partial(freeze.freeze_communications, number, text, **stage.said)


def _lift_freeze(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    freeze.freeze_communications(number, "Counsel asks.", **stage.said)
    yield partial(freeze.lift_freeze, number, text, by=SECOND, at=stage.now)


def _drop_task(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    first = tasks.tasks(number, at=stage.now)[0].id
    yield partial(tasks.drop_task, number, first, text, **stage.said)


def _moving(action: Callable[..., object], *before: Callable[..., object]) -> Any:
    def case(stage: Stage, text: str) -> Iterator[Call]:
        number = incidents.open_other(title="Letters", **stage.said).number
        for step in before:
            step(number, **stage.said)
        yield partial(action, number, words=text, **stage.said)

    return case


def _close(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    review = ClosingWords(text, text, text, text)
    yield partial(incidents.close, number, review=review, words=text, **stage.said)


def _open_from_leak(stage: Stage, text: str) -> Iterator[Call]:
    content = f"email;note\r\n{stage.row['email']};{text}\r\n".encode()
    seen = opening.sample(io.BytesIO(content))
    roles = [guess.role for guess in seen.columns]
    go = partial(opening.open_from_leak, shape=seen.form, title=text, file_name=text, **stage.said)
    yield lambda: go(io.BytesIO(content), chosen=roles)
    yield lambda: go(io.BytesIO(content), chosen=[text, text])
    # A file that holds nothing else: its digest is that of what may be guessed.
    alone = text.encode()
    yield lambda: go(io.BytesIO(alone), chosen=roles[:1])


def _prepare(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(notices.prepare, stage.loss(), measures={"en": text}, by=LEAD, at=stage.now)
    yield partial(notices.prepare, stage.loss(), measures={text: text}, by=LEAD, at=stage.now)


def _prepare_new(stage: Stage, text: str) -> Iterator[Call]:
    number = incidents.open_other(title="Letters", **stage.said).number
    for row in (stage.row, stage.ben_row):
        affected.add_list(number, [row["customer_id"]], ["user.name"], **stage.said)
        run_jobs_once(worker="test")
        if row is stage.row:
            first = notices.prepare(number, by=LEAD, at=stage.now)
            notices.approve(first.id, by=SECOND, at=stage.now)
    go = partial(notices.prepare_new, number, NoticeNews.ADDED, by=LEAD, at=stage.now)
    yield partial(go, measures={"en": text})
    yield partial(go, measures={text: text})


def _approve(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(notices.approve, stage.batch(), note=text, by=SECOND, at=stage.now)


def _send_back(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(notices.send_back, stage.batch(), note=text, by=SECOND, at=stage.now)


def _request_changes(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(changes.request_changes, stage.batch(), text, by=SECOND, at=stage.now)


def _answer_changes(stage: Stage, text: str) -> Iterator[Call]:
    batch = stage.batch()
    changes.request_changes(batch, "Say when.", by=SECOND, at=stage.now)
    yield partial(changes.answer, batch, text, by=LEAD, at=stage.now)


def _stop(stage: Stage, text: str) -> Iterator[Call]:
    yield partial(notices.stop, stage.approved(), note=text, by=SECOND, at=stage.now)


def _resume(stage: Stage, text: str) -> Iterator[Call]:
    batch = stage.approved()
    notices.stop(batch, by=SECOND, at=stage.now)
    yield partial(notices.resume, batch, note=text, by=SECOND, at=stage.now)


def _bring_in(stage: Stage, text: str) -> Iterator[Call]:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for record in ({**MINIMAL, "summary": text}, {**MINIMAL, "incident_id": text}):
        yield partial(_read_and_bring_in, record, at)


def _read_and_bring_in(record: object, at: datetime) -> object:
    return veris.import_incident(veris.read(record), by=LEAD, at=at)


CASES: dict[Callable[..., object], Case] = {
    custody.register_device: _register_device,
    custody.hand_over: _hand_over,
    custody.report_missing: _report_missing,
    custody.report_found: _report_found,
    custody.retire: _retire,
    custody.make_export: _make_export,
    exporting.write_export: _make_export,
    campaign.filter_campaign: _filter_campaign,
    incidents.report_loss: _report_loss,
    incidents.open_other: _open_other,
    affected.add_list: _add_list,
    affected.add_estimate: _add_estimate,
    affected.withdraw_list: _take_back_list,
    affected.withdraw_estimate: _take_back_estimate,
    incidents.change: _change,
    groups.set_group: _set_group,
    groups.remove_group: _remove_group,
    incidents.note: _note,
    incidents.mark_done: _mark_done,
    not_notifying.decide_not_to_notify: _decide_not_to_notify,
    roles.hand_over_role: _hand_over_role,
    outside.receive_report: _receive,
    outside.open_from_report: _take_up(outside.open_from_report, "title"),
    outside.close_report: _take_up(outside.close_report, "reason"),
    decisions.record_decision: _record_decision,
    freeze.freeze_communications: _freeze,
    freeze.lift_freeze: _lift_freeze,
    tasks.add_task: _add_task,
    tasks.drop_task: _drop_task,
    incidents.contain: _moving(incidents.contain),
    incidents.mark_notified: _moving(incidents.mark_notified),
    incidents.close: _close,
    incidents.reopen: _moving(incidents.reopen, partial(incidents.close, review=CLOSING)),
    opening.open_from_leak: _open_from_leak,
    notices.prepare: _prepare,
    notices.prepare_new: _prepare_new,
    notices.approve: _approve,
    notices.send_back: _send_back,
    changes.request_changes: _request_changes,
    changes.answer: _answer_changes,
    notices.stop: _stop,
    notices.resume: _resume,
    veris.import_incident: _bring_in,
}
