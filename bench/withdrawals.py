"""Withdrawn here, refused there: whether data is given after a no was answered, on any process, and
how long a no takes under load.

Two server processes over one database. Programs use the data of people without a pause through
either; meanwhile each person says no through one of them. Counted is every answer that gave data
and was asked for after the no was answered: none is promised. The floor is a no each second.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from aboveboard.commands.demo.people import people, write
from bench.instance import aboveboard, instance, python
from bench.row import Row
from bench.uses import serving

PEOPLE = 40
ASKING = 4
"""Threads that ask without a pause, each time on another connection, of either process."""
_SERVE = [
    "-m", "aboveboard.commands.main", "serve", "--processes", "2", "--no-worker", "--port",
]  # fmt: skip
_SECOND = 1.0


def run() -> list[Row]:
    """Measure on both databases."""
    return [_measure(database) for database in ("sqlite", "postgres")]


def _measure(database: str) -> Row:
    with TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        reads, says = python(environment, "bench.withdrawals", "clients").split()
        named = [{"kind": "email", "value": person["email"]} for person in people(PEOPLE)]
        with serving(_SERVE, environment) as (_, port):
            _say(port, says, named, "yes")
            late, uses, took = _withdraw_under_load(port, reads, says, named)
    note = (
        f"{database}, 2 processes: {uses:,} uses asked for meanwhile, {late} given after a no; a "
        f"no took {took * 1e3:.0f} ms"
    )
    return Row("withdrawn", 1 / took, "withdrawals/s", 1 / _SECOND, note)


def _say(port: int, token: str, named: Sequence[dict[str, str]], answer: str) -> list[float]:
    """Say yes or no of each, and return when each was answered."""
    at = []
    for person in named:
        body = {
            "person": person, "purpose": "personal-offers", "answer": answer,
            "channel": "email", "evidence": "bench:1",
        }  # fmt: skip
        status, _ = _post(port, "/api/v1/choices", token, body)
        if status != http.HTTPStatus.CREATED:
            raise RuntimeError(f"a choice was not taken: {status}")
        at.append(time.monotonic())
    return at


def _withdraw_under_load(
    port: int, reads: str, says: str, named: Sequence[dict[str, str]]
) -> tuple[int, int, float]:
    """Return how many uses that began after the no gave data, how many there were, and the seconds
    that a no took."""
    ended = threading.Event()
    given: list[list[tuple[int, float, bool]]] = [[] for _ in range(ASKING)]

    def ask(number: int, seen: list[tuple[int, float, bool]]) -> None:
        place = number
        while not ended.is_set():
            place = (place + 1) % len(named)
            began = time.monotonic()
            body = {
                "person": named[place], "purpose": "personal-offers", "fields": ["email"],
                "channel": "email",
            }  # fmt: skip
            status, _ = _post(port, "/api/v1/uses", reads, body)
            seen.append((place, began, status == http.HTTPStatus.OK))

    threads = [threading.Thread(target=ask, args=pair) for pair in enumerate(given)]
    for thread in threads:
        thread.start()
    start = time.monotonic()
    no = _say(port, says, named, "no")
    took = (time.monotonic() - start) / len(named)
    time.sleep(_SECOND)
    ended.set()
    for thread in threads:
        thread.join()
    uses = [use for seen in given for use in seen]
    late = sum(allowed and began > no[place] for place, began, allowed in uses)
    if not any(allowed for _, _, allowed in uses):
        raise RuntimeError("nothing was given before the no, so nothing was measured")
    return late, len(uses), took


def _post(port: int, path: str, token: str, body: object) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def _make_clients() -> str:
    import django

    django.setup()
    from datetime import timedelta

    from aboveboard.accounts.clients import actions, tokens
    from aboveboard.accounts.models import ServiceClient
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM

    given = []
    # Two: nobody uses data under a yes that they alone recorded.
    for name in ("reads", "says"):
        client, _ = actions.make_client(
            name=name,
            role="offers-service",
            team="Bench",
            purposes=["personal-offers"],
            choices=["personal-offers"],
            channels=["email"],
            by=SYSTEM,
            at=clock.now(),
        )
        row = ServiceClient.objects.get(pk=client.id)
        given.append(tokens.issue(row, at=clock.now(), life=timedelta(hours=1)))
    return " ".join(given)


if __name__ == "__main__" and sys.argv[1:] == ["clients"]:
    print(_make_clients())
