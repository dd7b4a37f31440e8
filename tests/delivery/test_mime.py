"""Messages that any reader understands as they were meant, and that nobody's name can bend."""

from __future__ import annotations

import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.delivery import mime
from aboveboard.delivery.letters import LetterBody
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HEAD = mime.Letterhead.from_sender("Adventure Works", "privacy@adventure.example")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
]
HEADERS += ["Content-Type", "Content-Transfer-Encoding"]


def built(
    subject: str = "Hello",
    text: str | LetterBody = "Hello.\n",
    html: str | None = None,
    to: str = "a@x.example",
    language: str = "en",
) -> bytes:
    return mime.build(
        HEAD,
        email_addresses.read(to),
        mime.MessageContent(subject, text, html, language),
        id_=mime.message_id(7, "x.example"),
        at=AT,
    )


def read(message: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(message, policy=email.policy.default))


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").replace("\r\n", "\n")


@given(ANY_TEXT)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    message = read(built(text=text))
    assert not message.defects
    assert text_of(message, "plain") == unix(text)


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_comes_back_beside_its_html(text: str, html: str) -> None:
    message = read(built(text=text, html=html))
    assert not message.defects
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (text_of(message, "plain"), text_of(message, "html")) == (unix(text), unix(html))


LINES = st.lists(ANY_TEXT.map(unix), max_size=3).map(lambda lines: "".join(f"{x}\n" for x in lines))


@given(LINES, LINES, ANY_TEXT)
def test_what_is_everybodys_and_what_is_ones_own_are_the_bytes_of_the_whole(
    before: str, own: str, after: str
) -> None:
    for _ in range(2):  # the second time what is everybody's is not encoded again
        assert built(text=LetterBody(before, own, after)) == built(text=before + own + after)


@pytest.mark.parametrize(("before", "own"), [("<p>", "Ann\n"), ("", "Dear Ann,"), ("a", "b")])
def test_what_is_ones_own_is_whole_lines(before: str, own: str) -> None:
    with pytest.raises(ValueError, match="lines"):
        LetterBody(before, own, "after")


@given(ANY_TEXT)
def test_any_subject_stays_one_header(subject: str) -> None:
    message = read(built(subject=subject))
    assert list(message.keys()) == HEADERS
    assert not message["Subject"].defects
    meant = "".join(
        " " if ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" else c for c in subject
    )
    assert message["Subject"].split() == meant.split()


@given(ANY_TEXT, ANY_TEXT, st.one_of(st.none(), ANY_TEXT))
def test_every_line_is_short_7_bit_and_ended_by_crlf(
    subject: str, text: str, html: str | None
) -> None:
    wire = built(subject=subject, text=text, html=html)
    assert wire.isascii()
    lines = wire.split(b"\r\n")
    assert max(len(line) for line in lines) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Müller",
        "Łukasz",
        "李小龙",
        "محمد",
        "Παπαδόπουλος",
        "👩‍👩‍👧 Family",
        "O'Brien",
        'Quo"te',
        "a, b <c@d.example>",
        "=?utf-8?q?x?=",
    ],
)
def test_names_of_the_world_survive_in_sender_subject_and_text(name: str) -> None:
    head = mime.Letterhead.from_sender(name, "privacy@adventure.example")
    content = mime.MessageContent(f"For {name}", f"Dear {name},\n" * 20, None, "en")
    message = read(mime.build(head, "a@x.example", content, id_="<1@x.example>", at=AT))
    sender = message["From"].addresses
    assert [(one.display_name, one.addr_spec) for one in sender] == [
        (name, "privacy@adventure.example")
    ]
    assert message["Subject"] == f"For {name}"
    assert text_of(message, "plain") == f"Dear {name},\n" * 20


@given(st.text(max_size=60))
def test_no_text_gets_more_than_one_recipient_past_the_check(text: str) -> None:
    try:
        address = email_addresses.read(text)
    except KindMismatch:
        return
    message = read(built(to=text))
    assert list(message.keys()) == HEADERS
    # The parser keeps the bytes of an internationalised address (RFC 6532) as surrogates; read
    # them as the UTF-8 they are.
    assert [
        one.addr_spec.encode("utf-8", "surrogateescape").decode() for one in message["To"].addresses
    ] == [address]


@pytest.mark.parametrize(
    "subject",
    [
        "Hi\r\nBcc: spy@x.example",
        "Hi\nBcc: spy@x.example",
        "Hi\rBcc: spy@x.example",
        "Hi\x0bBcc: y\u2028z",
    ],
)
def test_a_subject_adds_no_header(subject: str) -> None:
    assert read(built(subject=subject))["Bcc"] is None
    assert list(read(built(subject=subject)).keys()) == HEADERS


def test_a_language_that_is_none_adds_no_header() -> None:
    assert read(built(language="en\r\nBcc: spy@x.example"))["Content-Language"] == "und"


def test_a_second_try_is_the_same_message() -> None:
    assert mime.message_id(12, "x.example") == "<notice.12@x.example>"
    assert built() == built()


def test_a_sender_that_is_no_address_is_refused() -> None:
    for sender in ("nobody", "jörg@adventure.example", "a@b\r\nBcc: x@y.example"):
        with pytest.raises(mime.RefusedSender):
            mime.Letterhead.from_sender("Us", sender)


def test_a_sender_may_be_this_machine() -> None:
    assert mime.Letterhead.from_sender("Us", "privacy@localhost").address == "privacy@localhost"
