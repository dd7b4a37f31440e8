"""All of mine, and no others: a list that holds is whole, and every way of making one that is not
is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aboveboard.ledger
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.format import own_list
from aboveboard.ledger.format.entry import NewEntry
from aboveboard.ledger.format.handle_index import BLOCK, COMMITTED, HandleRun, runs_as_json
from aboveboard.ledger.format.note import Signer, Verifier
from aboveboard.ledger.format.own_list import OwnList
from aboveboard.ledger.format.several import ranges_beside, root_with
from aboveboard.ledger.format.tree import ProofRefused, leaf_hash, root_of
from aboveboard.ledger.verify.own_history import contradictions, seen_list
from tests.ledger.logs import AT, SIGNER
from tests.ledger.own_lists import PersonsLog, handle_of, strand_of

KEY = SIGNER.verifier
VECTORS: dict[str, Any] = json.loads(
    (Path(aboveboard.ledger.__path__[0]) / "vectors.json").read_text("utf-8")
)["own_list"]


def proved(own: OwnList, *keys: Verifier) -> list[int]:
    """The places of a list that went through its text."""
    again = own_list.parse(own.text())
    assert again.text() == own.text()
    return [place for place, _ in own_list.verify(again, *(keys or (KEY,))).entries]


def refused(own: OwnList, why: str) -> None:
    with pytest.raises(AboveboardError, match=why):
        proved(own)


@cache
def ada_and_ben() -> tuple[PersonsLog, int]:
    """Ada has the entries 0, 2 and 5, Ben 1 and 3; 4 is nobody's; then they are committed to."""
    log = PersonsLog()
    for name in ("ada", "ben", "ada", "ben"):
        log.use_data(name)
    log.write(NewEntry("promise.adopted", SYSTEM, AT, None, {}))
    log.use_data("ada")
    return log, log.commit(2, 6)


def test_a_list_is_all_of_hers_and_nobody_elses() -> None:
    log, commitment = ada_and_ben()
    assert proved(log.own_list("ada", commitment=commitment)) == [0, 2, 5]
    assert proved(log.own_list("ben", commitment=commitment)) == [1, 3]
    assert proved(log.own_list("cleo", commitment=commitment)) == [], "nobody has looked"
    # Two records that were found to be one person's.
    assert proved(log.own_list("ada", "ben", commitment=commitment)) == [0, 1, 2, 3, 5]


def test_an_entry_left_out_is_missed() -> None:
    log, commitment = ada_and_ben()
    for place in (0, 2, 5):
        own = log.own_list("ada", commitment=commitment, omit=[place])
        refused(own, "left out")
    # The count lowered as well: the next handle has an entry.
    short = log.own_list("ada", commitment=commitment, counts={"ada": 2}, omit=[5])
    refused(short, "ends before|left out")
    # The record hidden from its run: others no longer stand side by side.
    whole = log.own_list("ada", commitment=commitment, omit=[5])
    for number, run in enumerate(whole.runs):
        for at, each in run.records.items():
            rest = {other: body for other, body in run.records.items() if other != at}
            hashes = [*run.hashes, leaf_hash(each)]
            runs = [*whole.runs]
            runs[number] = replace(run, records=rest, hashes=hashes)
            with pytest.raises(AboveboardError):
                proved(replace(whole, runs=runs))


def test_an_entry_of_somebody_else_is_refused_and_so_is_one_given_to_somebody_else() -> None:
    log, commitment = ada_and_ben()
    refused(log.own_list("ada", commitment=commitment, add=[1]), "not this person's")
    refused(log.own_list("ada", commitment=commitment, add=[4]), "not this person's")
    # Ben's handles passed off as numbers of Ada's.
    own = log.own_list("ada", commitment=commitment)
    (strand,) = own.strands
    swapped = [*strand.handles[:2], handle_of("ben", 1), strand.handles[3]]
    refused(replace(own, strands=[replace(strand, handles=swapped)]), "does not belong")
    # Her third entry written under Ben's next handle: a number of hers that has none shows later.
    other = PersonsLog()
    other.use_data("ada")
    other.use_data("ada", 2)
    commitment = other.commit()
    refused(other.own_list("ada", commitment=commitment, counts={"ada": 3}), "passed over")


