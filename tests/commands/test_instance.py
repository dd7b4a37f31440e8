"""Making an instance, looking after it, and what is said when something is wrong."""

from __future__ import annotations

import errno
import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError

from aboveboard.commands import exits
from aboveboard.commands.instance import schema
from tests.commands.conftest import Run, clean_environment


@pytest.mark.database
def test_init_makes_an_instance_that_the_doctor_can_read(
    aboveboard: Run, tmp_path: Path, empty_database: list[str]
) -> None:
    made = aboveboard(
        "init",
        "home",
        "--name",
        'Adventure "Works"',
        "--origin",
        "https://data.example.org/",
        "--mail",
        "smtp://127.0.0.1:1",
        *empty_database,
    )
    assert made.returncode == exits.DONE, made.stderr
    assert "root.key" in made.stdout
    for name in ("root.key", "signing.key", "aboveboard.toml"):
        assert stat.S_IMODE((tmp_path / "home" / name).stat().st_mode) == 0o600
    assert len(bytes.fromhex((tmp_path / "home" / "root.key").read_text())) == 32
    checks = {
        check["name"]: check
        for check in json.loads(aboveboard("doctor", "--home", "home", "--json").stdout)
    }
    assert {name: check["verdict"] for name, check in checks.items()} == {
        "settings": "ok",
        "database": "ok",
        "keys": "ok",
        "root key": "ok",
        "demonstration": "ok",
        "promise": "act",
        "rows": "ok",
        "ledger": "ok",
        "witnesses": "ok",
        "work": "ok",
        "records": "ok",
        "backup": "warn",
        "leaked files": "ok",
        "mail": "warn",
        "texts": "ok",
        "provider": "ok",
        "passwords": "warn",
        "disk": "ok",
        "transport": "ok",
        "proxy": "ok",
    }
    assert all(check["step"] for check in checks.values() if check["verdict"] != "ok")
    assert aboveboard("migrate", "--check", "--home", "home").returncode == exits.DONE
    assert aboveboard("--home", "home", "worker", "--once").returncode == exits.DONE


def test_init_never_overwrites_a_key(aboveboard: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "root.key").write_text("precious")
    refused = aboveboard("init", "home")
    assert refused.returncode == exits.CONFLICT
    assert "root.key" in refused.stderr
    assert (tmp_path / "home" / "root.key").read_text() == "precious"
    assert not (tmp_path / "home" / "aboveboard.toml").exists()


WRONG = [
    (
        "a database that does not answer",
        ["--postgres", "postgresql://a:b@127.0.0.1:1/x?connect_timeout=1"],
        exits.UNAVAILABLE,
    ),
    ("an address that is none", ["--origin", "data.example.org"], exits.MISCONFIGURED),
    ("a promise that is not there", ["--promise", "nowhere.yaml"], exits.INVALID),
]


@pytest.mark.parametrize(
    ("words", "code"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_init_leaves_nothing_behind_when_something_is_wrong(
    aboveboard: Run, tmp_path: Path, words: list[str], code: int
) -> None:
    refused = aboveboard("init", "home", *words)
    assert refused.returncode == code, refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "home").exists()


def test_no_instance_is_said_with_the_way_out(aboveboard: Run) -> None:
    refused = aboveboard("doctor", "--home", "nowhere")
    assert refused.returncode == exits.NOT_FOUND
    assert "aboveboard init nowhere" in refused.stderr


def test_an_error_is_json_where_json_was_asked_for(aboveboard: Run) -> None:
    refused = aboveboard("doctor", "--home", "nowhere", "--json")
    assert json.loads(refused.stderr)["error"]["code"] == "no_instance"


def test_a_wrong_setting_stops_the_start_and_is_named(aboveboard: Run, tmp_path: Path) -> None:
    (tmp_path / "aboveboard.toml").write_text('[server]\nport = "many"\n')
    refused = aboveboard("serve", "--home", ".")
    assert refused.returncode == exits.MISCONFIGURED
    assert "server.port" in refused.stderr


def test_the_doctor_sees_a_key_that_others_can_read_and_one_that_is_another(
    aboveboard: Run, tmp_path: Path
) -> None:
    assert aboveboard("init", "home").returncode == exits.DONE
    key = tmp_path / "home" / "root.key"
    aboveboard("doctor", "--home", "home")
    key.chmod(0o644)
    assert "chmod 600" in aboveboard("doctor", "--home", "home").stdout
    key.chmod(0o600)
    key.write_text("00" * 32)
    seen = aboveboard("doctor", "--home", "home")
    assert seen.returncode == exits.ATTENTION
    assert "act   root key: A wrapped key does not open with this root key" in seen.stdout


def test_a_command_that_computes_nothing_starts_without_the_engine(
    aboveboard: Run, tmp_path: Path
) -> None:
    assert aboveboard("init", "home").returncode == exits.DONE
    asked = (
        "import sys; from aboveboard.commands.main import main\n"
        "try: main(['--home', 'home', 'staff', 'list'])\n"
        "finally: print('duckdb' in sys.modules)"
    )
    imported = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=clean_environment(),
    )
    assert imported.stdout.splitlines()[-1] == "False", imported.stderr


