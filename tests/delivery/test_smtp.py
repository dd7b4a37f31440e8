"""Handing letters to a mail server, with and without PIPELINING, through everything it may say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.pool import MailPool
from aboveboard.delivery.smtp.server import MailServer, NoServer
from tests.delivery.scripted import ScriptedServer

MESSAGE = b"Subject: hello\r\n\r\nOne line.\r\n.A line with a dot first.\r\n"


def post_to(server: ScriptedServer, *, connections: int = 2, timeout: float = 5) -> MailPool:
    return MailPool(
        MailServer.from_url(f"smtp://127.0.0.1:{server.port}"),
        sender="us@example.com",
        connections=connections,
        timeout=timeout,
    )


def send(post: MailPool, letters: list[OutgoingMail]) -> dict[int, DeliveryOutcome]:
    outcomes: list[DeliveryOutcome] = []
    with post:
        post.give(letters)
        while post.busy:
            outcomes += post.pump(0.1)
    assert len({outcome.key for outcome in outcomes}) == len(outcomes), "one outcome each"
    return {outcome.key: outcome for outcome in outcomes}


def letters(*to: str, data: bytes = MESSAGE) -> list[OutgoingMail]:
    return [OutgoingMail(key, address, data) for key, address in enumerate(to)]


@pytest.fixture(params=["pipelining", "lock-step", "data in any case"])
def server(request: pytest.FixtureRequest) -> Iterator[ScriptedServer]:
    with ScriptedServer(
        pipelining=request.param != "lock-step",
        data_in_any_case=request.param == "data in any case",
    ) as running:
        yield running
        assert not running.strays, "a server without PIPELINING gets one command at a time"


def test_every_letter_arrives_once_and_whole(server: ScriptedServer) -> None:
    names = [f"p{number}@example.com" for number in range(300)]
    outcomes = send(post_to(server, connections=4), letters(*names))
    assert {outcome.verdict for outcome in outcomes.values()} == {DeliveryVerdict.TAKEN}
    assert sorted(to for to, _ in server.kept) == sorted(names)
    assert {body for _, body in server.kept} == {MESSAGE}


def test_each_answer_reaches_its_own_letter(server: ScriptedServer) -> None:
    to = [
        "a@x.example",
        "refused@x.example",
        "b@x.example",
        "later@x.example",
        "unwanted@x.example",
        "full@x.example",
        "c@x.example",
    ]
    outcomes = send(post_to(server, connections=1), letters(*to))
    assert [(outcomes[key].verdict, outcomes[key].code) for key in range(len(to))] == [
        (DeliveryVerdict.TAKEN, 250),
        (DeliveryVerdict.REFUSED, 550),
        (DeliveryVerdict.TAKEN, 250),
        (DeliveryVerdict.PUT_OFF, 451),
        (DeliveryVerdict.REFUSED, 554),
        (DeliveryVerdict.PUT_OFF, 452),
        (DeliveryVerdict.TAKEN, 250),
    ]
    assert [to for to, _ in server.kept] == ["a@x.example", "b@x.example", "c@x.example"]


def test_a_line_lost_while_the_server_decides_puts_only_that_letter_off(
    server: ScriptedServer,
) -> None:
    outcomes = send(
        post_to(server, connections=1),
        letters("a@x.example", "drop@x.example", "b@x.example", "c@x.example"),
    )
    assert [(outcomes[key].verdict, outcomes[key].code) for key in range(4)] == [
        (DeliveryVerdict.TAKEN, 250),
        (DeliveryVerdict.PUT_OFF, 0),
        (DeliveryVerdict.TAKEN, 250),
        (DeliveryVerdict.TAKEN, 250),
    ]


def test_a_server_that_closes_after_a_few_messages_is_called_again(server: ScriptedServer) -> None:
    server.messages_per_line = 3
    outcomes = send(post_to(server), letters(*[f"p{number}@example.com" for number in range(20)]))
    assert {outcome.verdict for outcome in outcomes.values()} == {DeliveryVerdict.TAKEN}
    assert len(server.kept) == 20


def test_a_large_message_is_sent_in_as_many_pieces_as_the_connection_takes(
    server: ScriptedServer,
) -> None:
    large = b"Subject: large\r\n\r\n" + b"0123456789" * 7 + b"\r\n"
    large += (b"0123456789" * 7 + b"\r\n") * 100_000
    outcomes = send(post_to(server), letters("a@x.example", "b@x.example", data=large))
    assert {outcome.verdict for outcome in outcomes.values()} == {DeliveryVerdict.TAKEN}
    assert [body for _, body in server.kept] == [large, large]


def test_a_silent_server_is_given_up_after_the_timeout(server: ScriptedServer) -> None:
    outcomes = send(
        post_to(server, connections=1, timeout=0.3), letters("slow@x.example", "a@x.example")
    )
    assert (outcomes[0].verdict, outcomes[0].code) == (DeliveryVerdict.PUT_OFF, 0)
    assert outcomes[1].verdict is DeliveryVerdict.TAKEN


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ({"greeting": "554 go away"}, "mail-server-refuses"),
        ({"mail": "530 sign in first"}, "mail-server-refuses-sender"),
        ({"mail": "451 not today"}, "mail-server-refuses-sender"),
    ],
)
def test_a_server_that_takes_nothing_from_us_leaves_every_letter_as_it_was(
    server: ScriptedServer, trouble: dict[str, str], reason: str
) -> None:
    for name, value in trouble.items():
        setattr(server, name, value)
    given = letters("a@x.example", "b@x.example", "c@x.example")
    with post_to(server) as post:
        post.give(given)
        with pytest.raises(NoServer) as caught:
            list(iter(lambda: post.pump(0.1), None))
        assert caught.value.reason == reason
        assert caught.value.outcomes == []
        assert sorted(letter.key for letter in post.take_back()) == [0, 1, 2]
        assert not post.busy


def test_nobody_at_the_port_is_said_at_once() -> None:
    with ScriptedServer() as server:
        pass
    with post_to(server) as post:
        post.give(letters("a@x.example"))
        with pytest.raises(NoServer) as caught:
            post.pump(0.1)
    assert caught.value.reason == "mail-server-unreachable"


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(server: ScriptedServer) -> None:
    outcomes = send(post_to(server, connections=1), letters("zoë@x.example", "a@x.example"))
    assert [outcomes[key].verdict for key in (0, 1)] == [
        DeliveryVerdict.TAKEN,
        DeliveryVerdict.TAKEN,
    ]
    assert any(command == "MAIL FROM:<us@example.com> SMTPUTF8" for command in server.commands)
    server.utf8 = False
    outcomes = send(post_to(server, connections=1), letters("zoë@x.example", "a@x.example"))
    assert [(outcomes[key].verdict, outcomes[key].code) for key in (0, 1)] == [
        (DeliveryVerdict.REFUSED, 0),
        (DeliveryVerdict.TAKEN, 250),
    ]


def test_letters_no_line_has_begun_can_be_taken_back(server: ScriptedServer) -> None:
    with post_to(server, connections=1) as post:
        post.give(letters(*[f"p{number}@example.com" for number in range(50)]))
        known = list(post.pump(0.1))
        back = post.take_back()
        while post.busy:
            known += post.pump(0.1)
    assert 40 < len(back) < 50
    assert len(server.kept) == len(known) == 50 - len(back)


def test_a_mail_server_setting_does_not_print_its_password() -> None:
    assert "secret" not in repr(MailServer.from_url("smtps://me:secret@mail.example"))
    assert MailServer.from_url("smtps://me:se%40cret@mail.example") == MailServer(
        "smtps", "mail.example", 465, "me", "se@cret"
    )


def test_letters_that_the_server_cannot_be_given_at_all_have_an_outcome_too() -> None:
    """Alone in a batch they stood as being sent until their lease ran out, again and again."""
    with ScriptedServer(utf8=False) as running:
        outcomes = send(post_to(running), letters("jörg@x.example", "zoë@x.example"))
    assert {(outcome.verdict, outcome.code) for outcome in outcomes.values()} == {
        (DeliveryVerdict.REFUSED, 0)
    }
    assert sorted(outcomes) == [0, 1]
