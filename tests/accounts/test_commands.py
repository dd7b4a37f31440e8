"""``aboveboard staff`` and ``aboveboard client``, as somebody at a terminal meets them."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta
from types import ModuleType

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.test import Client

from aboveboard.accounts import queries
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.models import ServiceClient
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.commands import client, staff
from aboveboard.outbox.jobs import run_jobs_once
from tests.accounts.people import staff_member
from tests.world import adopt

pytestmark = pytest.mark.django_db


def run(command: ModuleType, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    code: int = command.run(parser.parse_args(words))
    return code


ADD = (
    "add",
    "ada@staff.example",
    "--name",
    "Ada Byron",
    "--role",
    "adviser",
    "--team",
    "Call centre",
)


def test_adding_somebody_prints_a_link_that_lets_them_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(staff, *ADD) == 0
    printed = capsys.readouterr().out
    address = printed.strip().splitlines()[-1]
    assert "ada@staff.example has the role adviser" in printed
    origin = settings.current().server.origin
    assert address.startswith(f"{origin}/accounts/link/")
    browser = Client()
    browser.post(address.removeprefix(origin))
    assert browser.get("/either/").content == b"staff"


def test_inviting_by_command_mails_and_prints_no_link(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(staff, "invite", *ADD[1:]) == 0
    printed = capsys.readouterr().out
    assert "gets a link by e-mail" in printed
    assert "/accounts/link/" not in printed
    assert run(staff, "invite-again", "ada@staff.example") == 0
    run_jobs_once(worker="w", at=clock.now() + timedelta(seconds=1))
    assert [message.to for message in mail.outbox] == [["ada@staff.example"]] * 2
    assert run(staff, "withdraw", "ada@staff.example", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["closed"] is True


def test_a_lost_second_step_is_reset_by_command() -> None:
    account = staff_member(email="ada@staff.example")
    with pytest.raises(Conflict):
        run(staff, "reset", "ada@staff.example")
    TOTP.activate(account, generate_totp_secret())
    assert run(staff, "reset", "ada@staff.example") == 0
    assert not queries.has_second_factor(account)


def test_roles_change_and_accounts_close(capsys: pytest.CaptureFixture[str]) -> None:
    run(staff, *ADD)
    assert run(staff, "role", "ada@staff.example", "incident-lead", "--team", "Security") == 0
    assert run(staff, "remove", "ada@staff.example") == 0
    printed = capsys.readouterr().out
    assert "ada@staff.example now has the role incident-lead." in printed
    assert "can no longer sign in" in printed
    assert not queries.staff_member("ada@staff.example").is_active


def test_the_list_says_who_has_no_second_factor(capsys: pytest.CaptureFixture[str]) -> None:
    run(staff, "list")
    assert "There are no staff accounts" in capsys.readouterr().out
    staff_member(Role.ADMINISTRATOR)
    run(staff, "list")
    assert "no second factor yet" in capsys.readouterr().out
    run(staff, "list", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [(row["role"], row["second_factor"], row["closed"]) for row in rows] == [
        ("administrator", False, False)
    ]


def test_every_answer_can_be_read_by_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    run(staff, *ADD, "--json")
    assert json.loads(capsys.readouterr().out)["link"].startswith("http")
    run(staff, "link", "ada@staff.example", "--json")
    assert json.loads(capsys.readouterr().out)["role"] == "adviser"
    run(staff, "role", "ada@staff.example", "privacy-lead", "--json")
    assert json.loads(capsys.readouterr().out)["role"] == "privacy-lead"


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("privcy-lead", "Did you mean privacy-lead?"),
        ("zzz", "Use one of: adviser, privacy-lead, incident-lead, administrator"),
    ],
)
def test_a_role_that_nobody_has_is_refused_with_the_nearest(role: str, said: str) -> None:
    run(staff, *ADD)
    with pytest.raises(Invalid) as refused:
        run(staff, "role", "ada@staff.example", role)
    assert said in f"{refused.value} {refused.value.next_step}"


def test_a_secret_in_the_place_of_a_role_is_not_repeated() -> None:
    run(staff, *ADD)
    with pytest.raises(Invalid) as refused:
        run(staff, "role", "ada@staff.example", "Tr0ub4dorAndAHorseBattery9Staple")
    assert "Horse" not in f"{refused.value} {refused.value.next_step}"


def test_the_only_administrator_may_be_given_another_team() -> None:
    run(staff, *ADD)
    run(staff, "role", "ada@staff.example", "administrator")
    assert run(staff, "role", "ada@staff.example", "administrator", "--team", "Night") == 0


def test_somebody_who_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(NotFound, match="member of staff"):
        run(staff, "remove", "eve@staff.example")


def test_a_program_is_added_listed_and_revoked(capsys: pytest.CaptureFixture[str]) -> None:
    adopt()
    run(client, "list")
    assert "There are no clients" in capsys.readouterr().out
    words = (
        "add",
        "Shop till",
        "--role",
        "shop-system",
        "--purpose",
        "deliver-orders",
        "--channel",
        "shop",
    )
    assert run(client, *words) == 0
    first = shown(capsys)
    assert proves(first)
    run(client, "list")
    assert "Shop till  shop-system  deliver-orders  on shop" in capsys.readouterr().out
    assert run(client, "rotate", "Shop till", "--overlap-hours", "0") == 0
    second = shown(capsys)
    assert (proves(first), proves(second)) == (False, True)
    assert run(client, "rotate", "Shop till", "--json") == 0
    third = json.loads(capsys.readouterr().out)["client_secret"]
    assert proves(second)
    assert proves(third)
    assert run(client, "revoke", "Shop till") == 0
    assert not proves(third)
    capsys.readouterr()
    run(client, "list", "--json")
    assert json.loads(capsys.readouterr().out)[0]["revoked"] is True


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip().splitlines()[-1].removeprefix("client_secret").strip()


def proves(secret: str) -> bool:
    return tokens.is_secret_of(ServiceClient.objects.get(name="Shop till"), secret, at=clock.now())


def test_a_secret_works_for_a_day_at_least() -> None:
    with pytest.raises(Invalid, match="0 days"):
        run(client, "add", "Till", "--role", "r", "--purpose", "p", "--channel", "c", "--days", "0")
