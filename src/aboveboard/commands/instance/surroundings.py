"""What ``aboveboard doctor`` looks at outside the instance: the mail server, the disk, and how
people reach it."""

from __future__ import annotations

import ipaddress
import shutil
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aboveboard.basics import settings
from aboveboard.basics.setting_checks import parse_networks
from aboveboard.commands import limits

OK: Final = "ok"
WARN: Final = "warn"
ACT: Final = "act"
# In seconds: a monitor calls this every few minutes, and must not hang on a mail server that drops
# packets.
_MAIL_PATIENCE: Final = 3.0
_PORTS: Final = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check: ``verdict`` is ok, warn or act; ``step`` is what to do, empty when ok."""

    name: str
    verdict: str
    message: str
    step: str = ""


def check_provider(current: settings.Settings) -> HealthCheck:
    """Whether the e-mail provider takes our notices; nothing is sent."""
    from aboveboard.delivery.channels import NoChannel
    from aboveboard.delivery.providers.carrier import ProviderCarrier

    name = current.mail.provider
    if not name:
        return HealthCheck("provider", OK, "notices by e-mail leave by the mail server")
    try:
        with ProviderCarrier() as carrier:
            carrier.reach()
    except NoChannel as error:
        why = error.reason.replace("-", " ")
        return HealthCheck("provider", WARN, f"{name}: {why}", f"Notices wait. {error.step}")
    return HealthCheck("provider", OK, f"{name} takes our notices")


def check_texts(current: settings.Settings) -> HealthCheck:
    """Whether the provider of text messages takes ours; nothing is sent."""
    from aboveboard.delivery.sms.trial import problem

    if not current.sms.provider:
        return HealthCheck("texts", OK, "no provider of text messages is set up")
    trouble = problem()
    if trouble is None:
        return HealthCheck("texts", OK, f"{current.sms.provider} takes our text messages")
    words, step = trouble
    return HealthCheck("texts", WARN, f"{current.sms.provider}: {words}", f"Messages wait. {step}")


def check_mail(current: settings.Settings) -> HealthCheck:
    """Whether the mail server answers."""
    parts = urlsplit(current.mail.url)
    host, port = parts.hostname or "localhost", parts.port or _PORTS[parts.scheme]
    try:
        with socket.create_connection((host, port), timeout=_MAIL_PATIENCE):
            return HealthCheck("mail", OK, f"the mail server at {host}:{port} answers")
    # To warn, not to act: notices wait as rows, and none of them is lost.
    except OSError:
        message = f"the mail server at {host}:{port} does not answer"
        return HealthCheck(
            "mail",
            WARN,
            message,
            "Notices wait until it does. Check mail.url, or start the server.",
        )


def check_disk(current: settings.Settings) -> HealthCheck:
    """Whether there is room left."""
    free = shutil.disk_usage(current.home).free
    message = f"{free / 1e9:.1f} GB free in the instance folder"
    # Act, since on a full disk no entry becomes durable, and then nothing may be released.
    if free < limits.DISK_LEAST_BYTES:
        return HealthCheck(
            "disk",
            ACT,
            message,
            "Make room: when the disk is full, no use can be recorded, so nothing is released.",
        )
    return HealthCheck("disk", OK, message)


def check_transport(current: settings.Settings) -> HealthCheck:
    """Whether people reach it by TLS."""
    origin = urlsplit(current.server.origin)
    # Nobody can listen on the machine's own loop, so a trial needs no certificate.
    if origin.scheme == "https" or origin.hostname in ("127.0.0.1", "localhost"):
        return HealthCheck("transport", OK, f"people reach it at {current.server.origin}")
    step = "Put a TLS proxy in front and set server.origin to its https: address."
    return HealthCheck(
        "transport", ACT, f"people reach it at {current.server.origin} without encryption", step
    )


def check_proxy(current: settings.Settings) -> HealthCheck:
    """Where a proxy speaks TLS: whether it is named, and whether it can be passed by."""
    server = current.server
    if urlsplit(server.origin).scheme != "https":
        return HealthCheck("proxy", OK, "no proxy is needed for an http: address")
    named = parse_networks(server.proxies)
    if not named:
        step = "Set server.proxies to the address of the proxy."
        message = "no proxy is named, so all who come through it count as one caller"
        return HealthCheck("proxy", ACT, message, step)
    try:
        listens = ipaddress.ip_address(server.host)
    except ValueError:
        return HealthCheck("proxy", OK, f"{server.proxies} may say who called")
    if not listens.is_loopback and all(network.is_loopback for network in named):
        step = "Listen on 127.0.0.1 (server.host), or set server.proxies to the proxy's address."
        message = f"it listens on {server.host}, but only a proxy on this machine is believed"
        return HealthCheck("proxy", WARN, message, step)
    return HealthCheck("proxy", OK, f"{server.proxies} may say who called")
