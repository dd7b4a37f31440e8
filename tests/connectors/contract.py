"""What every connector promises, whatever kind it is: one suite, which each kind subclasses.

A subclass gives the fixture ``stand``: a system of its kind that holds two people, Mary and Paul,
and what the suite needs to look past the connector. No test says what kind it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    Attachment,
    Connector,
    Identifier,
    Match,
    Record,
    SystemRefused,
    SystemUnavailable,
    Verb,
)

MARY, PAUL = "Mary.Smith@Example.org", "paul.jones@example.org"
"""The addresses of the two; Mary's is asked for in this spelling, whatever the system has."""


@dataclass
class ContractStand:
    """A system to test on.

    Attributes:
        connector: made of a declaration, as ``registry.build`` does.
        held: the collections that hold something of Mary, with how many records each gives.
        contents: everything in the system, to compare; what is Mary's may be anywhere in it.
        pauls: the part of it that is Paul's, which nobody may touch.
        correction: a data category and a new value; empty where nothing can be corrected.
        down: while it is entered, the system cannot be reached.
        secrets: what may stand in no answer and no error: passwords, tokens.
        kept: whether an erasure leaves records, with ground, so that Mary is found still.
    """

    connector: Connector
    held: Mapping[str, int]
    contents: Callable[[], Any]
    pauls: Callable[[], Any]
    down: Callable[[], AbstractContextManager[object]]
    correction: Mapping[str, Personal[str]] = field(default_factory=dict)
    secrets: Sequence[str] = ()
    kept: bool = False


def email(value: str) -> Identifier:
    """Return an e-mail address as the identity graph has it."""
    return Identifier("email", Personal(value))


def counted(connector: Connector, matches: Sequence[Match]) -> dict[str, int]:
    """Return how many records each collection gives, attachments read to their end."""
    counts: dict[str, int] = {}
    for match in matches:
        for record in connector.read(match):
            if isinstance(record, Attachment):
                assert all(isinstance(chunk, bytes) for chunk in record.chunks)
            counts[record.collection] = counts.get(record.collection, 0) + 1
    return counts


