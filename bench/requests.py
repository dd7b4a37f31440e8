"""Requests for access over a shop's PostgreSQL of two tables, from the job to the sealed copies of
what is held, beside a program that only reads the same rows and writes them to a file.

The floor proves nobody, keeps no state that survives a crash, writes no entry and seals nothing: it
signs in once, reads a customer and their orders, and syncs one file for each.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from aboveboard.commands.demo.people import people, write
from bench.instance import ROOT, aboveboard, instance
from bench.notices import sink
from bench.row import Row
from scripts import postgres

PEOPLE = 400
AT_ONCE = 50
ROUNDS = 4
ORDERS = 6
"""Orders of each customer in the shop."""
PERSON_ROWS = int(os.environ.get("BENCH_PERSON_ROWS", "100000"))
"""Rows of the one person who has many; the issue's figure is a million."""

SHOP = """\
system: shop
name: The web shop
kind: sql
why: What you ordered.
source: From you, when you order.
owner: Shop
data_uses: [essential.service]
data_subjects: [customer]
addresses: {{private: ["{host}"]}}
sql: {{dialect: postgresql, host: {host}, port: {port}, database: {database}, user: {user},
  password: "env:SHOP_PASSWORD", tls: "off"}}
collections:
  customers:
    about: Your account
    fields:
      email: {{identifier: email, category: user.contact.email}}
      name: {{category: user.name}}
  orders:
    about: What you ordered
    belongs_to: customers
"""


def run() -> list[Row]:
    """Measure on both databases."""
    with shop() as url:
        return [row for database in ("sqlite", "postgres") for row in _measure(database, url)]


@contextmanager
def shop() -> Iterator[str]:
    """Yield the address of a PostgreSQL with the shop's two tables."""
    server = postgres.start(("max_connections=40",))
    try:
        import sqlalchemy as sa

        engine = sa.create_engine(
            sa.make_url(server.url).set(drivername="postgresql+psycopg"),
            poolclass=sa.pool.NullPool,
        )
        named = [
            {"id": number, "email": each["email"], "name": each["last_name"]}
            for number, each in enumerate(people(PEOPLE), 1)
        ]
        with engine.begin() as connection:
            connection.execute(sa.text(_TABLES))
            connection.execute(sa.text("INSERT INTO customers VALUES (:id, :email, :name)"), named)
            for most, first, last in ((ORDERS, 2, PEOPLE), (PERSON_ROWS, 1, 1)):
                connection.execute(sa.text(_ORDERS), {"most": most, "first": first, "last": last})
        yield server.url
    finally:
        server.stop()


_TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text UNIQUE, name text);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id bigint REFERENCES customers, what text);
CREATE INDEX ON orders (customer_id)
"""
_ORDERS = """
INSERT INTO orders (customer_id, what)
SELECT customer, 'A thing of number ' || n
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS customer,
    generate_series(1, CAST(:most AS int)) AS n
"""


def _measure(database: str, url: str) -> list[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        instance(database) as environment,
        sink() as mail,
    ):
        environment["ABOVEBOARD_MAIL_URL"] = f"smtp://127.0.0.1:{mail}"
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        environment |= {"SHOP_URL": url, "SHOP_FOLDER": folder}
        environment["SHOP_PASSWORD"] = _settings(url)["password"] or "none"
        single = _run(environment, "one", str(AT_ONCE))
        floor = _run(environment, "floor", str(AT_ONCE))
        many = _by_two_workers(environment)
        large = _run(environment, "large")
    done = single["done"]
    cpu, statements, wall = (single[name] for name in ("cpu", "statements", "wall"))
    return [
        Row(
            "access, one after another",
            60 * done / wall,
            "requests/min",
            60 * floor["done"] / floor["wall"],
            f"{database}; {1e3 * wall / done:,.0f} ms and {1e3 * cpu / done:,.0f} ms "
            f"of CPU each, {statements / done:,.0f} statements; worker {single['memory']:,.0f} "
            "MB",
        ),
        Row(
            f"access, {AT_ONCE} at once",
            60 * AT_ONCE * ROUNDS / many,
            "requests/min",
            60 * floor["done"] / floor["wall"],
            f"{database}; two workers",
        ),
        Row(
            f"a person with {PERSON_ROWS:,} rows",
            PERSON_ROWS / large["wall"],
            "rows/s",
            PERSON_ROWS / large["floor"],
            f"{database}; {large['more']:,.0f} MB more than with {ORDERS} rows",
        ),
    ]


def _run(environment: dict[str, str], *words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.requests", *words]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"bench.requests {words[0]} failed: {done.stderr.strip()[-2000:]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _by_two_workers(environment: dict[str, str]) -> float:
    """Return the seconds in which two workers do what waits for them."""
    _run(environment, "ask", str(AT_ONCE * ROUNDS))
    command = [sys.executable, "-m", "bench.requests", "drain"]
    workers = [
        subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()  # it has begun
    start = time.perf_counter()
    for worker in workers:
        worker.communicate(b"go\n")
        if worker.returncode:
            raise RuntimeError("a worker of the bench failed")
    return time.perf_counter() - start


def _settings(url: str) -> dict[str, str]:
    import sqlalchemy as sa

    parts = sa.make_url(url)
    return {
        "host": parts.host or "",
        "port": str(parts.port),
        "database": parts.database or "",
        "user": parts.username or "",
        "password": str(parts.password or ""),
    }


# ---- in a process of its own ---------------------------------------------------------------------


def _inner(words: list[str]) -> dict[str, float]:
    import django

    django.setup()
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.connectors import actions

    declared = SHOP.format(**_settings(os.environ["SHOP_URL"]))
    actions.declare(declared, name="shop.yaml", by=SYSTEM, at=clock.now())
    if words[0] == "floor":
        return _floor(int(words[1]))
    if words[0] == "ask":
        return {"asked": len(_ask(range(2, 2 + int(words[1]))))}
    if words[0] == "drain":
        return _drain()
    return _large() if words[0] == "large" else _one_by_one(int(words[1]))


def _ask(places: range) -> list[int]:
    """Ask for access for the people in these places of the file, counted from 1, who are signed
    in; return the numbers of the requests."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import CUSTOMER
    from aboveboard.rights.requests import actions
    from aboveboard.rights.requests.terms import (
        NewRequest,
        ProofEvidence,
        RequestChannel,
        RequestKind,
    )
    from aboveboard.vault.queries import find

    numbers = []
    named = _customers()
    for place in places:
        (person,) = find("email", named[place - 1]["email"])
        new = NewRequest(
            kind=RequestKind.ACCESS,
            channel=RequestChannel.PORTAL,
            received_at=clock.now(),
            person_id=person,
        )
        signed_in = ProofEvidence.SIGNED_IN
        numbers.append(actions.ask(new, evidence=signed_in, by=CUSTOMER, at=clock.now()))
    return numbers


