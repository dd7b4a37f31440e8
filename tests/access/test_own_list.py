"""The proof that "Who has looked" is whole, as a real instance makes it: while uses go on, after a
crash, a restoration of nothing but the entries, a new key, a merge and a split, until erasure."""

from __future__ import annotations

import pytest

from aboveboard.access.actions import use, use_many
from aboveboard.access.explain.person import explain_entry
from aboveboard.access.queries import own_list_file
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.identity.actions import merge, split
from aboveboard.keys.log_signing import rotate_key, sequence_now, signers
from aboveboard.ledger import committing, handle_runs, queries
from aboveboard.ledger.committing import commit_handles, commitments
from aboveboard.ledger.format import own_list
from aboveboard.ledger.format.handle_index import committed_runs, run_of
from aboveboard.ledger.format.own_list import ProvedList
from aboveboard.ledger.handle_runs import IndexDamaged, RunRange
from aboveboard.ledger.models import Entry
from aboveboard.ledger.verify.own_history import contradictions, seen_list
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault
from aboveboard.vault.rekeying.people import rotate_one
from tests.world import ADVISER, entries, load

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = UseRequest(ADVISER, "answer-contact", ("email",), "phone")


def use_data(person_id: int, times: int = 1) -> list[int]:
    return [used.entry_id for _, used in use_many(ANSWER, [person_id] * times, at=clock.now())]


def commit() -> int | None:
    sequence_now()
    entry_id = commit_handles(by=SYSTEM, at=clock.now())
    sequence_now()
    return entry_id


def proved(person_id: int) -> tuple[own_list.OwnList, ProvedList]:
    text = own_list_file(person_id)
    assert text is not None
    own = own_list.parse(text)
    return own, own_list.verify(own, *(each.verifier for each in signers()))


def ids(person_id: int) -> list[int]:
    return [entry.id for _, entry in proved(person_id)[1].entries]


def theirs(person_id: int) -> list[int]:
    return sorted(entry.id for entry in entries(person_id))


def test_a_proof_is_whole_while_uses_go_on_and_after_a_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((ada, _), (ben, _), (cleo, _)) = load(3)
    with pytest.raises(queries.NotYet):
        own_list_file(ada)
    first = use_data(ada, 3)
    use_data(ben)
    assert commit() is not None
    assert commit() is None, "nothing came since: a quiet log does not grow by its commitments"
    assert ids(ada) == theirs(ada)
    assert set(first) <= set(ids(ada))
    assert ids(cleo) == theirs(cleo)
    before = seen_list(*proved(ada))

    # Uses go on; what is not committed to yet is not claimed, and no proof is wrong meanwhile.
    late = use_data(ada, 2)
    asked = explain_entry(first[0], by=SYSTEM, at=clock.now()).asked
    sequence_now()
    assert not set(late) & set(ids(ada))
    commit()
    assert ids(ada) == theirs(ada)
    assert {*late, asked} <= set(ids(ada)), "also who asked why, under the handle of that use"
    assert not list(contradictions(before, seen_list(*proved(ada)), [signers()[-1].verifier]))

    # Killed after the runs were written and before the entry: the next turn takes them up.
    use_data(ben, 2)
    sequence_now()
    with monkeypatch.context() as patched:
        patched.setattr(committing, "append", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            commit_handles(by=SYSTEM, at=clock.now())
    assert ids(ben) == theirs(ben)[:-2], "what was committed to before still holds"
    commit()
    assert ids(ben) == theirs(ben)
    for run in handle_runs.run_folder().path.glob("*.run"):
        run.unlink()
    assert ids(ada) == theirs(ada), "the files are made again of the entries"
    for run in handle_runs.run_folder().path.glob("*.run"):
        run.unlink()
    use_data(cleo)
    commit()
    assert ids(cleo) == theirs(cleo)


def test_a_proof_is_whole_under_other_keys_after_a_merge_and_a_split_until_erasure() -> None:
    ((ada, _), (ben, _)) = load(2)
    use_data(ada, 2)
    use_data(ben)

    # Another key for her, and for the log.
    rotate_one(ada, by=SYSTEM, at=clock.now())
    rotate_key(by=SYSTEM)
    use_data(ada)
    commit()
    assert ids(ada) == theirs(ada)

    # Found to be one person, and to be two after all.
    merged = merge(ada, ben, chosen={}, reference="case/1", by=ADVISER, at=clock.now())
    use_data(ada)
    commit()
    assert ids(ada) == theirs(ada)
    split(
        merged.id,
        kinds={key: field.kind_and_format for key, field in in_force().promise.fields.items()},
        reference="case/2",
        by=ADVISER,
        at=clock.now(),
    )
    use_data(ben)
    commit()
    assert (ids(ada), ids(ben)) == (theirs(ada), theirs(ben))

    # Everything follows from the log: a stranger computes the same runs.
    for place, body in commitments(10):
        assert place is not None
        for run in committed_runs(body):
            rows = Entry.objects.filter(leaf_index__gte=run.first, leaf_index__lt=run.end)
            pairs = [
                (at, handle)
                for at, handle in rows.values_list("leaf_index", "handle")
                if at is not None
            ]
            assert run_of(run.first, run.end, pairs) == run

    # Erased: nobody can say any more which entries were theirs, and the log goes on.
    vault.erase(ben, reason="asked", by=SYSTEM, at=clock.now())
    assert own_list_file(ben) is None
    commit()
    assert ids(ada) == theirs(ada)


def test_a_database_that_was_changed_proves_nothing() -> None:
    ((ada, _),) = load(1)
    use(ANSWER.for_subject(Subject(ada)), at=clock.now())
    commit()
    entry = entries(ada, "use.granted")[0]
    Entry.objects.filter(pk=entry.id).update(handle="0" * 32)
    for file in handle_runs.run_folder().path.glob("*.run"):
        file.unlink()
    with pytest.raises(IndexDamaged):
        own_list_file(ada)


def test_runs_of_any_size_are_read_and_merged_as_they_were_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handle_runs, "PART", 300)
    scattered = (f"{at * 2654435761 % 2**32:032x}" if at % 7 else None for at in range(1_500))
    pairs = list(enumerate(scattered))
    Entry.objects.bulk_create(
        Entry(
            id=at + 1,
            leaf_index=at,
            at=clock.now(),
            kind="use.granted",
            handle=None if at % 7 == 0 else f"{at * 2654435761 % 2**32:032x}",
            body=b"",
            leaf_hash=b"",
        )
        for at in range(1_500)
    )
    pairs = [
        (at, None if at % 7 == 0 else f"{at * 2654435761 % 2**32:032x}") for at in range(1_500)
    ]
    for first, end in ((0, 1_500), (0, 1), (1, 2), (10, 700), (0, 300)):
        expected = run_of(first, end, pairs[first:end])
        assert handle_runs.make_run(RunRange(first, end)) == expected
    handle_runs.make_run(RunRange(300, 1_500))
    merged = handle_runs.merge_runs([RunRange(0, 300), RunRange(300, 1_500)])
    assert merged == run_of(0, 1_500, pairs)
