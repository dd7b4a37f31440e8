"""Where a device stands is a row with who and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.custody import actions, queries
from aboveboard.custody.models import Device, DeviceKind, DeviceState, Encrypted
from aboveboard.ledger.models import Entry
from tests.incidents.conftest import AT, STAFF, laptop

pytestmark = pytest.mark.django_db

Move = Callable[..., Device]


def test_two_devices_never_share_a_label() -> None:
    laptop(tag="LT-1")
    with pytest.raises(actions.TagTaken):
        laptop(tag=" LT-1 ")
    with pytest.raises(Invalid):
        actions.register_device(
            kind=DeviceKind.STICK, name=" ", tag="S-1", encrypted=Encrypted.YES, by=STAFF, at=AT
        )
    assert queries.device_by_tag("lt-1").tag == "LT-1"
    with pytest.raises(NotFound):
        queries.device_by_tag("LT-2")


@pytest.mark.parametrize(
    ("steps", "last", "allowed"),
    [
        ([], actions.report_missing, True),
        ([], actions.report_found, False),
        ([], actions.retire, True),
        ([actions.report_missing], actions.report_missing, False),
        ([actions.report_missing], actions.report_found, True),
        ([actions.report_missing], actions.retire, False),
        ([actions.report_missing, actions.report_found], actions.report_missing, True),
        ([actions.retire], actions.report_missing, False),
    ],
)
def test_which_state_may_follow_which(steps: list[Move], last: Move, allowed: bool) -> None:
    device = laptop()
    for hour, step in enumerate(steps, 1):
        step(device.pk, by=STAFF, at=AT + timedelta(hours=hour))
    if allowed:
        last(device.pk, note="As it was.", by=STAFF, at=AT + timedelta(hours=9))
    else:
        with pytest.raises(Conflict):
            last(device.pk, by=STAFF, at=AT + timedelta(hours=9))
    assert len(queries.records(device.pk)) == 1 + len(steps) + allowed
    assert Entry.objects.filter(kind="device.reported").count() == len(steps) + allowed


def test_the_list_says_where_each_stands_since_when() -> None:
    device, other = laptop(tag="A"), laptop(tag="B")
    actions.report_missing(
        device.pk, note="Gone from the van.", by=STAFF, at=AT + timedelta(days=1)
    )
    rows = {row.tag: row for row in queries.devices()}
    assert (rows["A"].state, rows["A"].since) == (DeviceState.MISSING, AT + timedelta(days=1))
    assert (rows["B"].state, rows["B"].exports, rows["B"].people) == (DeviceState.IN_USE, 0, 0)
    assert [row.tag for row in queries.devices(DeviceState.MISSING)] == ["A"]
    assert [row.tag for row in queries.devices(holder_id=7)] == ["A", "B"]
    assert queries.device(other.pk).tag == "B"


def test_what_somebody_says_happened_stays_out_of_the_ledger() -> None:
    actions.report_missing(laptop().pk, note="Jane left it on the train.", by=STAFF, at=AT)
    assert not any(b"Jane" in bytes(body) for body in Entry.objects.values_list("body", flat=True))
