"""Text messages: what they cost, what a provider's troubles do to them, and what is told back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aboveboard.basics import settings
from aboveboard.commands import exits
from aboveboard.commands.main import main
from aboveboard.delivery import actions, channel_states, contact_limits, limits, queries
from aboveboard.delivery.actions import BatchRecipient, drain
from aboveboard.delivery.queries import DispatchFilter
from aboveboard.delivery.sms.segments import SmsEncoding, size_of
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.kinds.normalise import phone as e164
from aboveboard.ledger.models import Entry
from tests.delivery import sms_servers
from tests.delivery.conftest import AT, KIND, FakeRenderer
from tests.delivery.sms_servers import SmsServer, serving, twilio_signature, vonage_signed
from tests.world import load

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        ("a" * 160, "gsm-7", 1),
        ("a" * 161, "gsm-7", 2),
        ("a" * 306, "gsm-7", 2),
        ("a" * 307, "gsm-7", 3),
        ("€" * 80, "gsm-7", 1),
        ("€" * 81, "gsm-7", 2),
        # 153 places hold 76 euro signs and one place that none fits into.
        ("€" * 153, "gsm-7", 3),
        ("ç" + "a" * 69, "ucs-2", 1),
        ("ç" + "a" * 70, "ucs-2", 2),
        ("😀" * 35, "ucs-2", 1),
        # 67 places hold 33 of them: a pair is not cut.
        ("😀" * 67, "ucs-2", 3),
        ("", "gsm-7", 1),
    ],
)
def test_the_parts_of_a_text_are_counted_as_networks_count(
    text: str, encoding: str, parts: int
) -> None:
    size = size_of(text)
    assert (size.encoding, size.parts) == (SmsEncoding(encoding), parts)


@pytest.fixture(params=["twilio", "vonage"])
def provider(request: pytest.FixtureRequest, texting: Callable[..., None]) -> Iterator[SmsServer]:
    with serving(request.param) as server:
        texting(request.param, server)
        yield server


def queued(renderer: FakeRenderer, *numbers: str) -> int:
    batch_id = actions.open_batch(KIND, {"incident": 7}, at=AT)
    people = range(1, len(numbers) + 1)
    renderer.addresses = dict(zip(people, numbers, strict=True))
    rows = [BatchRecipient(person, "en", Channel.SMS) for person in people]
    actions.queue(batch_id, rows, at=AT)
    return batch_id


def lines(batch_id: int) -> dict[tuple[str, str], int]:
    return {
        (tally.state.value, tally.reason): tally.count
        for tally in queries.progress(batch_id).tallies
    }


def test_everyone_gets_a_text_or_is_a_row_with_the_reason(
    provider: SmsServer, renderer: FakeRenderer
) -> None:
    batch_id = queued(
        renderer,
        "+447700900001",
        sms_servers.REFUSED,
        sms_servers.STOPPED,
        sms_servers.LATER,
        sms_servers.DROPPED,
        "07700 900001",
    )
    drain(worker="w", at=AT)
    assert lines(batch_id) == {
        ("sent", ""): 1,
        ("failed", "number-refused"): 1,
        ("failed", "asked-to-stop"): 1,
        ("failed", "address-refused"): 1,
        ("queued", "put-off"): 1,
        ("queued", "connection-lost"): 1,
    }


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"throttled": 99}, "sms-provider-busy"),
        ({"sender_refused": True}, "sms-provider-refuses-sender"),
    ],
)
def test_a_provider_that_takes_nothing_of_ours_blames_nobody_and_is_asked_later(
    provider: SmsServer, renderer: FakeRenderer, trouble: dict[str, Any], reason: str
) -> None:
    for name, value in trouble.items():
        setattr(provider, name, value)
    batch_id = queued(renderer, *(f"+44770090000{number}" for number in range(5)))
    assert drain(worker="w", at=AT).halted == reason
    assert provider.calls < 5, "the rest is not tried once it is known"
    assert {row.attempts for row in queries.dispatches(batch_id)} == {0}
    provider.throttled, provider.sender_refused = 0, False
    later = AT + limits.DELIVERY_SERVER_WAIT + timedelta(seconds=1)
    assert drain(worker="w", at=later).sent == 5
    assert len({form.get("To") or form["to"] for form in provider.taken}) == 5


def test_a_secret_that_is_wrong_or_missing_opens_nobody_s_number(
    provider: SmsServer, renderer: FakeRenderer, tmp_path: Any
) -> None:
    (tmp_path / "secret").write_text("another")
    batch_id = queued(renderer, "+447700900001")
    assert drain(worker="w", at=AT).halted == "sms-provider-refuses"
    (tmp_path / "secret").unlink()
    assert drain(worker="w", at=AT + timedelta(minutes=1)).halted == "secret-not-there"
    assert renderer.seen == []
    assert lines(batch_id) == {("queued", ""): 1}


def test_without_a_provider_a_text_is_a_row_with_that_reason(renderer: FakeRenderer) -> None:
    batch_id = queued(renderer, "+447700900001")
    drain(worker="w", at=AT)
    assert lines(batch_id) == {("skipped", "channel-not-available"): 1}
    assert not {each.channel: each.is_carried for each in channel_states.channels()}[Channel.SMS]


def test_a_test_text_and_the_doctor_say_whether_texts_leave(
    provider: SmsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["channel", "test", "sms", "+447700900001"]) == exits.DONE
    assert "it took the message" in capsys.readouterr().out
    assert len(provider.taken) == 1
    provider.sender_refused = True
    assert main(["channel", "test", "sms", "+447700900001"]) == exits.UNAVAILABLE
    assert "sms.sender" in capsys.readouterr().out
    assert main(["channel", "test", "sms", "07700"]) == exits.INVALID


def report(name: str, fields: dict[str, str], query: str = "", **signed: str) -> HttpResponse:
    """Send what a provider sends, signed as it signs."""
    path = f"/receipts/sms/{query}"
    url = settings.current().server.origin + path
    client = Client()
    if name == "vonage":
        body = json.dumps(vonage_signed(fields, **signed))
        return client.post(path, body, content_type="application/json")  # type: ignore[return-value]
    signature = twilio_signature(url, fields, **signed)
    return client.post(path, fields, headers={"X-Twilio-Signature": signature})  # type: ignore[return-value]


def said_of(name: str, row: queries.DispatchRow, state: str) -> tuple[dict[str, str], str]:
    """What a provider says of a message, and the query of the address it says it to."""
    if name == "vonage":
        status = {"delivered": "delivered", "failed": "expired"}[state]
        fields = {"client-ref": f"notice.{row.id}", "status": status, "nonce": "a&b=c"}
        return fields, ""
    status = {"delivered": "delivered", "failed": "undelivered"}[state]
    return {"MessageStatus": status, "MessageSid": "SM1"}, f"?reference=notice.{row.id}"


@pytest.mark.parametrize("provider", ["twilio", "vonage"], indirect=True)
def test_what_becomes_of_a_text_is_told_back_and_a_forged_word_changes_nothing(
    provider: SmsServer, renderer: FakeRenderer
) -> None:
    name = settings.current().sms.provider
    batch_id = queued(renderer, "+447700900001", "+447700900002")
    drain(worker="w", at=AT)
    arrived, lost = queries.dispatches(batch_id)
    forged = {"token": "guessed"} if name == "twilio" else {"secret": "guessed"}
    for state, row in (("delivered", arrived), ("failed", lost)):
        assert report(name, *said_of(name, row, state), **forged).status_code == 403
    assert lines(batch_id) == {("sent", ""): 2}
    for _ in range(2):
        assert report(name, *said_of(name, arrived, "delivered")).status_code == 204
        assert report(name, *said_of(name, lost, "failed")).status_code == 204
    assert lines(batch_id) == {("sent", ""): 1, ("failed", "not-delivered"): 1}
    assert [row.receipt for row in queries.dispatches(batch_id)] == ["delivered", "returned"]
    entries = Entry.objects.filter(kind="notice.failed")
    assert [json.loads(bytes(each.body))["facts"]["reason"] for each in entries] == [
        "not-delivered"
    ]


@pytest.mark.parametrize("provider", ["twilio", "vonage"], indirect=True)
def test_stop_is_kept_to_and_start_takes_it_back(provider: SmsServer) -> None:
    name = settings.current().sms.provider
    people = {number: e164(row["phone"], row["country"]) for number, row in load(3)}
    person, phone = next((each, number) for each, number in people.items() if number)

    def answers(words: str) -> None:
        fields = {"From": phone, "To": "+447700900000", "Body": words}
        if name == "vonage":
            fields = {"msisdn": phone.removeprefix("+"), "to": "447700900000", "text": words}
        assert report(name, fields).status_code == 204

    answers("Who is this?")
    assert contact_limits.limits_of(people) == {}
    for _ in range(2):
        answers("Stop.  Please")
    assert {
        each: limit.skipped_for(Channel.SMS)
        for each, limit in contact_limits.limits_of(people).items()
    } == {person: "asked-to-stop"}
    assert Entry.objects.filter(kind="contact.limited").count() == 1
    answers("START")
    assert contact_limits.limits_of(people) == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b"\xff\xfe{", "content_type": "application/json"},
        {"data": b"[" * 60_000, "content_type": "application/json"},
        {"data": b"a=1&a=2", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"a=" + b"x" * 70_000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"", "content_type": "multipart/form-data"},
    ],
)
def test_what_no_provider_sends_is_refused(provider: SmsServer, sent: dict[str, Any]) -> None:
    assert Client().post("/receipts/sms/", **sent).status_code in (400, 403)


def test_where_no_provider_is_set_up_nobody_is_listened_to() -> None:
    assert Client().post("/receipts/sms/", {"MessageStatus": "delivered"}).status_code == 403


def test_a_text_that_was_not_sent_has_no_receipt(
    provider: SmsServer, renderer: FakeRenderer
) -> None:
    batch_id = queued(renderer, "+447700900001")
    [row] = queries.dispatches(batch_id)
    name = settings.current().sms.provider
    report(name, *said_of(name, row, "failed"))
    assert queries.dispatches(batch_id, DispatchFilter(DispatchState.QUEUED))
