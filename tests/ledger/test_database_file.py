"""One byte of SQLite's file changed under the ledger: the entry is named.

Runs in a process and an instance of its own, because it writes over the database's
file. A PostgreSQL server's files are not ours to open; there, columns are changed
through SQL (``test_audit``).
"""

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 300
ROOT = Path(__file__).parents[2]


def damage_and_verify(home: Path) -> list[tuple[int, list[int | None]]]:
    """Write a ledger, change one byte of its file at a time; return each changed entry and
    those that were named."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from aboveboard.basics.actor import SYSTEM
    from aboveboard.basics.clock import now
    from aboveboard.ledger import actions
    from aboveboard.ledger.audit import verify_database
    from aboveboard.ledger.verify.sources import LogDirectory
    from tests.ledger.logs import SIGNER

    def named() -> list[int | None]:
        connection.close()
        report, _ = verify_database(LogDirectory(home / "log"), [SIGNER.verifier], now=now())
        connection.close()
        return [finding.entry_id for finding in report.findings]

    call_command("migrate", "ledger", verbosity=0)
    with transaction.atomic():
        actions.append_many(
            [
                actions.NewEntry("use.granted", SYSTEM, now(), "a" * 32, {"n": n})
                for n in range(COUNT)
            ]
        )
    actions.sequence(at=now(), signer=SIGNER)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert named() == []
    file = home / "aboveboard.sqlite3"
    whole = file.read_bytes()
    picks = random.Random(4)
    results = []
    for entry_id in picks.sample(range(1, COUNT + 1), 12):
        body = f'"id":{entry_id},"kind":"use.granted","v":1}}'.encode()
        assert whole.count(body) == 1
        damaged = bytearray(whole)
        damaged[whole.index(body) + picks.randrange(len(body))] ^= 1 << picks.randrange(7)
        file.write_bytes(damaged)
        results.append((entry_id, named()))
    file.write_bytes(whole)
    assert named() == []
    return results


@pytest.mark.slow
def test_one_byte_of_the_file_changed_names_the_entry(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(secrets.token_bytes(32))
    (tmp_path / "aboveboard.sqlite3").touch()
    (tmp_path / "aboveboard.toml").write_text('[organisation]\nname = "Adventure Works"\n')
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ABOVEBOARD_")
    }
    environment |= {
        "ABOVEBOARD_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "aboveboard.site.settings",
    }
    words = [sys.executable, "-m", "tests.ledger.test_database_file", str(tmp_path)]
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=ROOT, env=environment, check=True
    )
    results = json.loads(done.stdout)
    assert len(results) == 12
    assert [entry_id for entry_id, named in results if entry_id not in named] == []


if __name__ == "__main__":
    print(json.dumps(damage_and_verify(Path(sys.argv[1]))))
