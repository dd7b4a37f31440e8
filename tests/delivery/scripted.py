"""A mail server for tests that does as it is told, by the local part of the recipient.

``refused@`` 550 at RCPT, ``later@`` 451 at RCPT, ``unwanted@`` 554 after the message, ``full@`` 452
after the message, ``drop@`` takes the message and hangs up without a word, ``slow@`` answers after
a second. Everyone else is accepted.
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

AT_RCPT = {"refused": "550 no such person", "later": "451 try again"}
AT_END = {"unwanted": "554 not wanted here", "full": "452 no room"}


@dataclass
class ScriptedServer:
    """``kept`` are (recipient, message) in the order accepted. ``mail`` is
    the reply to MAIL FROM."""

    pipelining: bool = True
    utf8: bool = True
    data_in_any_case: bool = False
    mail: str = "250 sender fine"
    greeting: str = "220 scripted"
    messages_per_line: int = 1_000_000
    tls: ssl.SSLContext | None = None
    tls_from_the_start: bool = False
    password: str = ""
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            with suppress(OSError):  # it was closed by its own thread
                # Else the thread that waits on it keeps it open.
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            _Session(self, sock).run()
        except (OSError, ValueError):
            return
        finally:
            sock.close()


class _Session:
    def __init__(self, server: ScriptedServer, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.encrypted = False
        self.signed_in = not server.password
        if server.tls_from_the_start:
            self.encrypt()
        self.buffer = b""
        self.sender = False
        self.to = ""

    def encrypt(self) -> None:
        assert self.server.tls is not None
        self.sock = self.server.tls.wrap_socket(self.sock, server_side=True)
        self.server._open.append(self.sock)
        self.encrypted = True

    def readline(self) -> bytes:
        while b"\n" not in self.buffer:
            got = self.sock.recv(1 << 20)
            if not got:
                return b""
            self.buffer += got
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line + b"\n"

    def readlines_to_dot(self) -> bytes:
        while not self.buffer.startswith(b".\r\n") and b"\r\n.\r\n" not in self.buffer:
            got = self.sock.recv(1 << 20)
            if not got:
                raise ValueError("hung up in the middle of a message")
            self.buffer += got
        if self.buffer.startswith(b".\r\n"):
            self.buffer = self.buffer[3:]
            return b""
        body, _, self.buffer = self.buffer.partition(b"\r\n.\r\n")
        return body.removeprefix(b".").replace(b"\r\n..", b"\r\n.") + b"\r\n"

    def say(self, line: str) -> None:
        self.sock.sendall(line.encode() + b"\r\n")

    def run(self) -> None:
        self.say(self.server.greeting)
        left = self.server.messages_per_line
        while line := self.readline():
            command = line.decode().rstrip("\r\n")
            self.server.commands.append(command)
            # Whoever hears on another connection that nobody is served takes leave without
            # waiting for this answer.
            leaving = command.startswith("QUIT") or self.buffer.startswith(b"QUIT")
            if not self.server.pipelining and self.buffer and not leaving:
                self.server.strays.append(command)
            verb = command[:4].upper()
            if verb == "DATA":
                if self.data():
                    left -= 1
                if not left:
                    self.say("421 enough for one connection")
                    return
            elif verb == "QUIT":
                return
            elif verb == "STAR":
                self.say("220 begin")
                self.encrypt()
            else:
                self.say(self.answer(verb, command))

    def answer(self, verb: str, command: str) -> str:
        if verb == "EHLO":
            offers = (
                ["250-scripted"]
                + ["250-STARTTLS"] * bool(self.server.tls and not self.encrypted)
                + ["250-AUTH PLAIN"] * self.encrypted
            )
            offers += ["250-PIPELINING"] * self.server.pipelining + [
                "250-SMTPUTF8"
            ] * self.server.utf8
            return "\r\n".join([*offers, "250 8BITMIME"])
        if verb == "AUTH":
            self.signed_in = (
                base64.b64decode(command.split()[2]).split(b"\0")[2].decode()
                == self.server.password
            )
            return "235 welcome" if self.signed_in else "535 wrong"
        if verb == "MAIL" and not self.signed_in:
            return "530 sign in first"
        if verb == "RSET":
            self.sender, self.to = False, ""
            return "250 forgotten"
        if verb == "MAIL":
            if self.sender:
                return "503 a message is already begun"
            self.sender = self.server.mail.startswith("2")
            return self.server.mail
        if verb == "RCPT":
            to = command.partition("<")[2].partition(">")[0]
            reply = (
                AT_RCPT.get(to.partition("@")[0], "250 fine") if self.sender else "503 no sender"
            )
            self.to = to if reply.startswith("250") else ""
            return reply
        return "500 what"

    def data(self) -> bool:
        if not self.to and not (self.server.data_in_any_case and self.sender):
            self.say("503 no recipient")
            return False
        self.say("354 go on")
        body = self.readlines_to_dot()
        to, self.to, self.sender = self.to, "", False
        who = to.partition("@")[0]
        if not to:
            self.say("554 no valid recipients")
            return False
        if who in AT_END:
            self.say(AT_END[who])
            return False
        if who == "slow":
            time.sleep(1)
        self.server.kept.append((to, body))
        if who == "drop":
            raise ValueError("told to hang up")
        self.say("250 taken")
        return True
