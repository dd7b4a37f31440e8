"""Notices: from a queued row to the mail server's yes and a recorded row, beside a program that
only writes and sends mail.

Three figures for each database: sending alone, with addresses made up in memory; the same with each
address and name opened from the vault, with a decision and a ledger entry of its own; and what the
product does: the notices of a lost laptop with everybody on it, queued from the count, rendered as
text and HTML for each person, place and language. All write a durable row and a ledger entry for
each notice.

The floor is as many processes with as many connections to the same sink, which pipeline as we do
(RFC 2920). Its message is as large as the product's and made of a template by one operation on
bytes; it opens nothing, and keeps no row at all.
"""

from __future__ import annotations

import binascii
import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from bench.instance import ROOT, aboveboard, instance, python
from bench.row import Row

NOTICES = 20_000
CONNECTIONS = 8
WORKERS = 2
TEXT = (
    "Dear Zoë,\n\nOn 3 May a laptop was lost. On it were your name, your e-mail address and "
    "your telephone number.\n\n"
) * 4
KINDS = {
    "notices sent": "bench.made-up",
    "notices opened and sent": "bench.opened",
    "notices of an incident": "incident.notice",
}
"""What is measured, and the kind of batch: the last is the program's own."""


def run() -> list[Row]:
    """Measure on both databases, ``WORKERS`` worker processes and the sink on the same cores."""
    from aboveboard.commands.demo.people import write

    rows = []
    for database in ("sqlite", "postgres"):
        with (
            tempfile.TemporaryDirectory() as folder,
            instance(database) as environment,
            sink() as port,
        ):
            environment = {
                **environment,
                "ABOVEBOARD_MAIL_URL": f"smtp://127.0.0.1:{port}",
                "ABOVEBOARD_MAIL_CONNECTIONS": str(CONNECTIONS),
            }
            file = Path(folder) / "customers.csv"
            write(file, NOTICES)
            aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
            floor = _floor(port)
            where = f"{database}, {NOTICES:,}, {WORKERS} workers, {CONNECTIONS} connections each"
            for name, kind in KINDS.items():
                queued = python(environment, "bench.notices", "queue", kind)
                rows.append(Row(name, _drain(environment), "notices/s", floor, where))
            # Of the last: the program's own, from the count.
            rows.append(Row("notices queued", NOTICES / float(queued), "notices/s", 0.0, database))
    return rows


