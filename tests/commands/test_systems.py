"""``aboveboard systems``: a database is proposed, connected, tested and asked, and nothing of a
person is printed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from aboveboard.commands.main import main
from aboveboard.connectors import registry
from aboveboard.connectors.declaration import DeclarationRefused
from aboveboard.connectors.http import listing, starting
from tests.connectors.declared import BY_HAND
from tests.connectors.test_fides import CONFIG

pytestmark = pytest.mark.django_db
SCRIPT = Path(__file__).parents[1] / "connectors" / "music.sql"


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)


def test_from_a_proposal_to_a_person_in_every_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as shop:
        shop.executescript(SCRIPT.read_text("utf-8"))
    shop.close()

    def printed(*words: str, code: int = 0) -> str:
        assert main(["systems", *words]) == code
        return capsys.readouterr().out

    assert "No system is connected" in printed("list")
    declaration, cabinet = tmp_path / "shop.yaml", tmp_path / "cabinet.yaml"
    declaration.write_text(printed("propose", f"sqlite:///{path}"))
    cabinet.write_text(BY_HAND.format(key="cabinet", name="A cabinet"))
    assert "shop is connected, as version" in printed("add", str(declaration))
    assert "declared so already" in printed("add", str(declaration))
    printed("add", str(cabinet))
    assert "3 tables may be read" in printed("test", "shop")
    assert "shop  sql  The database shop  works" in printed("list")
    assert printed("show", "shop") == declaration.read_text()
    found = printed("find", "--email", "leonekohler@surfeu.de")
    assert "shop: found in Customer, by email. 1 in Customer, 1 in Invoice" in found
    assert "cabinet: people look there by hand." in found
    assert "leone" not in found
    assert "shop: nothing held." in printed("find", "--email", "a@b.example", "--system", "shop")
    path.unlink()
    rows = json.loads(printed("find", "--email", "a@b.example", "--json", code=1))
    assert [(row["system"], row["failed"]) for row in rows] == [("cabinet", False), ("shop", True)]
    printed("test", "shop", code=1)
    assert json.loads(printed("list", "--json"))[1]["test_ok"] is False
    printed("remove", "shop")
    printed("show", "shop", code=3)


def test_a_wrong_file_is_named_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("system: x\nkind: sqll\n")
    assert main(["systems", "add", str(file)]) == 2
    errors = capsys.readouterr().err
    assert f"{file}:2:7: wrong_value" in errors
    assert "Did you mean `sql`?" in errors
    assert main(["systems", "add", str(tmp_path / "none.yaml")]) == 2
    assert main(["systems", "find"]) == 2


def test_the_catalogue_says_what_each_can_and_that_none_was_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["systems", "catalogue"]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert len(rows) == len(listing.names()) >= 25
    assert "stripe  Stripe  by email, stripe_customer  find, read, correct, erase" in rows
    assert "None of these was tried on the real service" in last
    assert main(["systems", "catalogue", "stripe"]) == 0
    page = capsys.readouterr().out
    assert "never on the real service" in page
    assert "secret              api_key: a restricted key" in page
    assert main(["systems", "catalogue", "stripe", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tried_on_real_service"] is False
    assert main(["systems", "catalogue", "fax-machine"]) == 3


@pytest.mark.parametrize("key", listing.names())
def test_a_declaration_to_complete_is_one_that_is_read(key: str) -> None:
    """But for what only the organisation knows, which is named."""
    entry = starting.catalogue_entry(key)
    text = starting.declaration_of(entry)
    try:
        declaration = registry.read_declaration(text, name=key)
    except DeclarationRefused as refused:
        assert {problem.code for problem in refused.problems} == {"wrong_value"}  # noqa: PT017
        assert entry.settings
    else:
        assert (declaration.key, declaration.kind) == (key, "http")


def test_a_config_of_fides_becomes_a_declaration_to_complete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.yml"
    file.write_text(CONFIG)
    assert main(["systems", "import-fides", str(file)]) == 0
    draft = capsys.readouterr().out
    assert draft.startswith("# Not carried over, line ")
    assert "api_key: env:A_SHOP_API_KEY" in draft
    # What it lacks is all that stops it.
    whole = draft.replace("        key:\n", "        read: {path: /buyers/<id>}\n        key:\n")
    assert registry.read_declaration(whole, name="shop.yaml").key == "a-shop"
    file.write_text("dataset: []")
    assert main(["systems", "import-fides", str(file), "--key", "shop"]) == 2
    assert "no SaaS config of Fides" in capsys.readouterr().err
