"""One connection to the mail server, and the dialogue on it; never blocks.

Steps of a message, each with one reply (RFC 5321, 3.3): ``mail``, ``rcpt``, ``data``, ``body``.
With PIPELINING the first three leave together, and together with the body of the message before.
When the recipient was refused but DATA is accepted all the same, a lone dot ends it (``void``; RFC
2920, 3.1). A transaction that was begun and refused is cleared (``rset``) before the next.
"""

from __future__ import annotations

import re
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from aboveboard.basics.errors import Unavailable
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.smtp.message import OutgoingMail, outcome_of
from aboveboard.delivery.smtp.server import Handshake, NoServer

_REPLY = re.compile(rb"(?:([0-9]{3})-[^\n]*\n)*?([0-9]{3})(?: [^\n]*)?\r?\n")
_LONGEST_REPLY = 64 * 1024
_READ = 16 * 1024
_WAIT = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(slots=True)
class _Attempt:
    letter: OutgoingMail
    bad: int = 0


class ConnectionLost(Unavailable):
    """The connection to the mail server is gone, or speaks something that is not SMTP."""

    code = "mail_connection_lost"
    next_step = "What was not yet taken is sent again over another connection."


class SmtpConnection:
    """One connection. Call :meth:`begin`, then :meth:`read` and :meth:`write` as the socket allows.

    ``sender`` is the address of MAIL FROM; ``following`` gives the next letter, or
    ``None`` when none waits.
    """

    def __init__(
        self, opened: Handshake, sender: str, following: Callable[[], OutgoingMail | None]
    ) -> None:
        self.sock = opened.sock
        self.sock.setblocking(False)
        if self.sock.family in (socket.AF_INET, socket.AF_INET6):
            # The lone last segment of a body must not wait for an
            # acknowledgement of the one before.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._utf8 = opened.utf8
        self._sender = sender.encode("ascii")
        self._pipelining = opened.pipelining
        self._following = following
        self._expected: deque[tuple[str, _Attempt]] = deque()
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._reset_first = False
        self._outcomes: list[DeliveryOutcome] = []

    @property
    def busy(self) -> bool:
        """Whether a reply is owed."""
        return bool(self._expected)

    @property
    def wants_to_write(self) -> bool:
        """Whether something is left to send."""
        return bool(self._outgoing)

    def is_gone(self) -> bool:
        """Whether the server has closed a connection that is at rest, or says something on it: it
        says nothing unasked but that it goes (421; RFC 5321, 3.8)."""
        if self.busy:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(0))

    def begin(self) -> list[DeliveryOutcome]:
        """Start on the next letter if nothing is under way and one waits; return what became known
        of letters that this server cannot be given at all."""
        if not self._expected:
            self._next()
            self.write()
        return self._taken_outcomes()

    def read(self) -> list[DeliveryOutcome]:
        """Take in what the server said and go on; return what became known.

        Raises:
            ConnectionLost: see :meth:`unfinished` for what was under way.
            NoServer: the server refuses the sender, so no letter would pass.
        """
        while True:
            try:
                got = self.sock.recv(_READ)
            except _WAIT:
                break
            except OSError:
                raise ConnectionLost from None
            if not got:
                raise ConnectionLost
            self._incoming += got
            # A short read is the end of what is there, except under TLS, where the rest of a record
            # waits inside the library and no socket says so.
            if len(got) < _READ and not isinstance(self.sock, ssl.SSLSocket):
                break
        self._take_replies()
        self.write()
        return self._taken_outcomes()

    def write(self) -> None:
        """Send what can be sent now. A connection that breaks is noticed by
        the next :meth:`read`."""
        try:
            while self._outgoing:
                del self._outgoing[: self.sock.send(self._outgoing)]
        except _WAIT:
            return
        except OSError:
            self._outgoing.clear()

    def unfinished(self) -> tuple[list[DeliveryOutcome], list[OutgoingMail]]:
        """Of a lost connection, return what is known or must be tried later, and the
        letters not handed over at all.

        A letter whose body was on its way may or may not have been taken: it is put off.
        """
        known, untouched = self._outcomes, {}
        for step, attempt in self._expected:
            if step in ("body", "void"):
                known.append(
                    DeliveryOutcome(
                        attempt.letter.key, DeliveryVerdict.PUT_OFF, 0, "connection-lost"
                    )
                    if step == "body"
                    else _refused(attempt)
                )
            else:
                untouched[attempt.letter.key] = attempt.letter
        self._expected.clear()
        return known, list(untouched.values())

    def close(self) -> None:
        """Say goodbye if the connection is at rest, and close it."""
        try:
            if not self._expected and not self._outgoing:
                self.sock.send(b"QUIT\r\n")
        except OSError:
            self._outgoing.clear()  # it was closed from the other side: nothing is owed either way
        finally:
            self.sock.close()

    def _taken_outcomes(self) -> list[DeliveryOutcome]:
        done, self._outcomes = self._outcomes, []
        return done

    def _take_replies(self) -> None:
        at = 0
        while match := _REPLY.match(self._incoming, at):
            at = match.end()
            self._reply(int(match[2]))
        del self._incoming[:at]
        # A server that talks without end must not fill the memory.
        if len(self._incoming) > _LONGEST_REPLY or (
            self._incoming[:1] and not self._incoming[:1].isdigit()
        ):
            raise ConnectionLost

    def _reply(self, code: int) -> None:
        # An answer that nobody asked for would be taken for that of another message.
        if code == 421 or not self._expected:
            # The server closes the channel (RFC 5321, 3.8), or answers what nobody asked.
            raise ConnectionLost
        step, attempt = self._expected.popleft()
        if step == "rset":
            if not self._pipelining:
                self._send("mail", attempt)
        elif step in ("mail", "rcpt"):
            self._envelope_reply(step, attempt, code)
        elif step == "data":
            self._data_reply(attempt, code)
        else:
            self._end(attempt, code if step == "body" else attempt.bad)

    def _envelope_reply(self, step: str, attempt: _Attempt, code: int) -> None:
        if code // 100 != 2:
            if step == "mail" and attempt.letter.to.isascii():
                # Not this recipient's doing: the same MAIL command would be refused for everyone.
                self._expected.appendleft((step, attempt))
                raise NoServer(reason="mail-server-refuses-sender", code=code)
            attempt.bad = attempt.bad or code
        if not self._pipelining:
            if attempt.bad:
                self._end(attempt, attempt.bad, begun=True)
            else:
                self._send("rcpt" if step == "mail" else "data", attempt)

    def _data_reply(self, attempt: _Attempt, code: int) -> None:
        if attempt.bad and code == 354:
            self._send("void", attempt)
        elif code // 100 < 4 and code != 354:
            # A server that says yes to DATA without asking for the message has taken nothing.
            raise ConnectionLost
        elif code != 354:
            self._end(attempt, attempt.bad or code, begun=True)
        else:
            self._send("body", attempt)
            # The next message's commands leave with this body (RFC 2920, 3.1): the round trip saved
            # is most of the time of a send.
            if self._pipelining:
                self._next()

    def _end(self, attempt: _Attempt, code: int, *, begun: bool = False) -> None:
        self._outcomes.append(outcome_of(attempt.letter.key, code))
        self._reset_first = begun
        if not self._expected:
            self._next()

    def _next(self) -> None:
        while (letter := self._following()) is not None:
            if letter.to.isascii() or self._utf8:
                break
            self._outcomes.append(
                DeliveryOutcome(letter.key, DeliveryVerdict.REFUSED, 0, "address-needs-smtputf8")
            )
        else:
            return
        attempt = _Attempt(letter)
        steps = (["rset"] if self._reset_first else []) + ["mail", "rcpt", "data"]
        self._reset_first = False
        for step in steps if self._pipelining else steps[:1]:
            self._send(step, attempt)

    def _send(self, step: str, attempt: _Attempt) -> None:
        letter = attempt.letter
        if step == "rset":
            self._outgoing += b"RSET\r\n"
        elif step == "mail":
            option = b"" if letter.to.isascii() else b" SMTPUTF8"
            self._outgoing += b"MAIL FROM:<" + self._sender + b">" + option + b"\r\n"
        elif step == "rcpt":
            self._outgoing += b"RCPT TO:<" + letter.to.encode() + b">\r\n"
        elif step == "data":
            self._outgoing += b"DATA\r\n"
        elif step == "void":
            self._outgoing += b".\r\n"
        else:
            # A line that begins with a dot gets a second one (RFC 5321,
            # 4.5.2); a header never does.
            self._outgoing += letter.data.replace(b"\r\n.", b"\r\n..") + (
                b".\r\n" if letter.data.endswith(b"\r\n") else b"\r\n.\r\n"
            )
        self._expected.append((step, attempt))


def _refused(attempt: _Attempt) -> DeliveryOutcome:
    return outcome_of(attempt.letter.key, attempt.bad)
