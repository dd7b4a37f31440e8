"""A mailbox keeps the contract, on a Dovecot, and IMAP's ways of writing are kept both ways."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.connectors import registry
from aboveboard.connectors.contract import Attachment, Match, Record, SystemRefused
from aboveboard.connectors.imap import messages, names
from aboveboard.connectors.imap.connector import ImapConnector, MailboxSettings
from aboveboard.connectors.outgoing.addresses import OutgoingRules
from tests.connectors.apis.speaking import Resolver
from tests.connectors.contract import MARY, PAUL, ConnectorContract, ContractStand, email
from tests.connectors.dovecot import HOST, PASSWORD, Dovecot

USER = "support"
LETTER = b"""From: Mary Smith <mary.smith@example.org>
To: support@shop.example
Subject: =?utf-8?q?Wo_ist_die_Sendung=3F?=
Date: Mon, 2 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>

It has not come.
"""
ANSWER = b"""From: support@shop.example
To: "Mary" <MARY.SMITH@example.org>, Else <else@example.net>
Subject: Your parcel
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=xx

--xx
Content-Type: text/plain; charset=iso-8859-1

Gr\xfc\xdfe.
--xx
Content-Type: application/pdf; name=label.pdf
Content-Disposition: attachment; filename=label.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--xx--
"""
NEARLY = b"From: not-mary.smith@example.org\nTo: support@shop.example\nSubject: x\n\nx\n"
PAULS = b"From: " + PAUL.encode() + b"\nTo: support@shop.example\nSubject: Paul\n\nfrom paul\n"
OTHERS = "From: \u00fcber@m\u00fcller.example\nTo: support@shop.example\nSubject: y\n\ny\n".encode()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


def made(dovecot: Dovecot, resolver: Resolver, *, moves_to: str = "") -> ImapConnector:
    settings = MailboxSettings(HOST, dovecot.port, USER, None, (), moves_to, "")
    rules = OutgoingRules((ip_network("127.0.0.0/8"),), authorities=str(dovecot.authorities))
    return ImapConnector("mail", settings, lambda: PASSWORD, rules, resolver=resolver)


def contents(dovecot: Dovecot) -> list[tuple[str, bytes]]:
    box = dovecot.mailbox(USER)
    files = [path for part in ("cur", "new") for path in box.rglob(f"{part}/*")]
    return sorted((path.parent.parent.name, path.read_bytes()) for path in files)


def filled(dovecot: Dovecot) -> None:
    dovecot.forget(USER)
    dovecot.put(USER, "", LETTER, NEARLY, PAULS, OTHERS)
    dovecot.put(USER, "R&APw-ckfragen", ANSWER, LETTER)


class TestMailbox(ConnectorContract):
    @pytest.fixture
    def stand(self, dovecot: Dovecot) -> ContractStand:
        filled(dovecot)
        resolver = Resolver()
        return ContractStand(
            connector=made(dovecot, resolver),
            held={"INBOX": 1, "R\u00fcckfragen": 3},
            contents=lambda: contents(dovecot),
            pauls=lambda: [each for each in contents(dovecot) if PAUL.encode() in each[1]],
            down=lambda: resolver,
            secrets=(PASSWORD,),
        )

    def test_a_mailbox_that_is_moved_to_another_folder_is_found_no_more(
        self, dovecot: Dovecot
    ) -> None:
        filled(dovecot)
        dovecot.put(USER, "Gone")
        mailbox = made(dovecot, Resolver(), moves_to="Gone")
        for match in mailbox.find([email(MARY)]):
            assert mailbox.erase(match).changed
        assert list(mailbox.find([email(MARY)])) == []
        assert len([place for place, _ in contents(dovecot) if place == ".Gone"]) == 3

    def test_what_others_wrote_is_marked_and_an_attachment_is_whole(self, dovecot: Dovecot) -> None:
        filled(dovecot)
        mailbox = made(dovecot, Resolver())
        found = list(mailbox.find([email(MARY)]))
        read = [item for match in found for item in mailbox.read(match)]
        (label,) = [item for item in read if isinstance(item, Attachment)]
        assert b"".join(label.chunks) == b"%PDF-1.4\n"
        letters = [item for item in read if isinstance(item, Record)]
        subjects = {str(item.values["subject"].reveal()): item for item in letters}
        assert subjects["Wo ist die Sendung?"].others == {"to", "text"}
        assert subjects["Your parcel"].others == {"from", "to", "text"}
        assert subjects["Your parcel"].values["text"].reveal() == "Gr\u00fc\u00dfe."

    def test_an_address_of_other_letters_is_found(self, dovecot: Dovecot) -> None:
        filled(dovecot)
        assert (
            len(list(made(dovecot, Resolver()).find([email("\u00fcber@m\u00fcller.example")]))) == 1
        )

    def test_a_mailbox_that_was_made_anew_is_not_believed(self, dovecot: Dovecot) -> None:
        filled(dovecot)
        mailbox = made(dovecot, Resolver())
        match = next(mailbox.find([email(MARY)]))
        validity, _, rest = match.key.reveal().partition(":")
        other = type(match.key)(f"{int(validity) + 1}:{rest}")
        with pytest.raises(SystemRefused):
            mailbox.erase(Match(match.collection, other, match.by))

    def test_a_wrong_password_is_refused_and_not_repeated(self, dovecot: Dovecot) -> None:
        filled(dovecot)
        mailbox = made(dovecot, Resolver())
        mailbox._password = lambda: "another"
        health = mailbox.test()
        assert not health.ok
        assert "another" not in health.sentence


@given(st.text(max_size=30))
def test_a_folder_keeps_its_name_over_the_wire(name: str) -> None:
    try:
        wire = names.encode_folder(name)
    except UnicodeEncodeError:  # half of a surrogate pair
        return
    assert wire.isascii()
    assert names.decode_folder(wire) == name


def test_folders_are_named_as_the_standard_writes_them() -> None:
    # RFC 3501, 5.1.3
    assert (
        names.decode_folder(b"~peter/mail/&U,BTFw-/&ZeVnLIqe-")
        == "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e"
    )
    given = [
        rb'(\HasNoChildren) "/" INBOX',
        rb'(\Noselect) "/" "public"',
        (rb'(\HasNoChildren) "/" {5}', b'a"b\\c'),
        rb'(\Sent) NIL "R&APw-ck \"x\""',
        None,
    ]
    assert [each.name for each in names.folders(given)] == ["INBOX", 'a"b\\c', 'R\u00fcck "x"']


@given(st.binary(max_size=30))
def test_a_quoted_string_ends_where_it_should(text: bytes) -> None:
    try:
        whole = names.quoted(text)
    except ValueError:
        assert set(text) & set(b"\r\n\0")
        return
    inner = whole[1:-1].replace(b"\\\\", b"").replace(b'\\"', b"")
    assert b'"' not in inner
    assert b"\\" not in inner


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message(content: bytes) -> None:
    message = messages.parsed(content)
    given = messages.record("INBOX", message, ())
    assert given.collection == "INBOX"
    assert all(part.media_type for part in messages.attachments("INBOX", message))


def test_a_mailbox_is_declared_in_a_few_lines() -> None:
    text = (
        "system: mail\nname: Support\nkind: imap\nwhy: To answer questions.\nimap:\n"
        "  host: mail.example.org\n  user: support\n  password: 'env:MAIL'\n  folders: [INBOX]\n"
    )
    assert registry.build(registry.read_declaration(text, name="mail.yaml")).key == "mail"


def test_new_mail_is_handed_over_once_and_stays_where_it_is(dovecot: Dovecot) -> None:
    user = "privacy"
    dovecot.put(user, "", LETTER, NEARLY, PAULS)
    dovecot.put(user, "R&APw-ckfragen", ANSWER)
    settings = MailboxSettings(HOST, dovecot.port, user, None, (), "", "", takes_requests=True)
    rules = OutgoingRules((ip_network("127.0.0.0/8"),), authorities=str(dovecot.authorities))
    box = ImapConnector("mail", settings, lambda: PASSWORD, rules, resolver=Resolver())

    def taken() -> int:
        return len(list(box.unmarked("AboveboardRead", most=9, days=14)))

    assert (taken(), taken()) == (3, 0), "of the inbox alone, and once"
    assert len(list(dovecot.mailbox(user).rglob("cur/*"))) == 4
    dovecot.put(user, "", PAULS)
    for _ in box.unmarked("AboveboardRead", most=9, days=14):
        break  # whoever took it died over it
    assert (taken(), taken()) == (1, 0), "it comes again"
