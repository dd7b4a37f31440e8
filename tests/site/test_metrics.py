"""Numbers for Prometheus: for the token of the settings alone, and nothing personal in them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client

from aboveboard.basics import settings
from aboveboard.console.settings import settings_by_section

TOKEN = "a-token-of-the-monitor-0123456789"


@pytest.fixture
def token_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    current = settings.current()
    changed = replace(current, metrics=replace(current.metrics, token=TOKEN))
    monkeypatch.setattr(settings, "current", lambda: changed)


@pytest.mark.django_db
def test_without_a_token_in_the_settings_there_is_no_such_page() -> None:
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("token_is_set")
@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x"]
)
def test_another_token_is_refused(shown: str) -> None:
    answer = Client().get("/metrics", headers={"Authorization": shown})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert b"aboveboard_" not in answer.content


@pytest.mark.django_db
@pytest.mark.usefixtures("token_is_set")
def test_the_token_shows_numbers_in_the_form_of_prometheus() -> None:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    for line in samples:
        # No label but the version: what is counted is the instance, never one person or team.
        assert re.fullmatch(r'aboveboard_([a-z_]+ -?[0-9.e+]+|info\{version="[^"]+"\} 1)', line)
    for line in samples:
        name = re.split(r"[ {]", line)[0]
        assert f"# TYPE {name} gauge" in lines
    names = {re.split(r"[ {]", line)[0] for line in samples}
    assert {"aboveboard_ledger_waiting_entries", "aboveboard_jobs_late_seconds"} <= names


@pytest.mark.parametrize("token", ["short", " ", "with a blank in its middle 012345", "é" * 30])
def test_a_token_that_could_be_guessed_stops_the_start(token: str) -> None:
    with pytest.raises(settings.WrongSetting, match=r"metrics\.token") as refused:
        settings.load(settings.current().home, {"ABOVEBOARD_METRICS_TOKEN": token})
    assert token.strip() == "" or token not in str(refused.value)


@pytest.mark.usefixtures("token_is_set")
def test_the_token_is_not_on_the_page_of_settings() -> None:
    shown = str(settings_by_section(settings.current(), settings.current(), {}))
    assert "metrics" in shown
    assert TOKEN not in shown
