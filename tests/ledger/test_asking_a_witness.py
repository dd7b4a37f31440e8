"""What a log makes of the answers of a witness, which is somebody else's machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.cosignature import ED25519, ML_DSA_44, Cosigner, cosigned
from aboveboard.ledger.format.note import NoteRefused
from aboveboard.ledger.format.submission import SubmissionRefused, parse
from aboveboard.ledger.witness.client import WitnessRefuses, WitnessSilent, read_addresses
from tests.ledger.logs import SIGNER
from tests.ledger.witnesses import asked, head, submission

COSIGNERS = [
    Cosigner("witness.example/w1", ED25519, bytes(32)),
    Cosigner("witness.example/w2", ML_DSA_44, bytes(32)),
]
WITNESS, OTHER = COSIGNERS[0], Cosigner("witness.example/w1", ED25519, bytes(31) + b"1")


class Scripted(ThreadingHTTPServer):
    """A witness that answers as it is told, one answer after another, and keeps what it got."""

    answers: list[tuple[int, bytes]]

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scripted.submitted.append(parse(body).old)
                status, answer = scripted.answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Location", f"{scripted.url}/elsewhere")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        scripted = self
        self.submitted: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def ask(self, *answers: tuple[int, bytes], old: int = 3, size: int = 9) -> str:
        self.answers, self.submitted = list(answers), []
        return asked(WITNESS.key, self.url, old, size)


@pytest.fixture(scope="module")
def witness() -> Iterator[Scripted]:
    server = Scripted()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def line(cosigner: Cosigner = WITNESS, size: int = 9, at: int = 1_700_000_000) -> str:
    return cosigner.line(head(size).text(), at)


def test_of_an_answer_the_lines_of_the_witness_are_taken_and_others_are_not(
    witness: Scripted,
) -> None:
    answer = COSIGNERS[1].line(head(9).text(), 5) + line() + "a line of tomorrow\n"
    assert witness.ask((200, answer.encode())) == line()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((200, line(OTHER).encode()), "not of the key that is set"),
        ((200, line(size=8).encode()), "does not hold"),
        ((200, line().rstrip("\n").encode()), "does not hold"),
        ((200, b"\xff"), "does not hold"),
        ((200, b""), "does not hold"),
        ((400, b""), "did not understand"),
        ((403, b""), "does not trust the key"),
        ((404, b""), "does not know this log"),
        ((500, b""), "it answered 500"),
        ((302, b""), "it answered 302"),
        ((409, b"3\n"), "contradicts itself"),
        ((409, b"03\n"), "contradicts itself"),
        ((409, b"soon"), "contradicts itself"),
    ],
)
def test_an_answer_that_is_no_cosignature_is_none_and_says_why(
    witness: Scripted, answer: tuple[int, bytes], why: str
) -> None:
    with pytest.raises(WitnessSilent, match=why):
        witness.ask(answer)
    assert witness.submitted == [3], "it is asked once, and nowhere else"


def test_a_witness_that_saw_something_else_is_asked_once_more_from_there(
    witness: Scripted,
) -> None:
    assert witness.ask((409, b"5\n"), (200, line().encode())) == line()
    assert witness.submitted == [3, 5]
    assert witness.ask((409, b"9\n"), (200, line().encode())) == line()
    with pytest.raises(WitnessSilent, match="others ask it"):
        witness.ask((409, b"5\n"), (409, b"6\n"))
    assert witness.submitted == [3, 5]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(409, b"10\n")], "it saw 10 entries, and the log shows 9"),
        ([(422, b"")], "does not continue"),
        ([(409, b"5\n"), (422, b"")], "does not continue"),
    ],
)
def test_a_witness_that_saw_more_or_another_log_refuses(
    witness: Scripted, answers: list[tuple[int, bytes]], why: str
) -> None:
    with pytest.raises(WitnessRefuses, match=why):
        witness.ask(*answers)


def test_what_does_not_speak_http_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        for _ in range(2):
            with pytest.raises(WitnessSilent):
                asked(WITNESS.key, url, 0, 3)
        thread.join()


@given(st.sampled_from(COSIGNERS), st.integers(1, 2**63 - 1))
def test_a_moment_that_was_cosigned_is_read_back(cosigner: Cosigner, at: int) -> None:
    note = head(9).sign(SIGNER) + line(cosigner, at=at)
    assert cosigner.key.signed_at(note) == at
    assert cosigned(note, [each.key for each in COSIGNERS]) == {cosigner.key: at}


@pytest.mark.parametrize("cosigner", COSIGNERS, ids=["ed25519", "ml-dsa-44"])
@pytest.mark.parametrize("at", [0, 2**63])
def test_there_is_no_moment_before_the_first_second_and_none_after_the_last(
    cosigner: Cosigner, at: int
) -> None:
    with pytest.raises(NoteRefused, match="malformed"):
        cosigner.key.signed_at(head(9).sign(SIGNER) + line(cosigner, at=at))


def test_of_two_lines_of_one_witness_the_later_counts_and_a_wrong_one_spoils_both() -> None:
    note = head(9).sign(SIGNER) + line(at=7) + line(at=9) + line(at=8)
    assert WITNESS.key.signed_at(note) == 9
    with pytest.raises(NoteRefused, match="wrong"):
        WITNESS.key.signed_at(note + line(size=8))


def test_no_log_has_more_entries_than_a_signed_number_holds() -> None:
    least = submission(0, 9).replace(b"old 0", b"old %d" % (2**63 - 1))
    assert parse(least).old == 2**63 - 1
    with pytest.raises(SubmissionRefused, match="old size"):
        parse(submission(0, 9).replace(b"old 0", b"old %d" % 2**63))


def test_witnesses_are_set_one_a_line_or_with_semicolons() -> None:
    one, two = (cosigner.key.vkey for cosigner in COSIGNERS)
    for text in (
        f"{one} https://w1.example/\n\n{two}  http://w2.example:8080/at/",
        f"{one} https://w1.example; {two} http://w2.example:8080/at;",
    ):
        addresses = read_addresses(text)
        assert [address.key for address in addresses] == [each.key for each in COSIGNERS]
        assert [address.url for address in addresses] == [
            "https://w1.example",
            "http://w2.example:8080/at",
        ]
    assert read_addresses("") == []
    for wrong, why in ((one, "has no address"), (f"{one}A https://w.example", "in ledger")):
        with pytest.raises(Invalid, match=why):
            read_addresses(wrong)