def test_another_root_key_or_commitment_is_refused() -> None:
    log, commitment = ada_and_ben()
    own = log.own_list("ada", commitment=commitment)
    stranger = Signer.from_seed("localhost/log", bytes(32))
    refused(replace(own, note=log.note(stranger)), "trusted|wrong")
    assert proved(replace(own, note=log.note(stranger)), KEY, stranger.verifier) == [0, 2, 5]
    refused(replace(own, commitment=4), "commit")
    refused(replace(own, commitment=7), "commit")
    # A commitment to an index that leaves her last entry out is signed, and is still not the log.
    lying = PersonsLog([*log.bodies[:6]], dict(log.counts))
    run = lying.run(0, 5)
    lied = HandleRun(0, 6, run.records, run.root)
    at = lying.write(NewEntry(COMMITTED, SYSTEM, AT, None, {"runs": runs_as_json([lied])}))
    # It proves less than the log holds; whoever follows the log sees that (`ledger monitor`).
    assert lying.run(0, 6) != lied
    assert at == 6
    # Runs with a gap, out of order, or beyond the commitment itself.
    for runs in (
        [{"end": 0, "records": 0, "root": "0" * 64}],
        [*runs_as_json([lying.run(0, 6)]), *runs_as_json([HandleRun(0, 3, 1, bytes(32))])],
        [{"end": 99, "records": 1, "root": "0" * 64}],
        [{"end": 6, "records": 7, "root": "0" * 64}],
        [{"end": 6, "records": 5, "root": "A" * 64}],
        [],
    ):
        bad = PersonsLog([*log.bodies[:6]], dict(log.counts))
        place = bad.write(NewEntry(COMMITTED, SYSTEM, AT, None, {"runs": runs}))
        forged = replace(own, note=bad.note(), commitment=place)
        with pytest.raises(AboveboardError):
            proved(forged)


def test_what_was_seen_before_is_held_against_what_is_shown_now() -> None:
    def seen(own: OwnList) -> Any:
        return seen_list(own, own_list.verify(own, KEY))

    def complaints(before: OwnList, now: OwnList) -> list[str]:
        return list(contradictions(seen(before), seen(now), [KEY]))

    log, first_commitment = ada_and_ben()
    first = log.own_list("ada", commitment=first_commitment)
    grown = PersonsLog([*log.bodies], dict(log.counts))
    grown.use_data("ada")
    second = grown.own_list("ada", commitment=grown.commit())
    assert complaints(first, second) == []
    assert complaints(first, first) == []
    # An old proof, replayed.
    assert "older" in complaints(second, first)[0]
    # Two logs of one length.
    fork = PersonsLog([*log.bodies[:5]], {"ada": 2, "ben": 2})
    fork.use_data("ben")
    forked = fork.own_list("ada", commitment=fork.commit(2, 6))
    assert any("fork" in each for each in complaints(first, forked))
    # An entry that was there is gone in a longer log.
    fork.use_data("cleo")
    longer = fork.own_list("ada", commitment=fork.commit())
    assert any("gone" in each for each in complaints(first, longer))
    # Another secret, so that entries can be kept from her.
    other = grown.own_list("eve", commitment=len(grown.bodies) - 1)
    assert "no longer" in complaints(first, other)[0]
    # One that was held back before.
    late = PersonsLog([*log.bodies], dict(log.counts))
    held_back = first_commitment
    assert held_back == 6
    rewritten = PersonsLog([*fork.bodies[:5]], {"ada": 2, "ben": 2})
    rewritten.use_data("cleo")
    less = rewritten.own_list("ada", commitment=rewritten.commit())
    late.use_data("ben")
    more = late.own_list("ada", commitment=late.commit())
    assert any("already in the log" in each for each in complaints(less, more))
    # Records that were joined since bring older entries with them.
    joined = grown.own_list("ada", "ben", commitment=len(grown.bodies) - 1)
    assert complaints(first, joined) == []
    assert "no longer" in complaints(joined, second)[0]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_log_any_runs_any_lie(data: st.DataObject) -> None:
    log = PersonsLog()
    for name in data.draw(
        st.lists(st.sampled_from(["ada", "ben", "cleo"]), min_size=1, max_size=12)
    ):
        log.use_data(name)
    size = len(log.bodies)
    cuts = data.draw(st.sets(st.integers(1, size)))
    commitment = log.commit(*sorted(cuts | {size}))
    for name in data.draw(st.lists(st.sampled_from(["ada", "dan"]), max_size=3)):
        log.use_data(name)  # not covered yet
    theirs = [at for at in range(size) if log.bodies[at].find(b'"id"') and _is(log, at, "ada")]
    assert proved(log.own_list("ada", commitment=commitment)) == theirs
    others = [at for at in range(len(log.bodies)) if at not in theirs and at != commitment]
    for lie in (
        *({"omit": [at]} for at in theirs[:3]),
        *({"add": [at]} for at in others[:3]),
        *({"counts": {"ada": count}} for count in {0, len(theirs) + 1} - {len(theirs)}),
    ):
        with pytest.raises(AboveboardError):
            proved(log.own_list("ada", commitment=commitment, **lie))


