"""``aboveboard channel``: what an operator sees of the channels, and stops."""

from __future__ import annotations

import json

import pytest

from aboveboard.commands import channel, exits
from aboveboard.commands.main import main
from aboveboard.delivery.terms import Channel

pytestmark = pytest.mark.django_db


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert main(["channel", "list", "--json"]) == exits.DONE
    return {each["channel"]: each for each in json.loads(capsys.readouterr().out)}


def test_a_channel_is_stopped_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channel", "pause", "email"]) == exits.DONE
    assert "aboveboard channel resume email" in capsys.readouterr().out
    states = listed(capsys)
    assert (states["email"]["paused"], states["email"]["carried"]) == (True, True)
    assert not states["post"]["paused"]
    assert main(["channel", "resume", "email"]) == exits.DONE
    capsys.readouterr()
    assert not listed(capsys)["email"]["paused"]
    assert main(["channel", "list"]) == exits.DONE
    assert "email   in use" in capsys.readouterr().out


def test_the_channels_that_the_command_names_are_those_there_are() -> None:
    assert set(channel.CHANNELS) == {each.value for each in Channel}
