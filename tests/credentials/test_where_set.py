"""One policy at every door: the pages of staff, the API for clients, the commands, doctor."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.basics import settings
from aboveboard.commands import passwords
from aboveboard.commands.instance import doctor
from aboveboard.commands.main import build_parser, find_commands
from aboveboard.credentials import queries
from tests.accounts.people import staff_client, staff_member
from tests.api.programs import token_for
from tests.credentials.conftest import LEAKED, Configure, sha1
from tests.world import load

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("no row is asked for, but of who signs in"),
]
GOOD = "seven umbrellas dance quietly"
DECOMPOSED = "cafe\u0301 am Fluss sieben"


def choose(browser: Client, password: str) -> str:
    chosen = {"password1": password, "password2": password}
    return browser.post("/accounts/password/set/", chosen, follow=True).content.decode()


@pytest.mark.parametrize(
    ("password", "shown"),
    [
        ("blaue pferde tanzen laut", "was in a leak"),
        ("call-centre-7", "Use other words"),
        ("kurz", "Use at least 8 characters"),
        ("password1234", "This is easy to guess"),
    ],
)
@pytest.mark.usefixtures("with_list")
def test_staff_are_refused_an_easy_password_with_what_to_do(password: str, shown: str) -> None:
    assert shown in choose(staff_client(), password)
    assert not Account.objects.get().has_usable_password()


@pytest.mark.usefixtures("with_list")
def test_staff_may_choose_any_long_one_and_sign_in_from_another_keyboard() -> None:
    account = staff_member(email="ada@staff.example")
    choose(staff_client(account=account), DECOMPOSED)
    typed = {"login": "ada@staff.example", "password": "caf\u00e9 am Fluss sieben"}
    assert Client().post("/accounts/staff/", typed).status_code == 302


@pytest.mark.usefixtures("with_list")
def test_the_box_is_told_in_words_while_one_types_and_by_staff_alone() -> None:
    browser = staff_client()
    page = browser.get("/accounts/password/set/").content.decode()
    assert 'data-advice="/accounts/password/advice/"' in page
    answer = browser.post("/accounts/password/advice/", {"password": "letmein"})
    assert answer.json()["allowed"] is False
    assert "was in a leak" in " ".join(answer.json()["sentences"])
    assert "letmein" not in answer.content.decode()
    assert browser.post("/accounts/password/advice/", {"password": GOOD}).json() == {
        "allowed": True,
        "sentences": ["This is a strong password."],
    }
    assert Client().post("/accounts/password/advice/", {"password": GOOD}).status_code == 302
    assert browser.get("/accounts/password/advice/", {"password": GOOD}).status_code == 405


class Shop:
    """A client that asks about passwords."""

    def __init__(self) -> None:
        load(1)
        self.headers = {"authorization": f"Bearer {token_for('shop-system')}"}

    def ask(self, path: str, body: dict[str, object] | None = None) -> tuple[int, Any]:
        address = f"/api/v1/passwords/{path}"
        if body is None:
            answer = Client().get(address, headers=self.headers)
        else:
            answer = Client().post(address, body, "application/json", headers=self.headers)
        is_json = "json" in answer.headers["Content-Type"]
        return answer.status_code, answer.json() if is_json else answer.content


@pytest.mark.usefixtures("with_list")
def test_a_shop_learns_that_a_password_was_leaked_without_sending_it() -> None:
    shop = Shop()
    digits = sha1("blaue pferde tanzen laut")
    sent = {"length": 24, "prefix": digits[:5].lower(), "guesses_log10": 19.3}
    status, answer = shop.ask("check", sent)
    assert (status, answer["allowed"], answer["problems"]) == (200, True, [])
    assert answer["suffixes"][digits[5:]] == 1
    # Padded, to a number of rows that says nothing of the prefix.
    ranges = [shop.ask(f"range/{prefix}")[1]["suffixes"] for prefix in (digits[:5], "00000")]
    assert [len(each) for each in ranges] == [1024, 1024]
    assert [sum(each.values()) for each in ranges] == [1, 0]


def test_a_shop_gets_its_customers_words_for_what_is_wrong() -> None:
    shop = Shop()
    status, answer = shop.ask("check", {"length": 9, "prefix": "00000", "language": "de"})
    assert (status, answer["allowed"], answer["suffixes"]) == (200, False, None)
    assert answer["problems"][0]["code"] == "too_short"
    assert "15 Zeichen" in answer["problems"][0]["sentence"]
    easy = {"length": 9, "prefix": "00000", "guesses_log10": 3.1, "second_factor": True}
    assert [each["code"] for each in shop.ask("check", easy)[1]["problems"]] == ["easy_to_guess"]


def test_what_is_no_prefix_and_a_password_itself_are_refused() -> None:
    shop = Shop()
    assert shop.ask("check", {"length": 9, "prefix": "00000", "password": "x"})[0] == 422
    assert shop.ask("check", {"length": 9, "prefix": sha1("letmein")})[0] == 422
    status, answer = shop.ask("range/ABCDE")
    assert (status, answer["code"]) == (404, "no_breached_list")
    assert shop.ask("policy")[1]["length"] == 15
    assert shop.ask(f"range/{sha1('x')}")[0] == 404
    assert Client().get("/api/v1/passwords/policy").status_code == 401


class _Range(BaseHTTPRequestHandler):
    asked: list[tuple[str, str | None]]
    body = b""

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Add-Padding"]))
        self.send_response(200 if self.body else 500)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(configure: Configure) -> Generator[type[_Range]]:
    """A range service on this machine, which this instance is set to ask."""
    kind = type("_Here", (_Range,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    configure(
        range_service=f"http://127.0.0.1:{server.server_port}/range/",
        range_networks="127.0.0.1",
    )
    yield kind
    server.shutdown()
    server.server_close()


def test_where_no_list_is_the_service_learns_five_digits_and_no_more(
    service: type[_Range],
) -> None:
    digits = sha1(GOOD)
    service.body = f"{digits[5:]}:7\r\n{'A' * 35}:0\r\n".encode()
    judged = queries.judge_password(GOOD, second_factor=True)
    assert (judged.breached, [each.value for each in judged.problems]) == (7, ["breached"])
    assert service.asked == [(f"/range/{digits[:5]}", "true")]


@pytest.mark.parametrize("body", [b"", b"<html>sign in</html>"])
def test_a_service_that_fails_keeps_nobody_from_a_good_password(
    body: bytes, service: type[_Range], caplog: pytest.LogCaptureFixture
) -> None:
    service.body = body
    judged = queries.judge_password(GOOD, second_factor=True)
    assert (judged.allowed, judged.breached) == (True, None)
    assert "was not held against the breached ones" in caplog.text
    assert sha1(GOOD)[5:] not in caplog.text


def test_nothing_is_asked_outside_unless_it_is_switched_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.socket.connect", None)
    assert queries.judge_password(GOOD, second_factor=True).breached is None


def run(*words: str) -> int:
    parser = build_parser(find_commands(), "passwords")
    return passwords.run(parser.parse_args(["passwords", *words]))


def test_the_commands(
    configure: Configure,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    built: Path,
) -> None:
    configure(breached_list=str(tmp_path / "list"), words="Seaside, Rio")
    assert run("policy") == 0
    assert "Seaside, Rio" in capsys.readouterr().out
    (tmp_path / "text").write_text(f"{sha1('letmein')}:4\nnonsense\n")
    assert run("build", str(tmp_path / "text")) == 1
    printed = capsys.readouterr().out
    assert "1 passwords under 1 prefixes" in printed
    assert "line 2" in printed
    for typed, code in (("letmein\n", 1), (f"{GOOD}\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert run("check", "--json") == code
        assert json.loads(capsys.readouterr().out)["breached"] == (0 if code == 0 else 4)
    assert run("verify", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"damaged": [], "entries": 1}
    (tmp_path / "list" / "00f.pwned").write_bytes(b"")
    assert run("verify") == 1
    assert "00f.pwned" in capsys.readouterr().out


def test_doctor_asks_for_a_list_where_there_is_none(
    configure: Configure, built: Path, tmp_path: Path
) -> None:
    def verdict() -> tuple[str, str]:
        check = doctor.CHECKS["passwords"](settings.current())
        return check.verdict, check.message

    configure(breached_list=str(tmp_path))
    assert verdict()[0] == "warn"
    configure(breached_list=str(built))
    assert verdict() == ("ok", verdict()[1])
    assert f"{len(LEAKED)} leaked ones are known" in verdict()[1]
