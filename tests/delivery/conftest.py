"""A batch of made-up people, a renderer that needs no vault, and mail settings that
point at a test server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aboveboard.basics import settings
from aboveboard.basics.package import Letter, Package, gathered
from aboveboard.basics.personal import Personal
from aboveboard.basics.setting_channels import SmsSettings
from aboveboard.delivery import actions, rendering
from tests.declared import gather_these
from tests.delivery import mail_providers
from tests.delivery.mail_providers import MailProviderServer
from tests.delivery.receiver import Receiver, receiving
from tests.delivery.scripted import ScriptedServer
from tests.delivery.sms_servers import ACCOUNT, SECRET, SIGNING, SmsServer
from tests.world import load

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KIND = "test.notice"


class FakeRenderer:
    """Renders ``p<person id>@x.example`` for everyone but those in ``addresses`` and ``skips``."""

    def __init__(self) -> None:
        self.addresses: dict[int, str] = {}
        self.skips: dict[int, str] = {}
        self.left_out: set[int] = set()
        self.problem: Exception | None = None
        self.seen: list[rendering.DispatchItem] = []
        self.note = ""

    def __call__(
        self, items: Sequence[rendering.DispatchItem]
    ) -> Iterable[tuple[int, rendering.RenderedNotice | rendering.SkippedNotice]]:
        self.seen += items
        for item in items:
            if self.problem:
                raise self.problem
            if item.person_id in self.left_out:
                continue
            if item.person_id in self.skips:
                yield item.id, rendering.SkippedNotice(self.skips[item.person_id])
                continue
            to = self.addresses.get(item.person_id, f"p{item.person_id}@x.example")
            yield (
                item.id,
                rendering.RenderedNotice(
                    Personal(to),
                    "Your data",
                    f"Dear person {item.person_id},\nwe lost it.\n",
                    note=self.note,
                ),
            )


@pytest.fixture
def renderer() -> Iterator[FakeRenderer]:
    fake, before = FakeRenderer(), gathered()
    gather_these([*before, declaring(fake)])
    yield fake
    gather_these(before)


def declaring(fake: FakeRenderer) -> Package:
    """A package whose letters the fake renders."""
    return Package(name="test", letters=(Letter(KIND, fake),))


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``mail(port, connections=2)`` points the settings at a server."""

    def point(port: int, connections: int = 2) -> None:
        instance = settings.current()
        mail = replace(
            instance.mail,
            url=f"smtp://127.0.0.1:{port}",
            sender="privacy@adventure.example",
            connections=connections,
        )
        changed = replace(instance, mail=mail)
        monkeypatch.setattr(settings, "current", lambda: changed)

    original = settings.current()
    monkeypatch.setattr(settings, "current", lambda: original)
    return point


@pytest.fixture
def texting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """``texting("twilio", server)`` points the settings at a provider's server of the tests."""

    def use(provider: str, server: SmsServer, **changed: str | int) -> None:
        for name, secret in (("secret", SECRET), ("signing", SIGNING)):
            file = tmp_path / name
            file.write_text(secret)
            file.chmod(0o600)
        sms = SmsSettings(
            provider=provider,
            account=ACCOUNT,
            secret=f"file:{tmp_path / 'secret'}",
            signing=f"file:{tmp_path / 'signing'}" if provider == "vonage" else "",
            sender="+447700900000",
            rate=0,
            connections=1,
            url=server.url,
            networks="127.0.0.0/8",
        )
        current = replace(settings.current(), sms=replace(sms, **changed))  # type: ignore[arg-type]
        monkeypatch.setattr(settings, "current", lambda: current)

    return use


@pytest.fixture
def mailing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """``mailing("postmark", server)`` points the settings at a provider's server of the tests."""

    def use(provider: str, server: MailProviderServer) -> None:
        for name, secret in (("token", mail_providers.TOKEN), ("key", mail_providers.SIGNING)):
            file = tmp_path / name
            file.write_text(secret)
            file.chmod(0o600)
        current = settings.current()
        mail = replace(
            current.mail,
            sender="privacy@adventure.example",
            connections=1,
            provider=provider,
            provider_secret=f"file:{tmp_path / 'token'}",
            provider_signing=f"file:{tmp_path / 'key'}",
            provider_domain=mail_providers.DOMAIN,
            provider_url=server.url,
            provider_networks="127.0.0.0/8",
        )
        changed = replace(current, mail=mail)
        monkeypatch.setattr(settings, "current", lambda: changed)

    return use


@pytest.fixture
def server(mail: Callable[..., None]) -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        mail(running.port)
        yield running


def batch_of(people: Iterable[int], *, at: datetime = AT) -> int:
    batch_id = actions.open_batch(KIND, {"incident": 7}, at=at)
    actions.queue(batch_id, [actions.BatchRecipient(person, "en") for person in people], at=at)
    return batch_id


@pytest.fixture
def crm() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def person() -> int:
    return load(1)[0][0]
