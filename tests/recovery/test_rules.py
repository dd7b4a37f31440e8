"""Every kind of entry that is written has a rule for what a restore does with it. That every kind
is declared is held by ``tests/house/test_packages.py``."""

from __future__ import annotations

import pytest

from aboveboard.basics.package import gathered
from aboveboard.recovery.restoring import rules

FORGOTTEN_ONCE = (
    "incident.opened",
    "incident.counted",
    "incident.changed",
    "duty.done",
    "notice.approved",
    "concern.raised",
    "use.emergency",
    "emergency.refused",
    "explain.asked",
    "keys.rotation.begun",
    "keys.rotation.finished",
    "keys.people.begun",
    "keys.people.finished",
    "keys.provider.left",
)
"""Written, and unknown to a restore, while the rules were a list kept by hand."""


def test_every_kind_that_is_declared_has_its_rule() -> None:
    for package in gathered():
        for facts in package.entries:
            outcome, sentence = rules.rule_for(facts.kind)
            assert sentence == facts.on_restore.sentence
            assert (outcome is rules.ReplayOutcome.REPEATED) == (facts.kind in rules.repeats())


@pytest.mark.parametrize("kind", FORGOTTEN_ONCE)
def test_no_kind_is_forgotten_again(kind: str) -> None:
    assert rules.rule_for(kind)[1] != rules.UNKNOWN


def test_a_job_is_no_entry_and_a_newer_version_has_kinds_of_its_own() -> None:
    for kind in ("emergency.opened", "something.newer"):
        assert rules.rule_for(kind) == (rules.ReplayOutcome.NOT_REPEATED, rules.UNKNOWN)