@contextmanager
def sink() -> Iterator[int]:
    """Yield the port of a mail server that keeps nothing."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as sink:
        assert sink.stdout is not None
        try:
            yield int(sink.stdout.readline())
        finally:
            sink.kill()


def _drain(environment: dict[str, str]) -> float:
    """Run the workers; count from the first one's first claim to the last one's last record."""
    command = [sys.executable, "-m", "bench.notices", "drain"]
    workers = [
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(WORKERS)
    ]
    done = [json.loads(worker.communicate()[0]) for worker in workers]
    if sum(one["sent"] for one in done) != NOTICES:
        raise RuntimeError(f"not everyone was sent to: {done}")
    busy = [one for one in done if one["sent"]]
    return NOTICES / (max(one["end"] for one in busy) - min(one["start"] for one in busy))


def _floor(port: int) -> float:
    command = [sys.executable, "-m", "bench.notices", "floor", str(port)]
    senders = [
        subprocess.Popen([*command, str(first)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for first in range(WORKERS)
    ]
    done = [json.loads(sender.communicate()[0]) for sender in senders]
    return NOTICES / (max(one["end"] for one in done) - min(one["start"] for one in done))


def _send_templates(port: int, first: int) -> None:
    """Send every other message of the floor, on several connections."""
    envelope = b"MAIL FROM:<us@x.example>\r\nRCPT TO:<p%d@x.example>\r\nDATA\r\n"
    # Three kilobytes, as the notice of a lost laptop in text and HTML has.
    quoted = binascii.b2a_qp((TEXT * 6).encode()).replace(b"\n", b"\r\n")
    message = (
        b"From: us@x.example\r\nTo: p%d@x.example\r\nSubject: Your data\r\n"
        b"Message-ID: <%d@x.example>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"Dear Ann,\r\n" + quoted.replace(b"%", b"%%") + b"\r\n.\r\n"
    )
    numbers = iter(range(first, NOTICES, WORKERS))
    start, selector = time.time(), selectors.DefaultSelector()
    under_way: dict[socket.socket, int] = {}
    for number in islice(numbers, CONNECTIONS):
        line = socket.create_connection(("127.0.0.1", port))
        line.recv(4096)
        line.sendall(b"EHLO floor\r\n")
        line.recv(4096)
        line.sendall(envelope % number)
        under_way[line] = number
        selector.register(line, selectors.EVENT_READ)
    while under_way:
        for key, _ in selector.select():
            line = key.fileobj
            assert isinstance(line, socket.socket)
            said = line.recv(4096)
            if b"354" in said:  # the message is asked for; what was before it is taken
                number, following = under_way[line], next(numbers, None)
                next_one = b"" if following is None else envelope % following
                line.sendall(message % (number, number) + next_one)
                under_way[line] = -1 if following is None else following
            elif under_way[line] == -1 and said.endswith(b"ok\r\n"):
                selector.unregister(line)
                del under_way[line]
                line.close()
    print(json.dumps({"start": start, "end": time.time()}))


def _register() -> None:
    import django

    django.setup()
    from aboveboard.access.actions import use_many
    from aboveboard.access.use import UseRequest
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.basics.package import Letter, Package, gather, gathered
    from aboveboard.basics.personal import Personal
    from aboveboard.delivery import rendering

    def made_up(
        items: Sequence[rendering.DispatchItem],
    ) -> Iterable[tuple[int, rendering.RenderedNotice | rendering.SkippedNotice]]:
        for item in items:
            yield (
                item.id,
                rendering.RenderedNotice(
                    Personal(f"p{item.person_id}@x.example"), "Your data", TEXT
                ),
            )

    def opened(
        items: Sequence[rendering.DispatchItem],
    ) -> Iterable[tuple[int, rendering.RenderedNotice | rendering.SkippedNotice]]:
        fields = ("email", "first_name", "last_name")
        asked = UseRequest(SYSTEM, "tell-you-of-a-loss", fields, "email")
        of = {item.person_id: item.id for item in items}
        for person_id, result in use_many(asked, of, at=clock.now()):
            assert result.allowed, result
            address, name = result.values["email"], result.values["first_name"]
            assert address is not None
            assert name is not None
            yield (
                of[person_id],
                rendering.RenderedNotice(address, "Your data", TEXT.replace("Zoë", name.reveal())),
            )

    letters = (Letter("bench.made-up", made_up), Letter("bench.opened", opened))
    packages = (*gathered(), Package(name="bench", letters=letters))
    gather((lambda package=package: package) for package in packages)


def _queue(kind: str) -> None:
    _register()
    if kind == "incident.notice":
        print(_queue_incident())
        return
    from aboveboard.basics import clock
    from aboveboard.delivery import actions
    from aboveboard.vault import queries as vault

    at = clock.now()
    batch_id = actions.open_batch(kind, {}, at=at)
    queued = actions.queue(
        batch_id,
        (actions.BatchRecipient(person_id, "en") for person_id in vault.iter_person_ids()),
        at=at,
    )
    assert queued == NOTICES, queued


def _queue_incident() -> float:
    """Lose a laptop with everybody on it, have the notices approved, and queue them; return the
    seconds that the queueing took."""
    from aboveboard.basics import clock, settings
    from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
    from aboveboard.custody import actions as custody
    from aboveboard.custody import exporting
    from aboveboard.custody.terms import DeviceKind, EncryptionState
    from aboveboard.incidents import actions as incidents
    from aboveboard.incidents.exposure import counting
    from aboveboard.incidents.notices import actions as notices
    from aboveboard.vault import queries as vault

    at, fields = clock.now(), ("customer_number", "first_name", "last_name", "email", "phone")
    lead = Actor(ActorKind.STAFF, "1", Role.INCIDENT_LEAD, "Security")
    second = Actor(ActorKind.STAFF, "2", Role.PRIVACY_LEAD, "Privacy")
    adviser = Actor(ActorKind.STAFF, "3", Role.ADVISER, "Service")
    laptop = custody.register_device(
        kind=DeviceKind.LAPTOP,
        name="Field laptop",
        tag="LT-0042",
        encrypted=EncryptionState.NO,
        holder_id=3,
        by=lead,
        at=at,
    )
    exporting.make_export(
        list(vault.iter_person_ids()),
        fields,
        purpose="deliver-orders",
        out=settings.current().path("customers.csv"),
        device_id=laptop.id,
        unprotected=True,
        by=adviser,
        at=at,
    )
    lost = incidents.report_loss(
        laptop.id, note="", occurred_at=at, reported_in_seconds=60, by=lead, at=at
    )
    counting.count(lost.number, by=SYSTEM, at=at)
    batch = notices.prepare(lost.number, by=lead, at=at)
    notices.approve(batch.id, by=second, at=at)
    start = time.perf_counter()
    queued = notices.queue_everyone(batch.id, at=at)
    assert queued == NOTICES, queued
    return time.perf_counter() - start


def _work() -> None:
    _register()
    from aboveboard.basics import clock
    from aboveboard.delivery.actions import drain

    start = time.time()
    done = drain(worker="bench", at=clock.now())
    print(json.dumps({"start": start, "end": time.time(), "sent": done.sent}))


if __name__ == "__main__":
    if sys.argv[1] == "queue":
        _queue(sys.argv[2])
    elif sys.argv[1] == "floor":
        _send_templates(int(sys.argv[2]), int(sys.argv[3]))
    else:
        _work()
