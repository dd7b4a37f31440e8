"""The pages of a pack in a real browser, from the folder into which somebody unpacked it: axe finds
nothing, nothing is fetched, and a name that is markup is a name."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from aboveboard.rights.pack import building
from tests.browser import assert_accessible
from tests.rights.pack_samples import NOTHING, facts, record, redacted


@pytest.mark.browser
def test_pages_of_a_pack_are_accessible_and_fetch_nothing(
    chromium: Browser, tmp_path: Path
) -> None:
    items = [
        record("orders", number=1, item="<img src=x onerror=alert(1)>", note=None),
        record("profiles", **{f"column_{number}": "value " * 30 for number in range(12)}),
    ]
    made = dataclasses.replace(facts(language="de"), systems=(*facts().systems, NOTHING))
    pack = b"".join(building.build(made, {"shop": redacted(tmp_path, items)}))
    zipfile.ZipFile(io.BytesIO(pack)).extractall(tmp_path)
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.goto((tmp_path / "index.html").as_uri())
    assert_accessible(page)
    page.get_by_role("link", name="Web shop").click()
    assert page.get_by_text("<img src=x onerror=alert(1)>").count() == 1
    assert_accessible(page)
    assert asked == [(tmp_path / each).as_uri() for each in ("index.html", "systems/shop.html")]
    page.close()
