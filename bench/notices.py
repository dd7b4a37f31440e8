"""Notices: from a queued row to the mail server's yes and a recorded row, beside a program that
only writes and sends mail.

Two figures for each database: sending alone, with addresses made up in memory; and the whole
way, where each address and name is opened from the vault with a decision and a ledger entry
of its own. Both write a durable row and a ledger entry for each notice. The floor builds the
same message from a template and speaks SMTP on the same number of connections to the same
sink, and keeps no row at all.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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


def run() -> list[Row]:
    """Measure on both databases, ``WORKERS`` worker processes and the sink on the same cores."""
    from aboveboard.commands.demo.people import write

    rows = []
    for database in ("sqlite", "postgres"):
        with (
            tempfile.TemporaryDirectory() as folder,
            instance(database) as environment,
            _sink() as port,
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
            for name, kind in (
                ("notices sent", "bench.made-up"),
                ("notices opened and sent", "bench.opened"),
            ):
                python(environment, "bench.notices", "queue", kind)
                figure = _drain(environment)
                rows.append(
                    Row(
                        name,
                        figure,
                        "notices/s",
                        floor,
                        (
                            f"{database}, {NOTICES:,}, {WORKERS} workers, {CONNECTIONS} "
                            "connections each"
                        ),
                    )
                )
    return rows


@contextmanager
def _sink() -> Iterator[int]:
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
    import binascii

    def one(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.recv(4096)
            line.sendall(b"EHLO floor\r\n")
            line.recv(4096)
            for number in range(first, NOTICES, CONNECTIONS):
                line.sendall(
                    b"MAIL FROM:<us@x.example>\r\nRCPT TO:<p%d@x.example>\r\nDATA\r\n" % number
                )
                while b"354" not in line.recv(4096):
                    pass
                body = binascii.b2a_qp(TEXT.encode()).replace(b"\n", b"\r\n")
                head = (
                    f"From: us@x.example\r\nTo: p{number}@x.example\r\nSubject: Your data\r\n"
                    f"Message-ID: <{number}@x.example>\r\n"
                )
                line.sendall(
                    head.encode()
                    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                    + body
                    + b"\r\n.\r\n"
                )
                line.recv(4096)

    threads = [threading.Thread(target=one, args=(first,)) for first in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return NOTICES / (time.perf_counter() - start)


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
    else:
        _work()
