"""A witness cosigns what continues and refuses what forks (C2SP tlog-witness)."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.errors import NotFound
from aboveboard.ledger.format.checkpoint import Checkpoint, open_note
from aboveboard.ledger.format.cosignature import ED25519, ML_DSA_44, Cosigner, WitnessKey
from aboveboard.ledger.format.note import NoteRefused, Signer, Verifier
from aboveboard.ledger.format.submission import Submission, SubmissionRefused, parse, parse_size
from aboveboard.ledger.witness.client import WitnessRefuses, WitnessSilent
from aboveboard.ledger.witness.state import EVIDENCE, Witness, WitnessExists, make
from tests.ledger.logs import SIGNER
from tests.ledger.witnesses import FORK, asked, head, post, proved, serving, submission


@pytest.fixture(params=["ml-dsa-44", "ed25519"])
def witness(request: pytest.FixtureRequest, tmp_path: Path) -> Witness:
    made = make(
        tmp_path / "witness",
        "witness.example/w1",
        {"ml-dsa-44": ML_DSA_44, "ed25519": ED25519}[request.param],
    )
    made.add_log(SIGNER.verifier)
    return made


@pytest.fixture
def url(witness: Witness) -> Iterator[str]:
    with serving(witness) as address:
        yield address


def test_it_cosigns_what_continues(witness: Witness, url: str) -> None:
    for old, size in ((0, 3), (3, 4), (4, 4), (4, 300), (300, 600)):
        status, _, body = post(url, submission(old, size))
        assert status == 200
        note = head(size).sign(SIGNER) + body.decode()
        at = witness.key.signed_at(note)
        assert at is not None
        assert abs(at - time.time()) < 60
    hashed = hashlib.sha256(b"localhost/log").hexdigest()
    with urllib.request.urlopen(f"{url}/{hashed}/checkpoint") as answer:
        shown = answer.read().decode()
    assert open_note(shown, SIGNER.verifier).size == 600
    assert witness.key.signed_at(shown) == at


REFUSED: dict[str, tuple[int, Callable[[], bytes]]] = {
    "not a submission": (400, lambda: b"hello"),
    "nothing": (400, lambda: b""),
    "an old size with a zero before": (400, lambda: submission(3, 9).replace(b"old 3", b"old 03")),
    "64 hashes": (400, lambda: Submission(3, [bytes(32)] * 64, head(9).sign(SIGNER)).encode()),
    "a note without signatures": (400, lambda: Submission(3, [], head(9).text()).encode()),
    "a note that is no checkpoint": (
        400,
        lambda: Submission(3, [], SIGNER.sign("hello\n")).encode(),
    ),
    "a log that is not known": (
        404,
        lambda: submission(3, 9).replace(b"localhost/log", b"elsewhere/log"),
    ),
    "another key": (
        403,
        lambda: submission(3, 9, signer=Signer.from_seed("localhost/log", bytes(32))),
    ),
    "a changed text": (403, lambda: submission(3, 9).replace(b"\n9\n", b"\n8\n")),
    "an old size above the new": (400, lambda: Submission(5, [], head(4).sign(SIGNER)).encode()),
    "an old size that is not the latest": (409, lambda: submission(2, 9)),
    "from nothing, again": (409, lambda: submission(0, 9)),
    "no proof": (422, lambda: Submission(3, [], head(9).sign(SIGNER)).encode()),
    "another proof": (422, lambda: Submission(3, proved(4, 9), head(9).sign(SIGNER)).encode()),
    "a proof that is too long": (
        422,
        lambda: Submission(3, [*proved(3, 9), bytes(32)], head(9).sign(SIGNER)).encode(),
    ),
    "a fork": (422, lambda: submission(3, 9, [*FORK[5:]])),
    "the same size with another root": (422, lambda: submission(3, 3, [*FORK[5:]])),
    "the same size with a proof": (
        422,
        lambda: Submission(3, [bytes(32)], head(3).sign(SIGNER)).encode(),
    ),
}


@pytest.mark.parametrize("witness", ["ed25519"], indirect=True)
def test_it_refuses_with_the_status_that_the_standard_gives(witness: Witness, url: str) -> None:
    assert post(url, submission(0, 3))[0] == 200
    for name, (status, body) in REFUSED.items():
        got, kind, said = post(url, body())
        assert got == status, (name, said)
        if status == 409:
            assert (kind, said) == ("text/x.tlog.size", b"3\n"), name
    assert witness.known_logs()[0].size == 3
    assert len(witness.refused_checkpoints()) == 4, (
        "a signed checkpoint that was refused may be evidence; the same one is kept once"
    )
    for path in (
        "",
        "add-checkpoint",
        "x/checkpoint",
        f"{'0' * 64}/checkpoint",
        f"{'A' * 64}/checkpoint",
    ):
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(f"{url}/{path}")
        assert error.value.code in (404, 405)
        error.value.close()


@pytest.mark.parametrize("witness", ["ed25519"], indirect=True)
def test_a_first_checkpoint_takes_no_proof_and_an_empty_one_the_empty_root(
    witness: Witness, url: str
) -> None:
    assert post(url, Submission(0, [bytes(32)], head(3).sign(SIGNER)).encode())[0] == 422
    assert (
        post(
            url, Submission(0, [], Checkpoint("localhost/log", 0, bytes(32)).sign(SIGNER)).encode()
        )[0]
        == 422
    )
    assert post(url, submission(0, 0))[0] == 200
    assert post(url, submission(0, 3))[0] == 200


def test_a_log_that_changed_its_key_goes_on_once_the_new_key_is_added(witness: Witness) -> None:
    later = Signer.from_seed("localhost/log", bytes(32))
    assert isinstance(witness.add_checkpoint(parse(submission(0, 3)), 1), str)
    assert witness.add_checkpoint(parse(submission(3, 4, signer=later)), 1).status == 403  # type: ignore[union-attr]
    witness.add_log(later.verifier)
    assert isinstance(witness.add_checkpoint(parse(submission(3, 4, signer=later)), 1), str)


@pytest.mark.parametrize("witness", ["ed25519"], indirect=True)
def test_a_sender_of_forks_does_not_fill_the_disk(witness: Witness) -> None:
    assert isinstance(witness.add_checkpoint(parse(submission(0, 3)), 1), str)
    for size in range(4, EVIDENCE + 7):
        forked = Submission(3, [], head(size).sign(SIGNER))
        assert not isinstance(witness.add_checkpoint(forked, size), str)
    kept = witness.refused_checkpoints()
    assert [at for _, at, _, _ in kept] == list(range(4, EVIDENCE + 4)), "the first of them"
    assert witness.known_logs()[0].refused == EVIDENCE


def test_a_witness_is_made_once(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(WitnessExists):
        make(tmp_path / "witness", "witness.example/w1", ED25519)
    with pytest.raises(NotFound):
        Witness(tmp_path / "nowhere")
    with pytest.raises(NoteRefused):
        make(tmp_path / "new", "a name with spaces", ED25519)
    assert oct((tmp_path / "witness/witness.key").stat().st_mode)[-3:] == "600"


# How a log asks.


def test_a_log_that_forgot_what_was_cosigned_is_told(witness: Witness, url: str) -> None:
    assert asked(witness.key, url, 0, 3)
    assert asked(witness.key, url, 0, 300)
    assert asked(witness.key, url, 299, 301)
    assert asked(witness.key, url, 301, 301)


def test_a_log_that_forks_or_went_back_is_refused(witness: Witness, url: str) -> None:
    asked(witness.key, url, 0, 300)
    with pytest.raises(WitnessRefuses, match="does not continue"):
        asked(witness.key, url, 300, 310, FORK)
    with pytest.raises(WitnessRefuses, match="it saw 300 entries"):
        asked(witness.key, url, 0, 200)


def test_an_answer_that_is_no_cosignature_is_not_taken(witness: Witness, url: str) -> None:
    other = Cosigner("witness.example/w1", ED25519, bytes(32)).key
    with pytest.raises(WitnessSilent, match="does not hold"):
        asked(other, url, 0, 3)
    with pytest.raises(WitnessSilent, match="refused"):
        asked(witness.key, "http://127.0.0.1:1", 0, 3)


# Bytes from outside.


@given(
    st.binary(max_size=300)
    | st.builds(
        lambda a, b: a + b, st.sampled_from([submission(3, 9), b"old 3\n\n"]), st.binary(max_size=9)
    )
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(SubmissionRefused):
        read = parse(data)
        assert read.encode() == data
    parse_size(data)


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63))
def test_what_is_written_is_read(old: int, proof: list[bytes]) -> None:
    written = Submission(old, proof, head(9).sign(SIGNER))
    assert parse(written.encode()) == written


@given(st.text(max_size=80))
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        WitnessKey.from_vkey(text)
    with pytest.raises(NoteRefused):
        WitnessKey.from_vkey(SIGNER.vkey)
    assert Verifier.from_vkey(SIGNER.vkey)
