"""The page that checks a proof, in a real browser without a network: it says yes and no exactly
where the program does."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

import aboveboard.ledger
from aboveboard.centre import offline
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger import queries
from aboveboard.ledger.format import proof as proofs
from aboveboard.ledger.format.checkpoint import Checkpoint
from aboveboard.ledger.format.tree import leaf_hash
from aboveboard.promise import loading
from tests.browser import assert_accessible, photograph
from tests.ledger.logs import SIGNER, bodies
from tests.world import PROMISE_FILE, adopt

EVERY: dict[str, Any] = json.loads(
    (Path(aboveboard.ledger.__path__[0]) / "vectors.json").read_text("utf-8")
)
VECTORS, LISTS = EVERY["proof"], EVERY["own_list"]
NO_ED25519 = """
const real = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (form, key, kind, ...rest) =>
  kind.name === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError")) : \
real(form, key, kind, ...rest);
"""


@pytest.fixture
def alone(chromium: Browser, tmp_path: Path) -> Generator[Page]:
    """A page opened from a file, in a browser without a network; anything it complains of or
    asks for fails the test."""
    context = chromium.new_context(
        locale="en-GB", timezone_id="UTC", offline=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    wrong: list[str] = []
    page.on(
        "console", lambda message: wrong.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None,
    )
    yield page
    context.close()
    assert not wrong, wrong


def opened(page: Page, folder: Path, *keys: str) -> None:
    file = folder / offline.FILE_NAME
    names = offline.names_of(loading.load(PROMISE_FILE.read_bytes(), name="promise.yaml"))
    file.write_text(offline.page("Adventure <Works>", keys, names), "utf-8")
    page.goto(file.as_uri())


def judged(page: Page, text: bytes) -> str:
    page.locator("#file").set_input_files(
        {"name": "look.tlog-proof", "mimeType": "text/plain", "buffer": text}
    )
    page.locator("#result:focus").wait_for()
    found = page.locator("#result").get_attribute("class") or ""
    page.evaluate("document.activeElement.blur(); document.getElementById('file').value = ''")
    return found


@pytest.mark.browser
@pytest.mark.parametrize(
    "fallback", [False, True], ids=["its own Ed25519", "the library's Ed25519"]
)
def test_every_vector_is_judged_as_by_the_program(
    alone: Page, tmp_path: Path, fallback: bool
) -> None:
    if fallback:
        alone.add_init_script(NO_ED25519)
    opened(alone, tmp_path, VECTORS["vkey"])
    for vector in VECTORS["accept"]:
        assert judged(alone, vector["proof"].encode()) == "holds", vector["name"]
    for vector in VECTORS["refuse"]:
        assert judged(alone, vector["proof"].encode()) == "fails", vector["class"]


@pytest.mark.browser
def test_every_list_is_judged_as_by_the_program(alone: Page, tmp_path: Path) -> None:
    opened(alone, tmp_path, LISTS["vkey"])
    for vector in LISTS["refuse"]:
        assert judged(alone, vector["list"].encode()) == "fails", vector["class"]
    for vector in LISTS["accept"][::-1]:
        assert judged(alone, vector["list"].encode()) == "holds", vector["name"]
    result = alone.locator("#result")
    expect(result).to_contain_text("The list is whole")
    expect(result).to_contain_text("4 entries are about you, among the first 7")
    assert_accessible(alone)
    photograph(alone, "own-list-offline")
    alone.get_by_role("button", name="Deutsch").click()
    expect(result).to_contain_text("4 Einträge betreffen Sie")


@pytest.mark.browser
def test_any_byte_changed_makes_it_fail(alone: Page, tmp_path: Path) -> None:
    opened(alone, tmp_path, VECTORS["vkey"])
    whole = VECTORS["accept"][0]["proof"].encode()
    for at in range(0, len(whole), 23):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert judged(alone, bytes(changed)) == "fails", at
    for junk in (
        b"",
        b"\xff\xfe",
        bytes(1000),
        whole[:-1],
        whole + b"x",
        b"\n\n",
        b"c2sp.org/tlog-proof@v1\n\n",
    ):
        assert judged(alone, junk) == "fails", junk[:20]


@pytest.mark.browser
def test_it_says_what_is_proved_in_three_languages_and_what_then_where_it_does_not_hold(
    alone: Page, tmp_path: Path
) -> None:
    entry = (
        b'{"actor":{"id":"7","kind":"staff","role":"adviser","team":"Leeds"},'
        b'"at":"2026-03-01T12:00:00.000000Z","facts":{"channel":"phone","fields":["email"],'
        b'"note":"<img src=x onerror=alert(1)>","promise":1,"purpose":"answer-contact"},'
        b'"handle":"0123456789abcdef0123456789abcdef","id":4812,"kind":"use.granted","v":1}'
    )
    note = Checkpoint("localhost/log", 1, leaf_hash(entry)).sign(SIGNER)
    opened(alone, tmp_path, VECTORS["vkey"], SIGNER.vkey)
    assert judged(alone, proofs.Proof(0, (), note, entry).text().encode()) == "holds"
    result = alone.locator("#result")
    for said in (
        "The proof is valid",
        "Your data was looked at",
        "1 March 2026",
        "Leeds",
        "number 1 of 1",
        "<img src=x",
        SIGNER.vkey,
    ):
        expect(result).to_contain_text(said)
    assert "answer-contact" not in result.inner_text(), "the purpose is said in the promise's words"
    assert_accessible(alone)
    photograph(alone, "proof-offline-holds")
    alone.get_by_role("button", name="Deutsch").click()
    expect(result).to_contain_text("Der Nachweis ist gültig")
    alone.get_by_role("button", name="Français").click()
    expect(result).to_contain_text("La preuve est valable")
    assert judged(alone, proofs.Proof(0, (), note, bodies(1)[0]).text().encode()) == "fails"
    expect(result).to_contain_text("Ce que vous pouvez faire")
    alone.get_by_role("button", name="English").click()
    expect(result).to_contain_text("not in the record that was sealed")
    assert_accessible(alone)
    photograph(alone, "proof-offline-fails")


@pytest.mark.browser
def test_a_proof_can_be_dropped_on_the_page_or_chosen_by_keyboard(
    alone: Page, tmp_path: Path
) -> None:
    opened(alone, tmp_path, VECTORS["vkey"])
    dropped = alone.evaluate_handle(
        (
            "text => { const all = new DataTransfer(); all.items.add(new File([text], "
            "'a.tlog-proof')); return all; }"
        ),
        VECTORS["accept"][0]["proof"],
    )
    alone.dispatch_event("body", "drop", {"dataTransfer": dropped})
    alone.locator("#result.holds:focus").wait_for()
    alone.reload()
    order = []
    for _ in range(4):
        alone.keyboard.press("Tab")
        order.append(
            alone.evaluate("document.activeElement.id || document.activeElement.dataset.language")
        )
    assert order == ["en", "fr", "de", "file"]


@pytest.mark.browser
def test_a_browser_that_cannot_says_that_it_proves_nothing(alone: Page, tmp_path: Path) -> None:
    alone.add_init_script(
        "crypto.subtle.digest = () => Promise.reject(new DOMException('no', 'NotSupportedError'))"
    )
    opened(alone, tmp_path, VECTORS["vkey"])
    assert judged(alone, VECTORS["accept"][0]["proof"].encode()) == "unknown"


@pytest.mark.django_db(transaction=True)
def test_the_centre_gives_the_page_with_every_key_of_the_log(client: Client) -> None:
    adopt()
    sequence_now()
    answer = client.get("/trust/check/proof.html")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="check-a-proof.html"'
    text = answer.content.decode()
    assert queries.verifier_keys() == [signer().vkey]
    assert signer().vkey in text
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/]{43}='", text)


def test_every_sentence_is_short_and_in_every_language() -> None:
    words = json.loads((Path(offline.__path__[0]) / "words.json").read_text("utf-8"))
    for key, said in words.items():
        assert set(said) == set(offline.LANGUAGES), key
        for text in said.values():
            for sentence in re.split(r"[.;:!?]\s", text):
                assert len(sentence.split()) <= 25, (key, sentence)
