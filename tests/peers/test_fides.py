"""Faults of Fides."""

from __future__ import annotations

import ast
import http.server
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import Resolver404, URLPattern, resolve

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError, Invalid
from aboveboard.intake import mapping
from aboveboard.ledger.format.cosignature import ED25519
from aboveboard.ledger.witness.state import make
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.loading import load
from aboveboard.vault.documents import media
from tests.house import source
from tests.house.test_routes import ALL
from tests.ledger.witnesses import asked as ask_witness
from tests.peers.conftest import World
from tests.world import MAPPING_FILE, PROMISE_FILE

pages_only = pytest.mark.one_database("what pages show; every door is opened on both")

WORDED: list[tuple[str, str | None, URLPattern]] = [
    route for route in ALL if re.search(r"<(?!int:)", route[0])
]
TRAVERSALS = (
    "../../root.key",
    "..%2f..%2froot.key",
    "%2e%2e/%2e%2e/root.key",
    "....//....//root.key",
    "..%5c..%5croot.key",
    "%00",
    "root.key%00.json",
    "/etc/passwd",
    "..;/root.key",
)


def leads_to_a_page(path: str) -> bool:
    """Whether an address of our own takes it; where none does, everybody gets the same answer."""
    try:
        resolve(unquote(path))
    except Resolver404:
        return False
    return True


@pages_only
@pytest.mark.django_db
def test_cve_2023_36827_no_path_leads_out_of_its_folder(world: World) -> None:
    home = settings.current().home
    secrets = [(home / name).read_bytes().strip() for name in ("root.key", "signing.key")]
    assert len(WORDED) > 5
    for name, visitor in world.visitors.items():
        for address, _, _ in WORDED:
            for word in TRAVERSALS:
                path = re.sub(
                    r"<[^>]*>", lambda _, word=word: word, re.sub(r"<int:\w+>", "1", address)
                )
                if name != "nobody" and not leads_to_a_page(path):
                    continue
                answer = visitor.get(path)
                body = b"".join(answer) if answer.streaming else answer.content
                assert answer.status_code < 500, path
                assert not any(secret in body for secret in secrets), path
                assert b"root:x:0" not in body, path


