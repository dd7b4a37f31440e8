"""The guides for who installs it, keeps its keys, and looks what is wrong."""

from __future__ import annotations

import configparser
import re
import shutil
from pathlib import Path

from aboveboard.commands import exits
from aboveboard.keys.providers import passphrase
from tests.commands.test_serve import answers, free_port
from tests.documents.instance import SAMPLE, Instance, people
from tests.documents.printed import is_printed
from tests.documents.reader import Reader, until
from tests.house.source import ROOT

LOST = 20
TROUBLE = ROOT / "docs" / "how-to" / "when-something-is-wrong.md"


def install_on_a_server(reader: Reader, instance: Instance) -> None:
    """The folder and the mail server are others; the unit's own line is what is started."""
    home, port = reader.folder / "srv", free_port()
    database = instance.new_database()
    reader.replace("/srv/aboveboard", str(home))
    reader.replace(
        "smtp+tls://USER:PASSWORD@mail.example.org:587", f"smtp://127.0.0.1:{instance.mail_port}"
    )
    reader.replace(
        " --postgres postgresql://USER:PASSWORD@localhost:5432/aboveboard",
        f" --postgres {database}" if database else "",
    )
    (reader.folder / "promise.yaml").write_text(SAMPLE)

    def served() -> None:
        for name, ready in (("aboveboard", lambda: answers(port)), ("aboveboard-worker", None)):
            unit = configparser.ConfigParser(strict=False, interpolation=None)
            unit.read(ROOT / "deploy" / "systemd" / f"{name}.service", "utf-8")
            program, _, words = unit["Service"]["ExecStart"].partition(" ")
            assert program == "/opt/aboveboard/.venv/bin/aboveboard"
            words = words.replace("/srv/aboveboard", str(home))
            at = f" --port {port}" if ready else ""
            reader.start(f"aboveboard {words}{at}", ready or (lambda: True))

    reader.before("aboveboard doctor --home", served)
    reader.after("aboveboard upgrade --check", reader.close)


def keep_the_keys(reader: Reader, instance: Instance) -> None:
    """All keys change while the instance is served; then its root key comes back from shares."""
    root, kept = instance.home / "root.key", reader.folder / "kept.key"
    phrase = {passphrase.VARIABLE: "four words that nobody guesses"}
    reader.before("aboveboard init our-instance", lambda: reader.environment.update(phrase))

    def sealed() -> None:
        reader.environment.pop(passphrase.VARIABLE)
        assert "passphrase" in (reader.folder / "our-instance" / "root.key").read_text("utf-8")

    reader.after("aboveboard init our-instance", sealed)

    def is_taken() -> None:
        with instance.with_settings(reader.printed):
            said = reader.type("aboveboard doctor", code=exits.ATTENTION)
        assert said.startswith("ok    settings: "), said

    reader.before("[keys]", is_taken)

    def rotated() -> None:
        assert list(instance.home.glob("root.key.before-*")), "the former key is kept"
        assert answers(instance.port), "everyone goes on"

    reader.after("aboveboard keys rotate", rotated)

    def shared_out() -> None:
        shares = [
            " ".join(re.findall(r"\d+ ([a-z]+)", share.partition("aboveboard keys recover\n")[2]))
            for share in reader.printed.split("Share ")[1:]
        ]
        assert len(shares) == 5
        (reader.folder / "shares.txt").write_text("\n".join(shares[1:4]) + "\n")
        kept.write_bytes(root.read_bytes())
        root.unlink()

    reader.after("aboveboard keys split", shared_out)
    reader.replace("aboveboard keys recover", "aboveboard keys recover < shares.txt")

    def recovered() -> None:
        assert root.read_text().split()[0] == kept.read_text().split()[0]

    reader.after("aboveboard keys recover", recovered)


