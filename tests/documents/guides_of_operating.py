"""The guides for who runs it: the log, its witnesses, copies, what is asked each day."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sqlite3
from pathlib import Path

import yaml

from aboveboard.commands import exits
from tests.commands.test_serve import free_port
from tests.documents.console import set_up_app
from tests.documents.instance import Instance
from tests.documents.reader import Reader

TRUST = "https://trust.example/log"


def operate(reader: Reader, instance: Instance) -> None:
    """An auditor's file of what was seen; the settings of a monitor."""
    reader.replace("https://data.example.org", instance.address)

    def is_taken() -> None:
        with instance.with_settings(reader.printed):
            reader.type("aboveboard ledger key")

    def asks_with_a_token() -> None:
        (job,) = yaml.safe_load(reader.printed)["scrape_configs"]
        assert job["scheme"] == "https"
        assert set(job["authorization"]) == {"credentials_file"}

    reader.before("[metrics]", is_taken)
    reader.before("[telemetry]", is_taken)
    reader.before("scrape_configs:", asks_with_a_token)


def connect_a_system(reader: Reader, instance: Instance) -> None:
    """A shop in a file, in place of one on a server."""
    script = Path(__file__).parents[1] / "connectors" / "music.sql"
    with sqlite3.connect(reader.folder / "shop.sqlite3") as shop:
        shop.executescript(script.read_text("utf-8"))
    shop.close()
    reader.replace(
        "postgresql://aboveboard@db.internal/shop --password env:SHOP_PASSWORD",
        f"sqlite:///{reader.folder / 'shop.sqlite3'}",
    )
    reader.replace("jane@example.org", "leonekohler@surfeu.de")

    def says_why_rows_stay() -> None:
        (rule,) = yaml.safe_load(reader.printed)["collections"].values()
        assert set(rule["retain"]) == {"ground", "years", "since"}

    reader.before("collections:", says_why_rows_stay)


def invite_and_help_staff(reader: Reader, instance: Instance) -> None:
    """A colleague who has come, so that there is a second step to reset."""

    def comes() -> None:
        said = json.loads(reader.type("aboveboard staff link ben@example.org --json"))
        set_up_app(instance, said["link"])

    reader.before("aboveboard staff role", comes)


def verify_the_ledger(reader: Reader, instance: Instance) -> None:
    """The log over the web, copied and packed; and a proof that a customer kept."""
    reader.replace(TRUST, f"{instance.address}/log")
    reader.replace("in the log trust.example/log", "in the log 127.0.0.1/log")
    key = reader.type("aboveboard ledger key").split()[0]
    reader.replace('--vkey "trust.example/log+530d903a+AekyeRrm56hA..."', f"--vkey {key}")
    reader.replace('--vkey "..."', f"--vkey {key}")
    reader.replace("./instance-folder", str(instance.home))
    log = instance.home / "log"

    def copied() -> None:
        shutil.copytree(log, reader.folder / "copy-of-the-log")
        reader.type(f"tar -czf log.tar.gz -C {instance.home} log")

    reader.before("aboveboard ledger verify ./copy-of-the-log", copied)
    reader.type("aboveboard ledger proof 5 > use.tlog-proof")


def run_a_witness(reader: Reader, instance: Instance) -> None:
    """The second organisation on this machine; then a look at the log that it cosigned."""
    port, line = free_port(), [""]
    key = reader.type("aboveboard ledger key").split()[0]
    reader.replace("--port 8380", f"--port {port}")
    reader.replace('"trust.example/log+530d903a+AekyeRrm56hA..."', key)
    reader.stays("aboveboard witness serve", lambda: _listens(port))

    def published() -> None:
        line[0] = reader.printed.strip()

    reader.after("aboveboard witness key", published)

    def asked() -> None:
        settings = reader.printed.replace("https://witness.example\n", f"http://127.0.0.1:{port}\n")
        settings = re.sub(r"witness\.example/w1\+\S+", line[0], settings)
        with instance.with_settings(settings):
            reader.type("aboveboard worker --once")

    reader.before("[ledger]", asked)
    reader.replace(TRUST, f"{instance.address}/log")
    reader.replace('--vkey "..."', f"--vkey {key}")
    reader.replace('"witness.example/w1+5f0a2c11+BpX3..."', lambda: line[0])


def back_up_and_restore(reader: Reader, instance: Instance) -> None:
    """The machine is lost: what is left is the backup, a mirror of the log, and the two keys."""
    backups, mirror = reader.folder / "backups", reader.folder / "mirror"
    again = reader.folder / "our-instance"
    reader.replace("/mnt/backups/aboveboard-20261126T010000Z", lambda: str(_newest(backups)))
    reader.replace("/mnt/backups", str(backups))
    reader.replace("/srv/mirror/log", str(mirror))
    reader.replace("--home our-instance", f"--home {again}")

    def lost() -> None:
        shutil.copytree(instance.home / "log", mirror)
        again.mkdir()
        for name in ("root.key", "signing.key", "aboveboard.toml"):
            shutil.copy(instance.home / name, again / name)
        _elsewhere(reader, instance)

    reader.before("aboveboard restore /mnt/backups", lost, lambda: None)

    def unfinished() -> None:
        shutil.rmtree(again / "log")
        _elsewhere(reader, instance)
        reader.type(
            f"aboveboard restore {_newest(backups)} --home {again} --replace", code=exits.CONFLICT
        )
        reader.environment["ABOVEBOARD_HOME"] = str(again)

    reader.before("aboveboard restore --resume", unfinished)
    reader.replace("old-instance/log", str(again / "log"))

    def moved() -> None:
        """To SQLite, where the instance was on PostgreSQL."""
        new = reader.folder / "new-instance"
        new.mkdir()
        for name in ("root.key", "signing.key", "aboveboard.toml"):
            shutil.copy(again / name, new / name)
        file = new / "aboveboard.toml"
        settings = re.sub(r'^url = "postgresql:.*\n', "", file.read_text("utf-8"), flags=re.M)
        file.write_text(settings)
        reader.environment.pop("ABOVEBOARD_DATABASE_URL", None)

    reader.before("[database]", moved)


def _elsewhere(reader: Reader, instance: Instance) -> None:
    """Have an empty database, as the guide says: where it is, the environment says."""
    if database := instance.new_database():
        reader.environment["ABOVEBOARD_DATABASE_URL"] = database


def _newest(backups: Path) -> Path:
    return max(path for path in backups.iterdir() if path.name.endswith("Z"))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
