"""Which mail a person wrote, and which a program: who took both would answer answers. Pure.

What programs say of their mail is in RFC 3834 (``Auto-Submitted``), RFC 2919 (``List-Id``),
RFC 3464 (``multipart/report``), and in headers that are older than those.
"""

from __future__ import annotations

from typing import Final

from aboveboard.connectors.imap.messages import MailMessage, addresses

_OF_PROGRAMS: Final = (
    "list-id",
    "list-unsubscribe",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-failed-recipients",
    "x-loop",
)
_PRECEDENCE: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_NOBODY: Final = frozenset(
    {"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"}
)
"""Names before the ``@`` at which nobody reads."""


def is_automatic(message: MailMessage) -> bool:
    """Whether a program wrote a message, as its headers say."""
    submitted = _header(message, "auto-submitted")
    if submitted and not submitted.startswith("no"):
        return True
    if _header(message, "precedence") in _PRECEDENCE or _header(message, "return-path") == "<>":
        return True
    if any(name in message for name in _OF_PROGRAMS):
        return True
    if message.get_content_type() == "multipart/report":
        return True
    senders = addresses(message, "from")
    return any(address.partition("@")[0].lower() in _NOBODY for address in senders)


def _header(message: MailMessage, name: str) -> str:
    return str(message.get(name, "")).strip().lower()
