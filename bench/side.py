"""One side of a comparison: run by the Python of a tree, on that tree's code, whichever version it
is. ``bench.beside`` starts two of these, and asks each in turn for pieces of the same work.

    python bench/side.py TREE DATABASE    (``sqlite``, ``postgres``, or ``none``: no instance)

Says ``ready`` with the names of its pieces, then answers each line ``PIECE`` with one of JSON:
how much was done, the seconds of CPU that this process, what it started and its PostgreSQL took,
and the seconds that passed.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

TREE, DATABASE = Path(sys.argv[1]), sys.argv[2]
# Its own packages and benches, not those beside this file.
sys.path[:1] = [str(TREE), str(TREE / "src")]

PEOPLE = 10_000
"""As many as the notices: each gets one."""
IMPORTED = 10_000
ROUNDS = 15
"""For so many rounds there are people to import."""
EXPORT = (
    "export make {out} --purpose deliver-orders --fields first_name,last_name,city --everyone "
    "--to courier --staff ada@example.com --key {key} --json"
)
FIELDS = ("first_name", "last_name", "address_line1", "city")
Piece = Callable[[], int]
"""Does some work and returns how much."""


def main() -> None:
    """Set up, and work until nobody asks any more."""
    # What is printed by the tree's own code must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pieces = dict(
            _without(folder) if DATABASE == "none" else stack.enter_context(_with(folder))
        )
        print("ready", json.dumps(list(pieces)), file=answers)
        for line in sys.stdin:
            work = pieces[line.strip()]
            cpu, start = _cpu(), time.perf_counter()
            done = work()
            taken = {"done": done, "wall": time.perf_counter() - start, "cpu": _cpu() - cpu}
            print(json.dumps(taken), file=answers)


# ---- CPU -----------------------------------------------------------------------------------------

_LEFT_OUT = {"load": 0.0}
"""CPU of this process that is the load's and not the server's."""


def _cpu() -> float:
    """Return the seconds of CPU so far: this process, all that it started, and what those
    started, ended or not."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime - _LEFT_OUT["load"]
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        number = int(stat.parent.name)
        parents[number] = int(fields[1])
        used[number] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    for number, seconds in used.items():
        above = parents[number]
        while above not in (0, os.getpid()):
            above = parents.get(above, 0)
        total += seconds if above == os.getpid() else 0.0
    return total


# ---- pieces --------------------------------------------------------------------------------------


def _without(folder: Path) -> Iterator[tuple[str, Piece]]:
    """Yield what needs no instance: deciding, and the exposure of a million people."""
    from bench import decide, exposure

    questions: dict[str, Callable[[int], bool]] = {}

    def keep(question: Callable[[int], bool]) -> float:
        questions[question.__name__] = question
        return 1.0

    decide._speed = keep  # type: ignore[assignment]  # only the questions are wanted
    decide.run()
    exposure._django(folder)
    files = exposure._generate(folder)
    for name in ("whole", "one_of_many"):
        yield f"decide, {name.replace('_', ' ')}", _each(questions[name], 40_000)
    yield "exposure of 1 M", lambda: int(bool(exposure._ours(folder, files))) * 1_000_000


def _each(question: Callable[[int], bool], times: int) -> Piece:
    return lambda: sum(question(turn) for turn in range(times))


@contextmanager
def _with(folder: Path) -> Iterator[Iterator[tuple[str, Piece]]]:
    """Give what needs an instance: it stands, with people in it and a server before it."""
    from aboveboard.commands.demo.people import write
    from bench import uses
    from bench.instance import aboveboard, instance

    file = folder / "everybody.csv"
    write(file, PEOPLE + ROUNDS * IMPORTED)
    head, *lines = file.read_text("utf-8").splitlines(keepends=True)
    first = folder / "customers.csv"
    first.write_text(head + "".join(lines[:PEOPLE]), "utf-8")
    with instance(DATABASE) as environment:
        aboveboard(environment, "import", str(first), "--sample-mapping", "--json")
        staff = ("ada@example.com", "--name", "Ada", "--role", "adviser")
        aboveboard(environment, "staff", "add", *staff)
        os.environ.update(environment)
        import django

        django.setup()
        serve = ["-m", "aboveboard.commands.main", "serve", "--no-worker", "--port"]
        with uses._serving(serve, environment) as (_, port):
            rest = iter(lines[PEOPLE:])
            yield _pieces(folder, environment, port, head, rest)


def _pieces(
    folder: Path, environment: dict[str, str], port: int, head: str, rest: Iterator[str]
) -> Iterator[tuple[str, Piece]]:
    from bench.instance import aboveboard

    yield from _in_process()
    yield from _over_http(port)
    yield from _ledger(environment)
    yield "notices", lambda: _notices(environment)
    key = aboveboard(environment, "export", "new-key", f"{folder}/key.txt").strip()
    numbers = count()

    def export() -> int:
        words = EXPORT.format(out=folder / f"{next(numbers)}.age", key=key).split()
        return int(json.loads(aboveboard(environment, *words))["people"])

    def imported() -> int:
        file = folder / f"more-{next(numbers)}.csv"
        file.write_text(head + "".join(islice(rest, IMPORTED)), "utf-8")
        said = aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        return int(json.loads(said)["loaded"])

    yield "export", export
    yield "import", imported  # last: what is exported and written to grows by it


