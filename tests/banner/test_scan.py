"""``aboveboard website scan`` on a real site: the shop, as it promises, and one that does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aboveboard.commands.demo import shop as shops
from aboveboard.commands.demo.shop import Shop, promise_of_shop
from aboveboard.commands.main import main
from scripts import browsers
from tests.world import PROMISE_FILE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_site_is_held_against_the_promise(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "promise.yaml"
    file.write_text(promise_of_shop(PROMISE_FILE.read_text("utf-8")), "utf-8")
    command = ["website", "scan", shop.origin, "--promise", str(file), "--json", "--pages", "2"]
    command += ["--chromium", str(browsers.find())]
    assert main(command) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["panel"]
    assert {(each["kind"], each["name"]) for each in answer["seen"]["allowed"]} == {
        ("cookie", "aw_visit"),
        ("cookie", "offers_shown"),
        ("storage", "aboveboard"),
        ("storage", "aw-pages"),
        ("host", "offers.localhost"),
        ("host", "video.localhost"),
    }
    assert answer["seen"]["before"] == []
    # The basket is needed, and nobody put anything in it.
    assert [each["name"] for each in answer["findings"]] == ["basket"]
    # Somebody writes the counting script into the page as any other, and adds a tag of their own.
    pages = tmp_path / "pages"
    pages.mkdir()
    for each in shops.PAGES.iterdir():
        (pages / each.name).write_text(each.read_text("utf-8"), "utf-8")
    page = pages / "index.html"
    waits = '<script type="text/plain" data-purpose="measure-visits" data-src="visits.js">'
    assert waits in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace(waits, '<script src="visits.js">'), "utf-8")
    (pages / "shop.js").write_text("document.cookie = '_fbp=1;path=/;max-age=86400';", "utf-8")
    monkeypatch.setattr(shops, "PAGES", pages)
    assert main([part for part in command if part != "--json"]) == 1
    out = capsys.readouterr().out
    assert "without_yes   The cookie aw_visit is there before any answer." in out
    assert "undeclared    The cookie _fbp is nowhere in the promise. Known as: Facebook" in out