@cache
def _customers() -> list[dict[str, str]]:
    """Return the rows of the file. Made once: making them took as long as a request."""
    return list(people(PEOPLE))


def _work() -> int:
    from aboveboard.outbox import jobs

    return jobs.run_jobs_once(worker=f"bench-{os.getpid()}")


def _refuse_unread(numbers: list[int]) -> None:
    from aboveboard.basics import clock
    from aboveboard.rights.requests import queries
    from aboveboard.rights.requests.state import RequestStage

    for number in numbers:
        stage = queries.request(number, at=clock.now()).state.stage
        if stage is not RequestStage.REVIEWING:
            raise RuntimeError(f"request {number} is at {stage.value}")


def _one_by_one(count: int) -> dict[str, float]:
    from django.db import connection

    _ask(range(2, 4))
    _work()  # what a process reads once
    statements = 0

    def counted(execute: object, *args: object) -> object:
        nonlocal statements
        statements += 1
        return execute(*args)  # type: ignore[operator]

    with connection.execute_wrapper(counted):
        _ask(range(4, 5))
        _work()
    start, cpu = time.perf_counter(), time.process_time()
    numbers = []
    for place in range(5, 5 + count):
        numbers += _ask(range(place, place + 1))
        _work()
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    _refuse_unread(numbers)
    return {
        "done": count,
        "wall": wall,
        "cpu": used,
        "statements": statements * count,
        "memory": _memory(),
    }


def _drain() -> dict[str, float]:
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    while more := _work():
        done += more
    return {"done": done}


def _large() -> dict[str, float]:
    numbers = _ask(range(2, 4))
    _work()
    before = _memory()
    start = time.perf_counter()
    numbers += _ask(range(1, 2))
    _work()
    wall = time.perf_counter() - start
    _refuse_unread(numbers)
    more = _memory() - before
    return {"wall": wall, "more": more, "floor": _floor(1, first=1)["wall"]}


def _memory() -> float:
    """Return the most that this process took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _floor(count: int, first: int = 5) -> dict[str, float]:
    import psycopg

    named = list(people(PEOPLE))
    start = time.perf_counter()
    with psycopg.connect(os.environ["SHOP_URL"]) as connection:
        for place in range(first, first + count):
            with (Path(os.environ["SHOP_FOLDER"]) / f"{place}.json").open("w") as out:
                row = connection.execute(
                    "SELECT id, email, name FROM customers WHERE email = %s",
                    (named[place - 1]["email"],),
                ).fetchone()
                assert row
                out.write(json.dumps(row))
                with connection.cursor(name="orders") as orders:
                    orders.execute(
                        "SELECT id, customer_id, what FROM orders WHERE customer_id = %s", row[:1]
                    )
                    for order in orders:
                        out.write(json.dumps(order) + "\n")
                out.flush()
                os.fsync(out.fileno())
    return {"done": count, "wall": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(_inner(sys.argv[1:])))
