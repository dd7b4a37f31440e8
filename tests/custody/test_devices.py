"""Where a device stands is a row with who and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from aboveboard.accounts.models import Account
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.custody import actions, queries
from aboveboard.custody.entries import DeviceHandedOver, DeviceRetired
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceDisposal, DeviceKind, DeviceState, EncryptionState
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_member
from tests.incidents.conftest import AT, STAFF, laptop
from tests.world import HOLDER

pytestmark = pytest.mark.django_db

Move = Callable[..., DeviceRow]

retire = partial(actions.retire, how=DeviceDisposal.WIPED)


def test_two_devices_never_share_a_label() -> None:
    laptop(tag="LT-1")
    with pytest.raises(actions.TagTaken):
        laptop(tag=" LT-1 ")
    with pytest.raises(Invalid):
        actions.register_device(
            kind=DeviceKind.STICK,
            name=" ",
            tag="S-1",
            encrypted=EncryptionState.YES,
            by=STAFF,
            at=AT,
        )
    assert queries.device_by_tag("lt-1").tag == "LT-1"
    with pytest.raises(NotFound):
        queries.device_by_tag("LT-2")


@pytest.mark.parametrize(
    ("steps", "last", "allowed"),
    [
        ([], actions.report_missing, True),
        ([], actions.report_found, False),
        ([], retire, True),
        ([actions.report_missing], actions.report_missing, False),
        ([actions.report_missing], actions.report_found, True),
        ([actions.report_missing], retire, False),
        ([actions.report_missing, actions.report_found], actions.report_missing, True),
        ([retire], actions.report_missing, False),
    ],
)
def test_which_state_may_follow_which(steps: list[Move], last: Move, allowed: bool) -> None:
    device = laptop()
    for hour, step in enumerate(steps, 1):
        step(device.id, by=STAFF, at=AT + timedelta(hours=hour))
    if allowed:
        last(device.id, note="As it was.", by=STAFF, at=AT + timedelta(hours=9))
    else:
        with pytest.raises(Conflict):
            last(device.id, by=STAFF, at=AT + timedelta(hours=9))
    assert len(queries.device_history(device.id)) == 1 + len(steps) + allowed
    kinds = ["device.reported", "device.retired"]
    assert Entry.objects.filter(kind__in=kinds).count() == len(steps) + allowed


def test_the_list_says_where_each_stands_since_when() -> None:
    device, other = laptop(tag="A"), laptop(tag="B")
    actions.report_missing(
        device.id, note="Gone from the van.", by=STAFF, at=AT + timedelta(days=1)
    )
    rows = {row.tag: row for row in queries.devices()}
    assert (rows["A"].state, rows["A"].since) == (DeviceState.MISSING, AT + timedelta(days=1))
    assert (rows["B"].state, rows["B"].exports, rows["B"].people) == (DeviceState.IN_USE, 0, 0)
    assert [row.tag for row in queries.devices(DeviceState.MISSING)] == ["A"]
    assert [row.tag for row in queries.devices(holder_id=HOLDER)] == ["A", "B"]
    assert queries.device(other.id).tag == "B"


def test_what_somebody_says_happened_stays_out_of_the_ledger() -> None:
    actions.report_missing(laptop().id, note="Jane left it on the train.", by=STAFF, at=AT)
    assert not any(b"Jane" in bytes(body) for body in Entry.objects.values_list("body", flat=True))


def test_handing_a_device_over_is_a_row_with_who_and_when() -> None:
    device, colleague = laptop(), staff_member()
    later = AT + timedelta(days=3)
    handed = actions.hand_over(
        device.id, to=colleague.pk, note="New starter, Jane.", by=STAFF, at=later
    )
    assert (handed.holder_id, handed.holder) == (colleague.pk, "The adviser")
    assert [row.tag for row in queries.devices_assigned_to(colleague.pk)] == [device.tag]
    assert queries.devices_assigned_to(HOLDER) == []
    assert [(row.holder_id, row.at, row.by["id"]) for row in queries.handovers(device.id)] == [
        (HOLDER, AT, STAFF.id),
        (colleague.pk, later, STAFF.id),
    ]
    body = bytes(Entry.objects.get(kind="device.handed-over").body)
    assert f'"facts":{{"device":{device.id},"holder":{colleague.pk}}}'.encode() in body
    assert b"Jane" not in body
    assert actions.hand_over(device.id, to=None, by=STAFF, at=later).holder == ""


def test_to_whom_a_device_cannot_be_handed_over() -> None:
    device, colleague = laptop(), staff_member()
    with pytest.raises(NotFound):
        actions.hand_over(device.id, to=123456, by=STAFF, at=AT)
    with pytest.raises(Conflict, match="already holds"):
        actions.hand_over(device.id, to=HOLDER, by=STAFF, at=AT)
    Account.objects.filter(pk=colleague.pk).update(closed_at=AT)
    with pytest.raises(Conflict, match="closed"):
        actions.hand_over(device.id, to=colleague.pk, by=STAFF, at=AT)
    actions.report_missing(device.id, by=STAFF, at=AT)
    with pytest.raises(Conflict, match="is missing"):
        actions.hand_over(device.id, to=None, by=STAFF, at=AT)
    assert len(queries.handovers(device.id)) == 1


@pytest.mark.parametrize("how", DeviceDisposal)
def test_a_retired_device_says_how_it_left_service(how: DeviceDisposal) -> None:
    device = laptop()
    assert actions.retire(device.id, how=how, by=STAFF, at=AT).state is DeviceState.RETIRED
    assert queries.device_history(device.id)[-1].how is how
    assert f'"how":"{how.value}"'.encode() in bytes(Entry.objects.get(kind="device.retired").body)
    assert queries.devices_assigned_to(HOLDER) == []


def test_a_restored_database_repeats_hand_overs_and_retirements() -> None:
    """Twice changes nothing; a device that was registered after the backup is not there."""
    device = laptop()
    for _ in range(2):
        handed = DeviceHandedOver(device=device.id, holder=None)
        actions.repeat_hand_over(RecordedEntry(5, AT, STAFF, handed, None))
        retired = DeviceRetired(device=device.id, how=Code("wiped"))
        actions.repeat_retire(RecordedEntry(6, AT, STAFF, retired, None))
    with pytest.raises(NotHeld):
        actions.repeat_retire(RecordedEntry(7, AT, STAFF, replace(retired, device=999), None))
    row = queries.device(device.id)
    assert (row.holder_id, row.state) == (None, DeviceState.RETIRED)
    assert (len(queries.handovers(device.id)), len(queries.device_history(device.id))) == (2, 2)