def test_help_is_quick_and_imports_no_django(aboveboard: Run) -> None:
    said = aboveboard("--help")
    assert said.returncode == exits.DONE
    assert "serve" in said.stdout
    assert aboveboard("--version").stdout.startswith("aboveboard ")
    asked = (
        "import sys; from aboveboard.commands.main import main\ntry: main(['serve', '--help'])\n"
        "finally: print('django' in sys.modules)"
    )
    imported = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert imported.stdout.splitlines()[-1] == "False"


def test_no_command_shows_what_there_is(aboveboard: Run) -> None:
    assert aboveboard().returncode == exits.INVALID


def test_an_instance_that_says_it_is_a_demonstration_and_is_none_is_not_served(
    aboveboard: Run, tmp_path: Path
) -> None:
    """It would show all mail to anybody: doctor says act, and serve refuses (S16)."""
    assert aboveboard("init", "home").returncode == exits.DONE
    with (tmp_path / "home" / "aboveboard.toml").open("a") as file:
        file.write("\n[demo]\nenabled = true\n")
    checks = json.loads(aboveboard("doctor", "--home", "home", "--json").stdout)
    assert {check["name"]: check["verdict"] for check in checks}["demonstration"] == "act"
    served = aboveboard("serve", "--home", "home", "--port", "1")
    assert served.returncode == exits.MISCONFIGURED
    assert "was not made by `aboveboard demo`" in served.stderr


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://data.example.org/privacy", "https://data.example.org"),
        ("https://data.example.org?x=1", "https://data.example.org"),
        ("https://someone@data.example.org", "an address"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("https://straße.example:8443", "xn--strae-oqa.example"),
        ("data.example.org", "starts with http:// or https://"),
        ("https://", "starts with http:// or https://"),
        ("https://data.example.org:99999", "such as https://data.example.org"),
    ],
)
def test_an_origin_that_leads_nowhere_is_refused_by_its_name(
    aboveboard: Run, tmp_path: Path, origin: str, expected: str
) -> None:
    refused = aboveboard("init", "home", "--origin", origin)
    assert refused.returncode == exits.MISCONFIGURED, refused.stdout
    assert "server.origin" in refused.stderr
    assert expected in refused.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.database
def test_a_database_that_cannot_hold_every_name_is_refused_with_nothing_left_behind(
    aboveboard: Run, tmp_path: Path, empty_database: list[str]
) -> None:
    if not empty_database:
        return  # SQLite stores every text as UTF-8
    import psycopg

    url = empty_database[1]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE latin1 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' "
            "TEMPLATE template0"
        )
    try:
        latin1 = url.rpartition("/")[0] + "/latin1"
        refused = aboveboard("init", "home", "--postgres", latin1)
        assert refused.returncode == exits.MISCONFIGURED, refused.stderr
        assert "LATIN1" in refused.stderr
        assert "UTF8" in refused.stderr
        with psycopg.connect(latin1) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
        assert tables == (0,)
        assert not (tmp_path / "home").exists()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP DATABASE latin1 WITH (FORCE)")


def _caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def _sqlite(name: str, code: int) -> BaseException:
    cause = sqlite3.OperationalError("as SQLite says it")
    cause.sqlite_errorname, cause.sqlite_errorcode = name, code
    return _caused(OperationalError("as SQLite says it"), cause)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (_sqlite("SQLITE_FULL", 13), "the database is full"),
        (_sqlite("SQLITE_READONLY", 8), "the database is read-only"),
        (_sqlite("SQLITE_READONLY_DIRECTORY", 1544), "the database is read-only"),
        (OSError(errno.ENOSPC, "No space left", "/srv/x"), "/srv/x is full"),
        (OSError(errno.EROFS, "Read-only", "/srv/x"), "/srv/x is read-only"),
        (_caused(RuntimeError("of ours"), OSError(errno.ENOSPC, "No space")), "folder is full"),
    ],
)
def test_a_disk_that_is_full_or_read_only_is_said_as_such(error: BaseException, said: str) -> None:
    """And not as a database that cannot be reached, nor as a fault of ours."""
    outage = schema.as_disk_error(error)
    assert outage is not None
    assert said in outage.message
    assert schema.as_database_away(error) is None


def test_a_database_that_does_not_answer_is_no_disk() -> None:
    assert schema.as_disk_error(_sqlite("SQLITE_CANTOPEN", 14)) is None
    assert schema.as_database_away(_sqlite("SQLITE_CANTOPEN", 14)) is not None