def _in_process() -> Iterator[tuple[str, Piece]]:
    from aboveboard.commands.demo.people import people

    use, known = _use(), list(people(2_000))
    numbers = [person["customer_id"] for person in known]
    emails = [person["email"].replace("@", ".nobody@") for person in known]
    place = count()

    def of(kind: str, values: list[str], size: int, times: int) -> Piece:
        def work() -> int:
            for _ in range(times):
                use(kind, list(islice(_around(values, place), size)))
            return size * times

        return work

    yield "use in process", of("customer_number", numbers, 1, 400)
    yield "8 uses in process", of("customer_number", numbers, 8, 100)
    yield "500 uses in process", of("customer_number", numbers, 500, 4)
    yield "look-up of nobody", of("email", emails, 1, 300)


def _around(values: list[str], place: Iterator[int]) -> Iterator[str]:
    while True:
        yield values[next(place) % len(values)]


def _use() -> Callable[[str, list[str]], Any]:
    """Return how people who are named by an identifier are used together, in either version."""
    from aboveboard.basics import clock
    from aboveboard.basics.actor import Actor, ActorKind

    kind = getattr(ActorKind, "SERVICE", None) or ActorKind["PROGRAM"]
    actor = Actor(kind, "1", "shop-system", "Bench")
    try:
        from aboveboard.access.actions import use_each
        from aboveboard.access.use import Subject, UseRequest
    except ImportError:  # before the house was redrawn
        from importlib import import_module

        old = import_module("aboveboard.access.actions")
        named = import_module("aboveboard.access.people").Sought
        asked = old.Ask(actor, "deliver-orders", FIELDS, "api")
        return lambda kind, values: old.uses_of(
            [old.Wanted(asked, named(kind, value)) for value in values], at=clock.now()
        )
    return lambda kind, values: use_each(
        [
            UseRequest(
                actor, "deliver-orders", FIELDS, "api", subject=Subject(kind=kind, value=value)
            )
            for value in values
        ],
        at=clock.now(),
    )


def _over_http(port: int) -> Iterator[tuple[str, Piece]]:
    from aboveboard.commands.demo.people import people
    from bench import uses

    token = uses._make_client().strip()
    named = [
        {"kind": "customer_number", "value": person["customer_id"]} for person in people(2_000)
    ]
    asked = {"purpose": "deliver-orders", "fields": FIELDS, "channel": "api"}
    ones = [json.dumps(asked | {"person": person}).encode() for person in named]
    batches = [
        json.dumps(asked | {"people": named[at : at + 500]}).encode()
        for at in range(0, len(named), 500)
    ]
    stream = "\n".join(json.dumps(one) for one in [asked, *named]).encode()

    def over(path: str, bodies: list[bytes], times: int, connections: int, each: int) -> Piece:
        requests = [
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (path.encode(), token.encode(), len(body), body)
            for body in bodies
        ]

        def work() -> int:
            before = time.process_time()
            uses._load(port, requests, times, connections)
            _LEFT_OUT["load"] += time.process_time() - before
            return times * each

        return work

    for connections in (1, 8, 64):
        yield (
            f"use over HTTP, {connections}",
            over("/api/v1/uses", ones, 800, connections, 1),
        )
    yield "batch over HTTP, 8", over("/api/v1/uses/batch", batches, 16, 8, 500)
    yield "stream over HTTP, 2", over("/api/v1/uses/stream", [stream], 2, 2, len(named))


def _ledger(environment: dict[str, str]) -> Iterator[tuple[str, Piece]]:
    from django.db import transaction

    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.ledger.actions import NewEntry, append_many
    from bench.instance import aboveboard

    try:
        from aboveboard.keys.log_signing import sequence_now
    except ImportError:  # before the house was redrawn
        from importlib import import_module

        sequence_now = import_module("aboveboard.access.sequencing").sequence_now
    facts = {"purpose": "answer-contact", "fields": ["email"], "channel": "phone", "promise": 1}
    at = clock.now()
    entries = [NewEntry("use.granted", SYSTEM, at, f"{n:032x}", facts) for n in range(500)]

    def append() -> int:
        for _ in range(10):
            with transaction.atomic():
                append_many(entries)
        return 10 * len(entries)

    def sequence() -> int:
        sequence_now()
        return 10 * len(entries)

    def verify() -> int:
        # What is verified is also what the other pieces wrote: as much on both sides.
        aboveboard(environment, "ledger", "verify")
        return 1

    yield "ledger append", append
    yield "ledger sequence", sequence  # of what was appended just before
    yield "ledger verify", verify


def _notices(environment: dict[str, str]) -> int:
    import subprocess

    from bench import notices

    notices.NOTICES = PEOPLE
    with notices.sink() as port:
        mail = {
            **environment,
            "ABOVEBOARD_MAIL_URL": f"smtp://127.0.0.1:{port}",
            "ABOVEBOARD_MAIL_CONNECTIONS": str(notices.CONNECTIONS),
            "PYTHONPATH": str(TREE),
        }
        run = (
            "import sys, bench.notices as n; n.NOTICES = int(sys.argv[1]); n._queue('bench.opened')"
        )
        subprocess.run([sys.executable, "-c", run, str(PEOPLE)], env=mail, cwd=TREE, check=True)
        notices._drain(mail)
    return PEOPLE


if __name__ == "__main__":
    main()
