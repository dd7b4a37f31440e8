"""The mail server of ``mail.url``: where it is, how it is spoken to, and the handshake."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from aboveboard.delivery.channels import NoChannel

_DEFAULT_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


class NoServer(NoChannel):
    """The mail server cannot be used: {reason}."""

    code = "no_mail_server"
    next_step = "Check mail.url in the settings; messages wait until it can be used."


@dataclass(frozen=True, slots=True)
class Handshake:
    """A connection after its handshake. ``pipelining`` and ``utf8`` say what the server offers."""

    sock: socket.socket
    pipelining: bool
    utf8: bool


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server. ``scheme`` is ``smtp``, ``smtp+tls`` (STARTTLS or nothing) or ``smtps``."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Server({self.scheme}://{self.host}:{self.port})"

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Read the setting ``mail.url``."""
        parts = urlsplit(url)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "localhost",
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def open(self, timeout: float, *, sender: str = "") -> Handshake:
        """Connect, greet, encrypt and sign in; ``timeout`` in seconds holds for each of these. With
        ``sender``, ask whether the server takes messages from that address.

        Raises:
            NoServer: with the reason ``mail-server-unreachable``, ``mail-server-refuses``,
                ``mail-server-refuses-sender`` or ``mail-server-not-trusted`` (its certificate does
                not show that it is who it says).
        """
        session: smtplib.SMTP | None = None
        try:
            session = self._connect(timeout)
            session.ehlo_or_helo_if_needed()
            if self.scheme == "smtp+tls":
                # Nothing said before it counts afterwards (RFC 3207, 4.2), so the greeting is done
                # again.
                session.starttls(context=ssl.create_default_context())
                session.ehlo()
            if self.user:
                session.login(self.user, self.password)
            if sender:
                _ask_sender(session, sender)
        except OSError as error:  # smtplib's own errors are OSErrors too
            if session is not None:
                session.close()
            # Without its cause: the words of the server may name the user.
            raise NoServer(reason=_reason(error), code=getattr(error, "smtp_code", 0)) from None
        if session.sock is None:
            raise NoServer(reason="mail-server-unreachable")
        return Handshake(session.sock, session.has_extn("pipelining"), session.has_extn("smtputf8"))

    def _connect(self, timeout: float) -> smtplib.SMTP:
        name = socket.gethostname() or "localhost"
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=timeout, context=ssl.create_default_context()
            )
        return smtplib.SMTP(self.host, self.port, name, timeout=timeout)


def _ask_sender(session: smtplib.SMTP, sender: str) -> None:
    code, _ = session.mail(sender)
    if code == 421:  # it closes the channel (RFC 5321, 3.8)
        raise smtplib.SMTPServerDisconnected
    if code // 100 != 2:
        raise smtplib.SMTPSenderRefused(code, b"", sender)
    session.rset()


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "mail-server-not-trusted"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "mail-server-refuses-sender"
    if isinstance(error, smtplib.SMTPException) and not isinstance(
        error, smtplib.SMTPServerDisconnected
    ):
        return "mail-server-refuses"
    return "mail-server-unreachable"