class ConnectorContract:
    """The suite. ``pytest`` collects the subclasses, whose names start with ``Test``."""

    @pytest.fixture
    def stand(self) -> ContractStand:
        """Return the system of this kind; each subclass has its own."""
        raise NotImplementedError

    def test_a_person_is_found_by_any_spelling_and_read_whole(self, stand: ContractStand) -> None:
        before = stand.contents()
        matches = list(stand.connector.find([email(MARY)]))
        assert matches
        assert all("email" in match.by and not match.several for match in matches)
        assert counted(stand.connector, matches) == dict(stand.held)
        assert stand.contents() == before, "finding and reading changed something"

    def test_nothing_of_another_person_is_read(self, stand: ContractStand) -> None:
        for match in stand.connector.find([email(MARY)]):
            for record in stand.connector.read(match):
                if isinstance(record, Record):
                    values = [value.reveal() for value in record.values.values()]
                    assert not any(PAUL in str(value).lower() for value in values)

    def test_nobody_is_found_who_is_not_held(self, stand: ContractStand) -> None:
        nobody = [email("nobody@example.net"), Identifier("unheard_of", Personal("7"))]
        assert list(stand.connector.find(nobody)) == []
        for wild in ("%", "_ary.smith@example.org", "*@example.org", "' OR 1=1 --", "", "\x00"):
            assert list(stand.connector.find([email(wild)])) == [], "a name widened the search"

    def test_what_is_printed_shows_nobody(self, stand: ContractStand) -> None:
        matches = list(stand.connector.find([email(MARY)]))
        records = [record for match in matches for record in stand.connector.read(match)]
        printed = f"{stand.connector!r} {matches!r} {records!r} {stand.connector.test()!r}".lower()
        assert not re.search(r"\bmary\b", printed)
        assert "smith" not in printed
        assert not any(secret.lower() in printed for secret in stand.secrets)

    def test_a_dry_run_counts_what_an_erasure_then_does(self, stand: ContractStand) -> None:
        if Verb.ERASE not in stand.connector.verbs:
            self._not_done(stand, Verb.ERASE)
            return
        before, pauls = stand.contents(), stand.pauls()
        matches = list(stand.connector.find([email(MARY)]))
        counts = [stand.connector.erase(match, dry_run=True) for match in matches]
        assert stand.contents() == before, "a dry run changed something"
        done = [stand.connector.erase(match) for match in matches]
        assert [each.changed for each in done] == [each.changed for each in counts]
        assert sum(sum(each.changed.values()) for each in done) > 0
        assert stand.pauls() == pauls, "an erasure touched somebody else's"
        again = list(stand.connector.find([email(MARY)]))
        assert stand.kept or again == [], "an erased person is found"
        after = stand.contents()
        for match in matches:
            assert not any(stand.connector.erase(match).changed.values())
        assert stand.contents() == after, "a second erasure changed something"
        assert all(kept.ground and kept.records for each in done for kept in each.retained)

    def test_a_correction_is_made_once(self, stand: ContractStand) -> None:
        if Verb.CORRECT not in stand.connector.verbs:
            self._not_done(stand, Verb.CORRECT)
            return
        pauls, before = stand.pauls(), stand.contents()
        (match, *_) = stand.connector.find([email(MARY)])
        assert sum(stand.connector.correct(match, stand.correction).changed.values()) > 0
        assert stand.contents() != before
        assert stand.pauls() == pauls
        assert not any(stand.connector.correct(match, stand.correction).changed.values())

    def test_a_category_that_it_does_not_hold_is_said_and_not_done(
        self, stand: ContractStand
    ) -> None:
        before = stand.contents()
        (match, *_) = stand.connector.find([email(MARY)])
        change = stand.connector.correct(match, {"user.biometric": Personal("x")})
        assert not change.done
        assert change.messages
        assert stand.contents() == before

    def test_what_it_cannot_restrict_is_said(self, stand: ContractStand) -> None:
        pauls = stand.pauls()
        (match, *_) = stand.connector.find([email(MARY)])
        change = stand.connector.restrict(match, None)
        assert change.done == (Verb.RESTRICT in stand.connector.verbs)
        assert change.done or change.messages
        assert stand.pauls() == pauls

    def test_a_match_that_two_people_share_is_not_read(self, stand: ContractStand) -> None:
        (match, *_) = stand.connector.find([email(MARY)])
        shared = Match(match.collection, match.key, match.by, match.learned, several=True)
        with pytest.raises(SystemRefused):
            list(stand.connector.read(shared))
        with pytest.raises(SystemRefused):
            stand.connector.erase(shared)

    def test_it_describes_what_it_has_with_samples_that_do_not_print(
        self, stand: ContractStand
    ) -> None:
        fields = list(stand.connector.describe(samples=2))
        assert {field.collection for field in fields} >= set(stand.held)
        assert any(field.samples for field in fields)
        assert all(len(field.samples) <= 2 for field in fields)
        assert not re.search(r"\bmary\b", repr(fields).lower())

    def test_one_that_is_down_says_so_and_nothing_else(self, stand: ContractStand) -> None:
        assert stand.connector.test().ok
        matches = list(stand.connector.find([email(MARY)]))
        with stand.down():
            health = stand.connector.test()
            assert not health.ok
            assert health.sentence
            with pytest.raises(SystemUnavailable) as finding:
                list(stand.connector.find([email(MARY)]))
            with pytest.raises(SystemUnavailable) as reading:
                list(stand.connector.read(matches[0]))
        spoken = f"{health} {finding.value} {reading.value}".lower()
        assert "mary" not in spoken
        assert not any(secret.lower() in spoken for secret in stand.secrets)

    def _not_done(self, stand: ContractStand, verb: Verb) -> None:
        before = stand.contents()
        (match, *_) = stand.connector.find([email(MARY)])
        change = (
            stand.connector.erase(match)
            if verb is Verb.ERASE
            else stand.connector.correct(match, {"user.name": Personal("x")})
        )
        assert not change.done
        assert change.messages
        assert stand.contents() == before
