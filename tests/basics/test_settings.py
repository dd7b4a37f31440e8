"""Settings are read once; a wrong one stops the start and is named, with what was found
and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.basics.settings import NoInstance, WrongSetting, load


def written(folder: Path, text: str) -> Path:
    (folder / "aboveboard.toml").write_text(text, "utf-8")
    return folder


def test_an_empty_file_is_an_instance_with_every_default(tmp_path: Path) -> None:
    found = load(written(tmp_path, ""), {})
    assert found.database.url == "sqlite:aboveboard.sqlite3"
    assert found.server.port == 8000
    assert found.path("log") == tmp_path.resolve() / "log"


def test_no_file_is_no_instance_and_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoInstance, match="aboveboard init"):
        load(tmp_path, {})


WRONG = [
    ("not TOML", "[server", "aboveboard.toml", "not TOML"),
    ("a section nobody reads", "[servers]\n", "[servers]", "unknown section"),
    ("a setting nobody reads", "[server]\nprot = 1\n", "server.prot", "unknown setting"),
    ("text for a number", '[server]\nport = "80"\n', "server.port", "a whole number"),
    ("true for a number", "[server]\nport = true\n", "server.port", "a whole number"),
    ("a port beyond the last", "[server]\nport = 65536\n", "server.port", "a port from 1 to 65535"),
    ("a database nobody knows", '[database]\nurl = "mysql://x"\n', "database.url", "sqlite:"),
    ("a mail server that is no address", '[mail]\nurl = "smtp://[x"\n', "mail.url", "smtp:"),
    ("a mail server's port", '[mail]\nurl = "smtp://x:70000"\n', "mail.url", "smtp:"),
    ("an origin that is no address", '[server]\norigin = "http://[x"\n', "server.origin", "https:"),
    ("an empty name", '[organisation]\nname = " "\n', "organisation.name", "some text"),
    ("a section that is a value", "server = 1\n", "server", "section"),
    (
        "a log origin with a scheme",
        '[ledger]\norigin = "https://x/log"\n',
        "ledger.origin",
        "schema-less",
    ),
    ("no threads", "[server]\nthreads = 0\n", "server.threads", "above 0"),
    (
        "a level nobody knows",
        '[logs]\nlevel = "loud"\n',
        "logs.level",
        "debug, info, warning, error",
    ),
]


@pytest.mark.parametrize(
    ("text", "name", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, name: str, said: str) -> None:
    with pytest.raises(WrongSetting) as wrong:
        load(written(tmp_path, text), {})
    assert wrong.value.details["name"] == name
    assert said in str(wrong.value)


def test_a_variable_wins_over_the_file_and_is_named_when_wrong(tmp_path: Path) -> None:
    home = written(tmp_path, "[server]\nport = 1\n[demo]\nenabled = false\n")
    found = load(home, {"ABOVEBOARD_SERVER_PORT": "9000", "ABOVEBOARD_DEMO_ENABLED": "true"})
    assert (found.server.port, found.demo.enabled) == (9000, True)
    with pytest.raises(WrongSetting, match="ABOVEBOARD_SERVER_PORT"):
        load(home, {"ABOVEBOARD_SERVER_PORT": "many"})
