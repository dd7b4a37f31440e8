"""Every kind of entry that is written has a rule for what a restore does with it: the class that
writes an entry is the class that reads it back."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import pytest

import aboveboard
from aboveboard.basics.facts import Facts, Repeat
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


def written() -> set[type[Facts]]:
    """Return every kind of entry that any module of ours can write."""
    for module in pkgutil.iter_modules(aboveboard.__path__, "aboveboard."):
        for found in pkgutil.iter_modules(
            importlib.import_module(module.name).__path__ if module.ispkg else [], module.name + "."
        ):
            if found.name.endswith(".entries"):
                importlib.import_module(found.name)
    return {facts for facts in _below(Facts) if facts.__module__.startswith("aboveboard.")}


def _below(kind: type[Facts]) -> Iterator[type[Facts]]:
    for facts in kind.__subclasses__():
        yield from _below(facts)
        # A class with slots is made twice, and the first of the two lives until it is collected.
        current = getattr(sys.modules[facts.__module__], facts.__name__, None) is facts
        if "kind" in vars(facts) and current:  # else what several kinds share
            yield facts


def test_every_kind_that_can_be_written_is_declared_by_its_package() -> None:
    declared = {facts: package.name for package in gathered() for facts in package.entries}
    assert {facts: facts.__module__.split(".")[1] for facts in written()} == declared


def test_every_kind_that_can_be_written_has_its_rule() -> None:
    for facts in written():
        outcome, sentence = rules.rule(facts.kind)
        assert sentence == facts.on_restore.sentence
        assert (outcome is rules.Outcome.REPEATED) == (facts.kind in rules.repeats()), facts.kind


def test_what_is_repeated_is_repeated_by_the_package_that_wrote_it() -> None:
    for package in gathered():
        repeated = {facts for facts in package.entries if isinstance(facts.on_restore, Repeat)}
        assert set(package.repeats) == repeated, package.name


@pytest.mark.parametrize("kind", FORGOTTEN_ONCE)
def test_no_kind_is_forgotten_again(kind: str) -> None:
    assert rules.rule(kind)[1] != rules.UNKNOWN


def test_a_job_is_no_entry_and_a_newer_version_has_kinds_of_its_own() -> None:
    for kind in ("emergency.opened", "something.newer"):
        assert rules.rule(kind) == (rules.Outcome.NOT_REPEATED, rules.UNKNOWN)
