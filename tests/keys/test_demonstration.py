"""A demonstration is one only where the program made it: a line in a file of settings is not
enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aboveboard.basics import settings
from aboveboard.keys import demonstration, queries
from aboveboard.keys.demonstration import NoDemonstration
from aboveboard.keys.models import InstanceSecret
from aboveboard.keys.wrapping import KeyUnwrapFailed

pytestmark = pytest.mark.django_db


def test_a_line_in_the_settings_makes_no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    demonstration.forget()
    demonstration.check()
    demonstration.mark_as_demonstration()
    assert not demonstration.is_demonstration(), "the settings say nothing of it"
    queries.forget()
    current = settings.current()
    on = replace(current, demo=replace(current.demo, enabled=True))
    monkeypatch.setattr(settings, "current", lambda: on)
    demonstration.check()
    assert demonstration.is_demonstration()
    InstanceSecret.objects.update(wrapped=b"what anybody could write")
    for forget in (queries.forget, demonstration.forget):
        forget()
    with pytest.raises(KeyUnwrapFailed):
        demonstration.check()
    InstanceSecret.objects.all().delete()
    assert not demonstration.is_demonstration()
    with pytest.raises(NoDemonstration):
        demonstration.check()
    assert not InstanceSecret.objects.exists()
    demonstration.forget()


def test_the_process_that_makes_a_demonstration_knows_it_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demonstration.forget()
    current = settings.current()
    on = replace(current, demo=replace(current.demo, enabled=True))
    monkeypatch.setattr(settings, "current", lambda: on)
    with pytest.raises(NoDemonstration):
        demonstration.check()
    demonstration.mark_as_demonstration()
    demonstration.check()
    demonstration.forget()
