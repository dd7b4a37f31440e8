"""``aboveboard systems``: a database is proposed, connected, tested and asked, and nothing of a
person is printed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from aboveboard.commands.main import main
from tests.connectors.declared import BY_HAND

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