BOMBS = {
    "billion laughs": "a: &a [x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b]\n",
    "deep": "[" * 20_000,
    "a day that there is not": "file: 2026-13-45\n",
    "many keys": "".join(f"k{number}: 1\n" for number in range(20_000)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_cve_2023_37480_no_small_file_becomes_a_large_one(text: str) -> None:
    for read in (load, mapping.load):
        start = time.process_time()
        with pytest.raises(AboveboardError):
            read(text, name="file.yaml")
        assert time.process_time() - start < 20


def test_cve_2023_37481_no_drawing_with_a_script_or_bomb_is_a_document() -> None:
    for head in (
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><svg>",
        b"PK\x03\x04",
    ):
        assert media.sniff_media_type(head) is None


CODE = ("!!python/object/apply:os.system [id]", "!!python/name:os.system", "!!python/module:os")


@pytest.mark.parametrize("tag", CODE)
def test_cve_2023_41319_what_is_read_is_data_and_never_code(tag: str) -> None:
    for read, file in ((load, PROMISE_FILE), (mapping.load, MAPPING_FILE)):
        with pytest.raises(Invalid):
            read(f"{file.read_text('utf-8')}\nextra: {tag}\n", name="file.yaml")


RUNS = re.compile(
    r"^(eval|exec|compile|__import__)$|^(pickle|marshal|shelve)\.|^yaml\.(unsafe_)?load$"
)


def test_cve_2023_41319_nothing_runs_what_it_was_given() -> None:
    calls = {
        f"{path.relative_to(source.SOURCE).as_posix()} {ast.unparse(node.func)}"
        for path in source.python("src")
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.Call) and RUNS.search(ast.unparse(node.func))
    }
    # An error that it raises: its reader of pickles knows no class (test_secrets_and_scopes).
    # And the files of the program itself, read by a loader that makes plain objects alone
    # (test_safe_code).
    assert calls <= {
        "accounts/shared_cache.py pickle.UnpicklingError",
        "basics/shipped.py yaml.load",
    }


CONNECTS = {
    "connectors/outgoing/client.py": "a system's declaration, every address judged",
    "connectors/outgoing/sockets.py": "a system's declaration, every address judged",
    "delivery/smtp/connection.py": "mail.url",
    "keys/providers/kms.py": "keys.root",
    "keys/providers/transit_client.py": "keys.root",
    "ledger/verify/sources.py": "what the operator types",
    "ledger/witness/client.py": "ledger.witnesses",
    "commands/instance/surroundings.py": "mail.url, tried by doctor",
    "commands/instance/serve.py": "its own port",
    "commands/demo/__init__.py": "whether its own ports are free",
}
"""Who opens a connection, and which setting says where to: never a request."""


def test_cve_2023_46124_no_request_says_where_to_connect() -> None:
    opens = re.compile(
        r"urlopen\(|build_opener\(|HTTPS?Connection\(|create_connection\(|socket\.socket\("
    )
    found = {
        path.relative_to(source.SOURCE).as_posix()
        for path in source.python("src")
        if opens.search(source.text(path))
    }
    # Those two look at sockets that are open already, or listen.
    assert found - {"site/serving/sockets.py", "delivery/catcher.py"} <= set(CONNECTS)


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server that sends whoever asks to a place inside, and what was asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/inside")
            self.end_headers()

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_cve_2026_22247_a_witness_sends_us_nowhere_else(
    elsewhere: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, asked = elsewhere
    key = make(tmp_path / "witness", "witness.example/one", ED25519).key
    with pytest.raises(AboveboardError):
        ask_witness(key, url, 0, 3)
    assert asked
    assert "/inside" not in asked


EVIL = '<img src=x onerror=alert(1)><a href="javascript:alert(1)">you</a>'


@dataclass(frozen=True)
class Answer:
    """What one visitor got for one address."""

    page: str
    text: str
    is_page: bool
    policy: str


_ANSWERS: list[Answer] = []


@pytest.fixture
def answers(world: World) -> list[Answer]:
    """Every address asked by nobody and by whoever has such pages, once for the tests that look at
    the answers, while a promise with a script in its words is in force."""
    if not _ANSWERS:
        text = PROMISE_FILE.read_text("utf-8").replace("{en: you,", f"{{en: '{EVIL}',")
        adopt_promise(text, name="evil.yaml", by=SYSTEM, at=clock.now())
        _ANSWERS.extend(
            _asked(visitor, page)
            for name, visitor in world.visitors.items()
            for page in world.pages()
            # Who is refused gets the same page everywhere.
            if name == "nobody" or page.startswith("/you/") == ("customer" in name)
        )
    return _ANSWERS


def _asked(visitor: Client, page: str) -> Answer:
    answer = visitor.get(page)
    body = b"".join(answer) if answer.streaming else answer.content
    return Answer(
        page,
        body.decode("utf-8", "replace"),
        not answer.streaming and answer["Content-Type"].startswith("text/html"),
        answer.get("Content-Security-Policy", ""),
    )


@pages_only
@pytest.mark.django_db
def test_cve_2023_46125_no_answer_holds_a_secret_of_the_installation(answers: list[Answer]) -> None:
    home = settings.current().home
    secrets = {
        (home / "root.key").read_text().strip(),
        (home / "signing.key").read_bytes().hex(),
        str(django_settings.SECRET_KEY),
    }
    for answer in answers:
        assert not any(secret in answer.text for secret in secrets), answer.page


@pages_only
@pytest.mark.django_db
def test_cve_2023_46126_words_of_the_promise_cannot_run(answers: list[Answer]) -> None:
    seen = 0
    for answer in answers:
        if answer.is_page:
            assert "<img src=x" not in answer.text, answer.page
            assert 'href="javascript:' not in answer.text, answer.page
            seen += "&lt;img src=x" in answer.text
            assert answer.policy, answer.page
            assert "unsafe" not in answer.policy
    assert seen, "the words are shown somewhere, or this shows nothing"


@pages_only
@pytest.mark.django_db
def test_cve_2024_31223_and_38537_no_page_names_an_inner_address_or_loads_from_elsewhere(
    answers: list[Answer],
) -> None:
    current = settings.current()
    inner = {str(current.home), current.database.url, current.mail.url}
    loads = re.compile(
        r"""<(?:script|link|img|iframe|form)\b[^>]*?(?:src|href|action)=["']([^"']+)"""
    )
    pages = [answer for answer in answers if answer.is_page]
    assert len(pages) > 50
    for answer in pages:
        # The administrator's own list of settings is there to show them.
        if answer.page != "/console/settings/":
            assert not any(address in answer.text for address in inner), answer.page
        for address in loads.findall(answer.text):
            assert not urlsplit(address).netloc, f"{answer.page} loads {address}"


@pytest.mark.django_db
def test_ghsa_qx5f_ghc2_7g5c_a_duplicate_skips_no_proof_and_blocks_nobody(world: World) -> None:
    """There: a request marked duplicate was not asked for proof, and could block the real one. Here
    what is sent again under one key is the client's own; another's is another request."""
    from tests.api.programs import token_for

    def choose(token: str, number: str, key: str) -> int:
        return (
            Client()
            .post(
                "/api/v1/choices",
                {
                    "person": {"kind": "customer_number", "value": number},
                    "purpose": "personal-offers",
                    "answer": "no",
                    "channel": "shop",
                    "evidence": "call-1",
                },
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
            )
            .status_code
        )

    numbers = [row["customer_id"] for _, row in world.people[:2]]
    mine = token_for("shop-system")
    others = token_for("shop-system", "personal-offers")
    assert choose(mine, numbers[0], "one") == 201
    # The same key with no token, with a token that is none, and of another client.
    assert choose("", numbers[0], "one") == 401
    assert choose("x" * 40, numbers[0], "one") == 401
    assert choose(others, numbers[1], "one") == 201
    assert choose(mine, numbers[0], "one") == 201
