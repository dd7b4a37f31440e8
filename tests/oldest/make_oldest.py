"""Make the instance that every later version must still bring up: run once, on commit 5d29c0e.

    git worktree add old 5d29c0e && cd old && make setup
    PYTHONPATH=. .venv/bin/python ../tests/oldest/make_oldest.py OUT [postgresql://USER@HOST/NAME]

It lives through a small demonstration, lets everything else happen once that leaves a row behind,
and packs the folder into OUT (on PostgreSQL with a dump of the database, so pg_dump must be on the
path). ``facts.json`` says what a later version must find. It is written against the modules of that
commit on purpose, and so is never changed.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sqlite3
import subprocess
import sys
import tarfile
from datetime import datetime, timedelta
from pathlib import Path

PEOPLE = 60
NAMED = {
    "corrected": 50,
    "erased": 51,
    "held": 52,
    "restricted": 53,
    "released": 54,
    "kept": 55,
    "merged": 56,
    "split": 57,
    "parted": 58,
    "objects": 59,
}


def main() -> None:
    out, url = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    out.mkdir(parents=True, exist_ok=True)
    home = out / "home"
    from aboveboard.commands.demo import people
    from aboveboard.commands.instance import init

    wanted = argparse.Namespace(
        name="Adventure Works",
        contact="privacy@adventure-works.example",
        origin="http://127.0.0.1:8000",
        postgres=url,
        mail="smtp://127.0.0.1:9",
        promise=None,
    )
    init.make(home, wanted, extra="")
    people.write(out / "customers.csv", PEOPLE)
    facts = live(out / "customers.csv")
    (home / "facts.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    if url:
        dump = ["pg_dump", "--no-owner", "--no-privileges", url]
        (home / "dump.sql").write_bytes(
            subprocess.run(dump, check=True, capture_output=True).stdout
        )
        settings = home / "aboveboard.toml"
        settings.write_text(
            re.sub(r'"postgresql://.*"', '"postgresql://127.0.0.1/oldest"', settings.read_text())
        )
    else:
        database = sqlite3.connect(home / "aboveboard.sqlite3")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.close()
    with tarfile.open(out / ("postgres.tar.xz" if url else "sqlite.tar.xz"), "w:xz") as archive:
        for path in sorted(home.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm")):
                archive.add(path, path.relative_to(home))


def live(file: Path) -> dict[str, object]:
    """Let everything happen once; return what must be true afterwards."""
    from aboveboard.access.sequencing import sequence_now
    from aboveboard.access.staff import make_client

    from aboveboard.access.actions import Ask, Opened, use
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM, Role
    from aboveboard.commands.demo import story as stories
    from aboveboard.custody.models import ExportPerson
    from aboveboard.ledger.models import Entry
    from aboveboard.vault import queries

    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    now = clock.now()
    story = stories.DemoStory(now, rows)
    play(story)
    happen(story, now - timedelta(minutes=30))
    client, secret = make_client(
        name="till",
        role="shop-system",
        team="Shops",
        purposes=["deliver-orders"],
        channels=["shop"],
        by=SYSTEM,
        at=now,
    )
    sequence_now()
    ask = Ask(story.cast.actor(Role.ADVISER), "answer-contact", ("last_name", "email"), "phone")
    assert isinstance(use(ask, story.person(NAMED["corrected"]), at=now), Opened)
    sequence_now()
    return {
        "people": queries.people_count(),
        "entries": Entry.objects.count(),
        "numbers": {name: rows[number]["customer_id"] for name, number in NAMED.items()},
        "last_names": {name: rows[number]["last_name"] for name, number in NAMED.items()},
        "exported": ExportPerson.objects.count(),
        "client": {"id": client.client_id, "secret": secret},
        "incidents": [story.lost.reference, story.leaked.reference],
    }


def play(story: object) -> None:
    """The demonstration: promise, import, choices, uses, an export, two incidents, notices."""
    from aboveboard.commands.demo import story as stories

    def nothing(done: int) -> None:
        pass

    story.promise()
    (file,) = stories.settings.current().home.parent.glob("customers.csv")
    story.protect(file, nothing)
    story.choose(nothing)
    story.use(nothing)
    story.export(12, stories.exports_folder(), nothing)
    story.lose()
    story.leak()
    story.approve(story.write_notices(story.lost, stories.MEASURES))


def happen(story: object, at: datetime) -> None:
    """What the demonstration leaves out."""
    from aboveboard.access.sweep import reviewing
    from aboveboard.choices.standing import Answer
    from aboveboard.vault.keeping import actions as keeping
    from aboveboard.vault.keeping.reasons import HoldReason, RestrictionReason

    from aboveboard.accounts.actions import customer_account
    from aboveboard.basics.actor import CUSTOMER, SYSTEM, Role
    from aboveboard.choices.actions import choose
    from aboveboard.promise.queries import in_force
    from aboveboard.vault import actions as vault
    from aboveboard.vault.merging import actions as merging
    from aboveboard.vault.origin import ValueOrigin

    adviser, lead = story.cast.actor(Role.ADVISER), story.cast.actor(Role.PRIVACY_LEAD)
    promise = in_force()
    kinds = {name: field.kind_and_format for name, field in promise.promise.fields.items()}
    one = {name: story.person(number) for name, number in NAMED.items()}
    origin = ValueOrigin(
        promise_serial=promise.serial, channel="phone", purpose="answer-contact", collected_at=at
    )
    by = {"by": lead, "at": at}
    vault.correct(
        one["corrected"], "last_name", "Corrected", kinds=kinds, origin=origin, by=adviser, at=at
    )
    vault.erase(one["erased"], reason="asked", by=SYSTEM, at=at)
    reason = next(iter(HoldReason))
    keeping.place_hold(one["held"], reason, reference="case/417", until=None, **by)
    keeping.restrict(one["restricted"], next(iter(RestrictionReason)), reference="case/418", **by)
    hold = keeping.place_hold(one["released"], reason, reference="case/419", until=None, **by)
    keeping.release_hold(hold.pk, reference="case/419", **by)
    merging.merge(one["kept"], one["merged"], chosen={}, reference="case/420", **by)
    undone = merging.merge(one["split"], one["parted"], chosen={}, reference="case/421", **by)
    merging.split(undone.pk, kinds=kinds, reference="case/422", **by)
    choose(
        one["objects"],
        "improve-shops",
        Answer.NO,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=at,
    )
    customer_account(one["kept"], at=at)
    reviewing.review(by=lead, at=at)


if __name__ == "__main__":
    main()