def _is(log: PersonsLog, place: int, name: str) -> bool:
    handles = {handle_of(name, number).encode() for number in range(log.counts.get(name, 0))}
    return any(handle in log.bodies[place] for handle in handles)


def test_more_entries_than_one_block_are_bound_to_one_secret() -> None:
    strand = strand_of("ada", BLOCK + 1)
    assert (len(strand.handles), len(strand.blocks), len(strand.hashes)) == (BLOCK + 2, 3, 2)
    assert strand.blocks[:2] == strand_of("ada", 3).blocks, "the next block was promised before"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.data())
def test_several_leaves_are_proved_by_no_more_than_is_needed(size: int, data: Any) -> None:
    leaves = [leaf_hash(bytes([at])) for at in range(size)]
    places = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    spans = list(ranges_beside(places, 0, size))
    hashes = [root_of(leaves[start:end]) for start, end in spans]
    shown = {at: leaves[at] for at in places}
    assert root_with(shown, size, hashes) == root_of(leaves)
    assert sum(end - start for start, end in spans) == size - len(places)
    for spoiled in ([*hashes, bytes(32)], hashes[:-1]):
        if spoiled != hashes:
            with pytest.raises(ProofRefused):
                root_with(shown, size, spoiled)
    with pytest.raises(ProofRefused):
        root_with({size: bytes(32)}, size, hashes)


@pytest.mark.parametrize("vector", VECTORS["accept"], ids=lambda each: each["name"])
def test_an_own_list(vector: dict[str, Any]) -> None:
    shown = own_list.verify(own_list.parse(vector["list"]), Verifier.from_vkey(VECTORS["vkey"]))
    assert [entry.id for _, entry in shown.entries] == vector["ids"]
    assert shown.size == vector["size"]


@pytest.mark.parametrize("vector", VECTORS["refuse"], ids=lambda each: each["class"])
def test_no_own_list(vector: dict[str, str]) -> None:
    with pytest.raises(AboveboardError):
        own_list.verify(own_list.parse(vector["list"]), Verifier.from_vkey(VECTORS["vkey"]))


def test_what_is_no_list_is_refused_as_one() -> None:
    whole = json.loads(VECTORS["accept"][0]["list"])
    for key in whole:
        for value in (None, True, -1, "x", ["x"], [[1]], {"a": 1}, [{"records": 1, "hashes": []}]):
            spoiled = json.dumps({**whole, key: value})
            with pytest.raises(AboveboardError):
                own_list.verify(own_list.parse(spoiled), Verifier.from_vkey(VECTORS["vkey"]))
    for text in ("", "[]", "{}", "nul", "[" * 100_000):
        with pytest.raises(own_list.OwnListRefused):
            own_list.parse(text)
