"""``aboveboard webhook``: what an operator does about the systems that are notified."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aboveboard.commands import exits, webhook
from aboveboard.commands.main import main
from aboveboard.delivery.terms import WebhookState
from tests.delivery.receiver import Receiver, receiving, say, send
from tests.world import load

pytestmark = pytest.mark.django_db
INSIDE = ("--allow", "127.0.0.0/8", "--plain-http")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["webhook", *words, "--json"])
    printed = capsys.readouterr().out
    return code, json.loads(printed) if printed.strip() else None


def add(capsys: pytest.CaptureFixture[str], crm: Receiver) -> None:
    added = run(capsys, "add", "CRM", crm.url, "--event", "choice.withdrawn", *INSIDE)[1]
    crm.secrets = [added["secret"]]


def test_an_endpoint_from_its_first_day_to_its_last(capsys: pytest.CaptureFixture[str]) -> None:
    with receiving() as crm:
        add(capsys, crm)
        code, tested = run(capsys, "test", "CRM")
        assert (code, tested["status"], tested["state"]) == (exits.DONE, 204, "sent")
        crm.statuses = [500]
        assert run(capsys, "test", "CRM")[0] == exits.ATTENTION
        crm.statuses = [204]
        say(load(1)[0][0])
        send()
        listed = run(capsys, "deliveries", "CRM", "--event", "choice.withdrawn")[1]
        assert [each["state"] for each in listed] == ["sent"]
        replayed = run(capsys, "replay", "CRM", "--message", str(listed[0]["id"]))[1]
        assert (replayed, send()) == ({"replayed": 1}, 1)
        rotated = run(capsys, "rotate", "CRM", "--overlap-hours", "0")[1]["secret"]
        assert rotated not in crm.secrets
        assert run(capsys, "pause", "CRM")[1]["paused"] == "by_hand"
        assert run(capsys, "resume", "CRM")[1]["paused"] is None
        assert [each["name"] for each in run(capsys, "list")[1]] == ["CRM"]
        assert rotated not in json.dumps(run(capsys, "list")[1])
        assert run(capsys, "remove", "CRM")[0] == exits.DONE
        assert run(capsys, "pause", "CRM")[0] == exits.NOT_FOUND


def test_an_address_inside_is_refused_unless_its_network_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = main(["webhook", "add", "CRM", "https://10.1.2.3/", "--event", "person.erased"])
    assert code == exits.INVALID
    assert "inside a network" in capsys.readouterr().err


def test_the_states_that_the_command_names_are_those_there_are() -> None:
    assert set(webhook.STATES) == {state.value for state in WebhookState}
