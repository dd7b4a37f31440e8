"""What every channel promises (``delivery/channels.py``), asked of each against a server that
behaves as the real one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.delivery.channels import (
    ChannelCarrier,
    DeliveryOutcome,
    DeliveryVerdict,
    NoChannel,
)
from aboveboard.delivery.draining import CARRIERS
from aboveboard.delivery.letters import Notice
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.post import queries
from aboveboard.delivery.providers.services import PROVIDERS as MAIL_PROVIDERS
from aboveboard.delivery.rendering import DispatchItem, LetterSheet, RenderedNotice
from aboveboard.delivery.sms.accounts import PROVIDERS
from aboveboard.delivery.terms import Channel
from aboveboard.kinds.kind import KindMismatch
from aboveboard.outbox import reference
from tests import letters
from tests.delivery import mail_providers, sms_servers
from tests.delivery.conftest import AT
from tests.delivery.scripted import ScriptedServer
from tests.world import load

_MESSAGE_ID = re.compile(rb"^Message-ID: (.+?)\r$", re.MULTILINE | re.IGNORECASE)


@dataclass
class ChannelOnTest:
    """Addresses on one channel, by what becomes of a message to them, and what its server has got:
    the reference and the address of each message taken."""

    good: Callable[[int], str]
    refused: str
    put_off: str
    lost: str
    unusable: str
    arrived: Callable[[], list[tuple[str, str]]]
    close: Callable[[], None]
    sheet: LetterSheet | None = None
    queued: Callable[[int], object] = lambda key: None
    keys: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def add(self, carrier: ChannelCarrier, to: str, key: int = 0) -> int:
        key = key or next(self.keys)
        item = DispatchItem(key, 5, 1000 + key, "", "en", "")
        self.queued(key)
        notice = RenderedNotice(Personal(to), "Your data", "We lost it.\n", sheet=self.sheet)
        carrier.add(item, notice, mail_domain="adventure.example", at=AT)
        return key


@contextmanager
def email(mail: Callable[..., None]) -> Iterator[ChannelOnTest]:
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer())
        mail(server.port, connections=1)

        def arrived() -> list[tuple[str, str]]:
            found = [(_MESSAGE_ID.search(data), to) for to, data in server.kept]
            return [(match[1].decode() if match else "", to) for match, to in found]

        yield ChannelOnTest(
            good=lambda number: f"p{number}@x.example",
            refused="refused@x.example",
            put_off="later@x.example",
            lost="drop@x.example",
            unusable="no address\r\nBcc: spy@x.example",
            arrived=arrived,
            close=stack.close,
        )


@contextmanager
def texts(provider: str, use: Callable[..., None]) -> Iterator[ChannelOnTest]:
    with ExitStack() as stack:
        server = stack.enter_context(sms_servers.serving(provider))
        use(provider, server)

        def arrived() -> list[tuple[str, str]]:
            return [
                (
                    form.get("client-ref") or form["StatusCallback"].partition("?")[2],
                    form.get("To") or f"+{form['to']}",
                )
                for form in server.taken
            ]

        yield ChannelOnTest(
            good=lambda number: f"+4477009001{number + 20:02d}",
            refused=sms_servers.REFUSED,
            put_off=sms_servers.LATER,
            lost=sms_servers.DROPPED,
            unusable="no number at all",
            arrived=arrived,
            close=stack.close,
        )


@contextmanager
def provider(name: str, use: Callable[..., None]) -> Iterator[ChannelOnTest]:
    with ExitStack() as stack:
        server = stack.enter_context(mail_providers.serving(name))
        use(name, server)
        yield ChannelOnTest(
            good=lambda number: f"p{number}@x.example",
            refused=mail_providers.REFUSED,
            put_off=mail_providers.LATER,
            lost=mail_providers.DROPPED,
            unusable="no address\r\nBcc: spy@x.example",
            arrived=lambda: server.taken,
            close=stack.close,
        )


_WINDOW = "1 High Street"


@contextmanager
def post(_: object) -> Iterator[ChannelOnTest]:
    """Letters: the print house takes a parcel or none, so that no letter is put off by itself."""
    load(1)
    letters.adopt()
    Batch.objects.create(id=5, kind="test", ref={}, mail_domain="", created_at=AT)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        house = letters.PrintHouse(patch, Path(folder))

        def queued(key: int) -> None:
            Dispatch.objects.get_or_create(
                id=key, defaults={"batch_id": 5, "person_id": key, "channel": "post", "due_at": AT}
            )

        def arrived() -> list[tuple[str, str]]:
            return [
                (letter, text.partition(_WINDOW)[0].strip() + "\n" + _WINDOW)
                for parcel in queries.parcels()
                for letter, text in house.texts(parcel.number).items()
            ]

        notice = Notice("Your data", "", "en", "Hello {name},", "Hello,", (), "Adventure Works")
        yield ChannelOnTest(
            good=lambda number: f"Person {number}\n{_WINDOW}",
            refused=f"\U00012000\n{_WINDOW}",
            put_off="",
            lost="",
            unusable="nowhere",
            arrived=arrived,
            close=lambda: house.lose_key(patch),
            sheet=LetterSheet(notice, Personal(""), "GB", "tell-you-of-a-loss", ("city",), 1),
            queued=queued,
        )


ON_TEST = {
    "email": (Channel.EMAIL, email, "mail"),
    "email by mailgun": (Channel.EMAIL, partial(provider, "mailgun"), "mailing"),
    "email by postmark": (Channel.EMAIL, partial(provider, "postmark"), "mailing"),
    "post": (Channel.POST, post, "db"),
    "sms by twilio": (Channel.SMS, partial(texts, "twilio"), "texting"),
    "sms by vonage": (Channel.SMS, partial(texts, "vonage"), "texting"),
}
"""Each channel by each provider of it, and the fixture that points the settings at its server."""


def test_each_channel_that_is_carried_is_asked() -> None:
    assert {channel for channel, *_ in ON_TEST.values()} == set(CARRIERS)
    assert {name.partition(" by ")[2] for name in ON_TEST} - {""} == {*PROVIDERS, *MAIL_PROVIDERS}


@pytest.fixture(params=sorted(ON_TEST))
def channel(request: pytest.FixtureRequest, db: None) -> Iterator[ChannelOnTest]:
    _, serve, points = ON_TEST[request.param]
    with serve(request.getfixturevalue(points)) as on_test:
        yield on_test


@pytest.fixture
def carrier(request: pytest.FixtureRequest, channel: ChannelOnTest) -> Iterator[ChannelCarrier]:
    carrying = CARRIERS[ON_TEST[request.node.callspec.params["channel"]][0]]()
    assert carrying is not None
    with carrying as opened:
        yield opened


def pumped(carrier: ChannelCarrier) -> dict[int, DeliveryOutcome]:
    outcomes: list[DeliveryOutcome] = []
    while carrier.busy:
        outcomes += carrier.pump(0.1)
    assert len({outcome.key for outcome in outcomes}) == len(outcomes), "one outcome each"
    return {outcome.key: outcome for outcome in outcomes}


def test_each_message_arrives_once_and_has_one_outcome(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    carrier.reach()
    keys = [channel.add(carrier, channel.good(number)) for number in range(50)]
    outcomes = pumped(carrier)
    assert {(outcome.verdict, outcome.reason) for outcome in outcomes.values()} == {
        (DeliveryVerdict.TAKEN, "")
    }
    assert sorted(outcomes) == keys
    assert sorted(to for _, to in channel.arrived()) == sorted(map(channel.good, range(50)))
    assert len({message for message, _ in channel.arrived()}) == 50


def test_who_is_not_reached_has_a_reason_and_the_others_are_reached(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    first = channel.add(carrier, channel.good(1))
    refused = channel.add(carrier, channel.refused)
    waiting = [channel.add(carrier, to) for to in (channel.put_off, channel.lost) if to]
    last = channel.add(carrier, channel.good(2))
    outcomes = pumped(carrier)
    assert {key: outcome.verdict for key, outcome in outcomes.items()} == {
        first: DeliveryVerdict.TAKEN,
        refused: DeliveryVerdict.REFUSED,
        **dict.fromkeys(waiting, DeliveryVerdict.PUT_OFF),
        last: DeliveryVerdict.TAKEN,
    }
    for key in (refused, *waiting):
        assert outcomes[key].reason
        reference.check({"reason": outcomes[key].reason})


def test_a_second_try_has_the_reference_of_the_first(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    key = channel.add(carrier, channel.good(1))
    pumped(carrier)
    channel.add(carrier, channel.good(1), key)
    channel.add(carrier, channel.good(1))
    pumped(carrier)
    (first, _), *again, (another, _) = channel.arrived()
    # A letter is not even made a second time.
    assert {second for second, _ in again} <= {first}
    assert first != another
    assert first


def test_what_was_not_begun_can_be_taken_back_and_is_never_sent(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    keys = [channel.add(carrier, channel.good(number)) for number in range(4)]
    assert carrier.take_back({keys[1], 999_999_999}) == {keys[1]}
    assert carrier.take_back() == {keys[0], keys[2], keys[3]}
    assert not carrier.busy
    assert pumped(carrier) == {}
    assert channel.arrived() == []


def test_an_address_to_which_nothing_can_be_sent_is_refused_and_nothing_waits(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    with pytest.raises(KindMismatch):
        channel.add(carrier, channel.unusable)
    assert not carrier.busy


def test_a_channel_that_is_away_blames_no_message(
    channel: ChannelOnTest, carrier: ChannelCarrier
) -> None:
    channel.close()
    with pytest.raises(NoChannel) as asked:
        carrier.reach()
    keys = {channel.add(carrier, channel.good(number)) for number in range(3)}
    with pytest.raises(NoChannel) as tried:
        pumped(carrier)
    for refusal in (asked.value, tried.value):
        reference.check({"reason": refusal.reason})
        assert refusal.outcomes == []
    assert carrier.take_back() == keys
    assert not carrier.busy
