"""A worker killed in the middle of a send, more than once, and started again."""

from __future__ import annotations

import email
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from aboveboard.basics import settings
from aboveboard.delivery import catcher, limits, queries
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.terms import DispatchState
from tests.delivery.conftest import FakeRenderer, batch_of
from tests.delivery.scripted import ScriptedServer

PEOPLE = 2000
CONNECTIONS = 4


def _database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:{name}"
    return urlsplit(settings.current().database.url)._replace(path=f"/{name}").geturl()


def start_worker(port: int, seconds: float) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "ABOVEBOARD_DATABASE_URL": _database_url(),
        "ABOVEBOARD_MAIL_URL": f"smtp://127.0.0.1:{port}",
        "ABOVEBOARD_MAIL_SENDER": "privacy@adventure.example",
        "ABOVEBOARD_MAIL_CONNECTIONS": str(CONNECTIONS),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.delivery.sending_process", str(seconds)], env=environment
    )


def message_ids(server: ScriptedServer) -> list[str]:
    return [str(email.message_from_bytes(body)["Message-ID"]) for _, body in server.kept]


def recorded() -> set[str]:
    sent = Dispatch.objects.filter(state=DispatchState.SENT).values_list("id", flat=True)
    return {f"<notice.{id_}@adventure.example>" for id_ in sent}


@pytest.mark.django_db(transaction=True)
def test_everyone_is_reached_and_nobody_recorded_is_sent_to_again(
    renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = _batch(monkeypatch)
    lease = limits.DELIVERY_LEASE.total_seconds()
    with ScriptedServer() as server:
        settled: set[str] = set()
        for round_, kill_after in enumerate((130, 560, 1310)):
            before = len(server.kept)
            worker = start_worker(server.port, round_ * 2 * lease)
            while len(server.kept) < kill_after:
                assert worker.poll() is None, "it ended before it could be killed"
                time.sleep(0.001)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            # What it had handed over before it died may still be on its way into the server.
            time.sleep(0.2)
            assert not settled & set(message_ids(server)[before:]), (
                "recorded before the last kill, and sent again"
            )
            settled = recorded()
            assert settled
            assert (
                len(set(message_ids(server)) - settled) <= limits.DELIVERY_GROUP + 2 * CONNECTIONS
            ), "accepted, not recorded"
        before = len(server.kept)
        assert start_worker(server.port, 6 * lease).wait(60) == 0
        assert not settled & set(message_ids(server)[before:])
        reached = Counter(message_ids(server))
        assert len(reached) == PEOPLE, "everyone, and a repeat has the same Message-ID"
        assert len({to for to, _ in server.kept}) == PEOPLE
        repeats = sum(reached.values()) - PEOPLE
        assert repeats <= 3 * (limits.DELIVERY_GROUP + 2 * CONNECTIONS)
    progress = queries.progress(batch_id)
    assert (progress.count(DispatchState.SENT), progress.is_over) == (PEOPLE, True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_repeat_nobody(
    renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = _batch(monkeypatch)
    with ScriptedServer() as server:
        workers = [start_worker(server.port, 0), start_worker(server.port, 0)]
        assert [worker.wait(60) for worker in workers] == [0, 0]
        assert len(server.kept) == PEOPLE
        assert len(set(message_ids(server))) == PEOPLE
    assert queries.progress(batch_id).count(DispatchState.SENT) == PEOPLE


@pytest.mark.one_database("what the catcher keeps")
@pytest.mark.django_db(transaction=True)
def test_the_catcher_keeps_what_a_worker_sends_and_it_can_be_read(
    renderer: FakeRenderer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _batch(monkeypatch, people=30)
    port = free_port()
    with catcher.start("127.0.0.1", port, tmp_path):
        with pytest.raises(catcher.PortTaken):
            catcher.start("127.0.0.1", port, tmp_path)
        assert start_worker(port, 0).wait(60) == 0
    page = queries.caught_messages(tmp_path, limit=20)
    rest = queries.caught_messages(tmp_path, before=page[-1].name, limit=20)
    assert sorted(one.to for one in (*page, *rest)) == sorted(
        f"p{person}@x.example" for person in range(1, 31)
    )
    assert [one.name for one in (*page, *rest)] == sorted(
        (one.name for one in (*page, *rest)), reverse=True
    )
    [mine] = queries.caught_messages(tmp_path, to="P7@x.example")
    read = queries.read_caught(tmp_path, mine.name)
    assert (read.to, read.subject, read.text.splitlines()[0]) == (
        "p7@x.example",
        "Your data",
        "Dear person 7,",
    )
    for name in ("../aboveboard.toml", "/etc/passwd", "x.eml", f"{0:020d}-{0:016x}.eml"):
        with pytest.raises(queries.NotFound):
            queries.read_caught(tmp_path, name)


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _batch(monkeypatch: pytest.MonkeyPatch, people: int = PEOPLE) -> int:
    from dataclasses import replace

    instance = settings.current()
    changed = replace(instance, mail=replace(instance.mail, sender="privacy@adventure.example"))
    with monkeypatch.context() as patch:
        patch.setattr(settings, "current", lambda: changed)
        return batch_of(range(1, people + 1))