def when_something_is_wrong(reader: Reader, instance: Instance) -> None:
    """A mail server that is away, and comes back; then an instance without its keys, one without
    its database, and one with an older copy of it."""
    _mail_goes_and_comes_back(reader, instance)
    ours = reader.folder / "our-instance"
    _keys_go_missing(reader, ours)
    _database_goes_missing(reader, ours)

    def refused(line: str, code: int) -> None:
        expected, printed = reader.printed, reader.type(line, code=code)
        assert is_printed(expected, printed, ">"), printed

    serve = f"aboveboard serve --home {ours}"
    reader.before(
        "Port 8000 is", lambda: refused(f"{serve} --port {instance.port}", exits.CONFLICT)
    )
    reader.before(
        "The setting server.port",
        lambda: refused(f"ABOVEBOARD_SERVER_PORT=99999 {serve}", exits.MISCONFIGURED),
    )


def _mail_goes_and_comes_back(reader: Reader, instance: Instance) -> None:
    number = [""]

    def mail_is_away() -> None:
        number[0] = _approved(reader, instance)
        _doctor_says("warn  mail", reader, instance.home)

    def mail_is_back() -> None:
        instance.start_mail()
        ask = f"aboveboard incident notices status {number[0]}"
        until("they left", lambda: f"{LOST} sent" in reader.type(ask))

    reader.replace("INC-0001", lambda: number[0])
    reader.before("aboveboard incident notices status", mail_is_away)
    reader.after_block("20 notices", mail_is_back)


def _keys_go_missing(reader: Reader, ours: Path) -> None:
    def keys_are_missing() -> None:
        reader.type("aboveboard init our-instance")
        key, away = ours / "root.key", reader.folder / "root.key"
        key.rename(away)
        _doctor_says("act   keys", reader, ours, exits.ATTENTION)
        said = reader.type(f"aboveboard worker --once --home {ours}", code=exits.UNAVAILABLE)
        assert "The root key root.key cannot be used: " in said
        away.rename(key)
        (ours / "signing.key").unlink()
        said = reader.type(f"aboveboard doctor --home {ours}", code=exits.ATTENTION)
        assert f"(umask 077; openssl rand -hex 32 > {ours}/signing.key)" in said

    reader.before("(umask 077", keys_are_missing)
    reader.after(
        "(umask 077", lambda: reader.type(f"aboveboard staff list --home {ours}", code=exits.DONE)
    )


def _database_goes_missing(reader: Reader, ours: Path) -> None:
    rows, kept = ours / "aboveboard.sqlite3", reader.folder / "kept"
    kept.mkdir()

    def database_is_gone() -> None:
        shutil.copy(rows, kept / "older")
        add = "aboveboard staff add new@example.org --name New --role adviser"
        reader.type(f"{add} --home {ours}")
        reader.type(f"aboveboard worker --once --home {ours}")
        rows.rename(kept / "newest")

    doctor = "aboveboard doctor --home our-instance"
    reader.ends_with(doctor, exits.ATTENTION, exits.ATTENTION)
    reader.before(doctor, database_is_gone, lambda: shutil.copy(kept / "older", rows))
    reader.after(doctor, lambda: None, lambda: shutil.copy(kept / "newest", rows))


def _approved(reader: Reader, instance: Instance) -> str:
    """Approve notices while no mail server answers; return the incident."""
    (reader.folder / "dump.txt").write_text(
        "email\n" + "".join(f"{row['email']}\n" for row in people(LOST))
    )
    said = reader.type("aboveboard incident open-leak dump.txt --as lead@example.org", "y\n")
    number: str = re.findall(r"INC-\d+", said)[0]
    notices = f"aboveboard incident notices %s {number} %s --as %s@example.org"
    reader.type(notices % ("prepare", "--measures 'We closed the way in.'", "lead"))
    instance.stop_mail()
    reader.type(notices % ("approve", "", "second"))
    return number


def _doctor_says(beginning: str, reader: Reader, home: Path, code: int = exits.DONE) -> None:
    """Hold what ``doctor`` prints against the page's line that begins so."""
    text = re.sub(r"```.*?```", "", TROUBLE.read_text("utf-8"), flags=re.S)
    lines = re.findall(r"`([^`]+)`", text)
    (expected,) = [line for line in lines if line.startswith(beginning)]
    printed = reader.type(f"aboveboard doctor --home {home}", code=code)
    assert is_printed(expected, printed, ">"), printed
