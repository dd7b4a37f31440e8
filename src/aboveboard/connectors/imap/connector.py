"""The kind ``imap``: a mailbox as a system. A message is a match; its folder is its collection."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aboveboard.basics import clock
from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    EMAIL,
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    SystemAnswerUnreadable,
    SystemChange,
    SystemRefused,
    SystemUnavailable,
    Verb,
)
from aboveboard.connectors.declaration import SystemDeclaration, SystemKind
from aboveboard.connectors.imap import messages
from aboveboard.connectors.imap.names import MailFolder, encode_folder, quoted
from aboveboard.connectors.imap.session import MailSession
from aboveboard.connectors.outgoing.addresses import (
    OutgoingRules,
    Resolver,
    read_rules,
    system_resolver,
)
from aboveboard.connectors.outgoing.sockets import connect
from aboveboard.connectors.reading import DeclarationPart
from aboveboard.connectors.secrets import SecretReference
from aboveboard.kinds import email_addresses, normalise

LARGEST_READ: Final = 32 * 1024 * 1024
"""Largest message that is taken apart in memory, in bytes. A larger one goes whole, as a file."""
LONGEST_TAKEN: Final = 256 * 1024
"""Bytes of a new message that are read to propose a request: its words come first."""
SAMPLE_MESSAGES: Final = 20
"""Messages of each folder that discovery looks at."""

_HEADERS: Final = "(BODY.PEEK[HEADER.FIELDS (FROM TO CC BCC REPLY-TO SENDER SUBJECT)])"
_INBOX: Final = "INBOX"
_ASKED: Final = ("FROM", "TO", "CC", "BCC")
_FIELDS: Final = {
    "from": "user.contact.email",
    "to": "user.contact.email",
    "cc": "user.contact.email",
    "subject": "user.content.private",
    "text": "user.content.private",
}
_BY_HAND: Final = "A mailbox has no call for it: do it by hand."


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """What a declaration of this kind says.

    Attributes:
        folders: those that are looked at; all where it is empty.
        moves_to: the folder that takes what is erased; "" where it is expunged.
        takes_requests: whether new mail in it is proposed as a request.
    """

    host: str
    port: int
    user: str
    password: SecretReference | None
    folders: tuple[str, ...]
    moves_to: str
    authorities: str
    takes_requests: bool = False


class ImapConnector:
    """A mailbox. ``password`` is fetched when it is used; ``resolver`` is given by tests."""

    def __init__(
        self,
        key: str,
        settings: MailboxSettings,
        password: Callable[[], str],
        rules: OutgoingRules,
        *,
        resolver: Resolver = system_resolver,
    ) -> None:
        self._key, self._settings, self._password = key, settings, password
        self._rules, self._resolver = rules, resolver

    def __repr__(self) -> str:
        return f"ImapConnector({self._key})"

    @property
    def key(self) -> str:
        """The name of the system in its declaration."""
        return self._key

    @property
    def verbs(self) -> frozenset[Verb]:
        """Finding, reading and erasing: a message that was sent is not corrected."""
        return frozenset((Verb.FIND, Verb.READ, Verb.ERASE))

    @property
    def takes_requests(self) -> bool:
        """Whether new mail in it is proposed as a request."""
        return self._settings.takes_requests

    def test(self) -> Health:
        """Sign in and count the folders."""
        try:
            with self._session() as session:
                count = len(self._folders(session))
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable) as error:
            return Health(False, str(error))
        return Health(True, f"It answers, and knows us: {count} folders.")

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield the headers and the words of each folder's messages."""
        with self._session() as session:
            for folder in self._folders(session):
                seen: dict[str, list[Personal[str]]] = {name: [] for name in _FIELDS}
                if samples:
                    session.open(folder)
                    for uid in session.search("ALL")[-SAMPLE_MESSAGES:]:
                        given = messages.record(folder.name, self._headers(session, uid), ())
                        for name, values in seen.items():
                            value = given.values.get(name)
                            if value is not None and len(values) < samples:
                                values.append(Personal(str(value.reveal())))
                for name, values in seen.items():
                    yield FieldSeen(folder.name, name, "text", tuple(values), _FIELDS[name])

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield each message in whose header an address stands. A server's search finds parts of
        words as well, so the header is read again."""
        normal = dict.fromkeys(
            address
            for each in identifiers
            if each.kind == EMAIL and (address := normalise.email(each.value.reveal()))
        )
        if not normal:
            return
        with self._session() as session:
            for folder in self._folders(session):
                validity = session.open(folder)
                uids = {uid for address in normal for uid in _candidates(session, address)}
                for uid in sorted(uids, key=int):
                    message = self._headers(session, uid)
                    own = {place for a in normal for place in messages.places(message, a)}
                    if own:
                        key = Personal(f"{validity}:{uid}:{','.join(sorted(own))}")
                        yield Match(folder.name, key, (EMAIL,))

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield a message's headers and words, then what is attached to it."""
        with self._open_folder(match) as (session, uid, own):
            size = session.size(uid)
            if size is None:
                return
            if size <= LARGEST_READ:
                message = messages.parsed(b"".join(session.pieces(uid, size)))
                yield messages.record(match.collection, message, own)
                yield from messages.attachments(match.collection, message)
                return
            message = messages.parsed(session.fetched(uid, "(BODY.PEEK[HEADER])") or b"")
            yield messages.record(match.collection, message, own)
            yield Attachment(
                match.collection,
                Personal("message.eml"),
                "message/rfc822",
                session.pieces(uid, size),
            )

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Change nothing, and say so."""
        return SystemChange(messages=(_BY_HAND,), done=False)

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Change nothing, and say so."""
        return SystemChange(messages=(_BY_HAND,), done=False)

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Expunge the message by its UID, or move it to the declared folder."""
        with self._open_folder(match, writing=not dry_run) as (session, uid, _):
            if session.size(uid) is None:
                return SystemChange()
            if not dry_run and not self._remove(session, uid):
                message = "Other messages in the folder are marked as deleted: have them expunged."
                return SystemChange(messages=(message,), done=False)
        return SystemChange({match.collection: 1})

    def unmarked(self, mark: str, *, most: int, days: int) -> Iterator[messages.MailMessage]:
        """Yield messages of the last ``days`` without this keyword, up to ``most`` of each folder
        (the inbox, where none is declared), in their order. Each is marked once the caller goes on.

        Raises:
            SystemRefused: the mailbox keeps no keywords.
        """
        since = messages.search_day(clock.now() - timedelta(days=days))
        with self._session() as session:
            for name in self._settings.folders or (_INBOX,):
                session.open(MailFolder(name, encode_folder(name)), writing=True)
                if not session.keeps_keywords():
                    raise SystemRefused(system=self._key, reason="it lets us mark no message")
                for uid in session.search("UNKEYWORD", mark, "UNDELETED", "SINCE", since)[:most]:
                    start = session.fetched(uid, f"(BODY.PEEK[]<0.{LONGEST_TAKEN}>)")
                    yield messages.parsed(start or b"")
                    session.change("STORE", uid, "+FLAGS.SILENT", f"({mark})")

    def _remove(self, session: MailSession, uid: str) -> bool:
        """Take a message away; false where that would take somebody else's with it."""
        if self._settings.moves_to:
            target = quoted(encode_folder(self._settings.moves_to)).decode()
            if session.can("MOVE"):  # RFC 6851
                session.change("MOVE", uid, target)
                return True
            session.change("COPY", uid, target)
        if not session.can("UIDPLUS") and set(session.search("DELETED")) - {uid}:
            return False
        session.change("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if session.can("UIDPLUS"):  # RFC 4315: EXPUNGE without it takes all that is marked
            session.change("EXPUNGE", uid)
        else:
            session.expunge()
        return True

    @contextlib.contextmanager
    def _session(self) -> Iterator[MailSession]:
        try:
            password = self._password()
        except Misconfigured as error:
            raise SystemRefused(
                system=self._key, reason=f"no password to show it. {error}"
            ) from None
        settings = self._settings
        connected = connect(
            self._key, settings.host, settings.port, self._rules, resolver=self._resolver
        )
        session = MailSession(self._key, connected, settings.user, password)
        with contextlib.closing(session):
            yield session

    @contextlib.contextmanager
    def _open_folder(
        self, match: Match, *, writing: bool = False
    ) -> Iterator[tuple[MailSession, str, tuple[str, ...]]]:
        """Open the folder of a match, if it is still the one in which it was found."""
        if match.several:
            raise SystemRefused(
                system=self._key, reason="several people are behind it, and nobody has decided"
            )
        validity, uid, own = (*match.key.reveal().split(":"), "", "", "")[:3]
        with self._session() as session:
            folder = MailFolder(match.collection, encode_folder(match.collection))
            # RFC 3501, 2.3.1.1: another number, and the UIDs are of other messages.
            if session.open(folder, writing=writing) != validity or not uid.isdigit():
                raise SystemRefused(
                    system=self._key, reason="the folder was made anew since: find again"
                )
            yield session, uid, tuple(own.split(","))

    def _folders(self, session: MailSession) -> list[MailFolder]:
        named = self._settings.folders
        if named:
            return [MailFolder(name, encode_folder(name)) for name in named]
        return [each for each in session.folders() if each.name != self._settings.moves_to]

    def _headers(self, session: MailSession, uid: str) -> messages.MailMessage:
        return messages.parsed(session.fetched(uid, _HEADERS) or b"")


def _candidates(session: MailSession, address: str) -> Iterator[str]:
    """Yield what the server finds by an address, in the form of mail servers and in that of people,
    where its domain has other letters."""
    for form in dict.fromkeys((address, email_addresses.display(address))):
        if form.isascii():
            word = quoted(form.encode()).decode()
            for header in _ASKED:
                yield from session.search(header, word)
        else:
            for header in _ASKED:
                yield from session.search("CHARSET", "UTF-8", header, literal=form.encode())


def _read(part: DeclarationPart, _: Mapping[str, DeclarationPart]) -> MailboxSettings:
    return MailboxSettings(
        part.text("host", "the host of the mail server", required=True),
        part.number("port", "the port for IMAP over TLS", default=993, least=1, most=65535),
        part.text("user", "the user of the mailbox", required=True),
        part.secret("password", "where the password is", required=True),
        part.words("folders", "the folders that are looked at; else all"),
        part.text("moves_to", "the folder that takes what is erased; else it is expunged"),
        part.text("authorities", "the path of a PEM file with authorities of your own"),
        part.flag("requests", "true where new mail is proposed as a request"),
    )


def _build(declaration: SystemDeclaration) -> ImapConnector:
    settings: MailboxSettings = declaration.settings
    reference = settings.password
    return ImapConnector(
        declaration.key,
        settings,
        lambda: reference.fetch().reveal() if reference else "",
        read_rules(declaration.private_addresses, authorities=settings.authorities),
    )


KIND: Final = SystemKind("A mailbox (IMAP)", _read, _build)
