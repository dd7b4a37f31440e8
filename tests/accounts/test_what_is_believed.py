"""What proves something, and since when: a second factor that this program wrote, a sign-in that
is recent, a row of a secret beside the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from aboveboard.accounts import limits
from aboveboard.accounts.clients.idempotency import sweep
from aboveboard.accounts.deciding import DECIDING
from aboveboard.accounts.factors import digest_of, unmatched
from aboveboard.accounts.models import IdempotencyKey, SecondFactor
from aboveboard.accounts.recent import proved_recently
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from tests.accounts.people import staff_member


@pytest.mark.django_db
def test_only_a_factor_that_this_program_wrote_is_handed_out_as_one() -> None:
    ada = staff_member(Role.ADVISER)
    ours = Authenticator.objects.create(user=ada, type="webauthn", data={"name": "Key 1"})
    Authenticator._base_manager.bulk_create(
        [Authenticator(user_id=ada.pk, type="webauthn", data={"name": "Key 2"})]
    )
    factors = Authenticator.objects.filter(user=ada)
    assert factors.count() == 2, "the made-up one is there, so that a second step is asked for"
    assert list(factors) == [ours]
    assert list(factors) == [ours], "nor when it is read again"
    assert Authenticator.objects.filter(user=ada).first() == ours
    names = Authenticator.objects.filter(user=ada).values_list("type", flat=True)
    assert list(names) == ["webauthn", "webauthn"], "a column proves nothing"
    assert len(list(unmatched())) == 1
    ours.delete()
    assert not SecondFactor.objects.exists()
    assert list(Authenticator.objects.filter(user=ada)) == []


def test_what_proves_is_the_same_in_whatever_order_the_database_gives_it() -> None:
    """PostgreSQL keeps the keys of a JSON object in an order of its own."""
    data = {"secret": "s", "credential": {"id": "a", "response": {"type": "b", "at": "c"}}}
    turned = {"credential": {"response": {"at": "c", "type": "b"}, "id": "a"}, "secret": "s"}
    assert digest_of(data) == digest_of(turned)
    assert digest_of(data | {"name": "Key 2", "used_mask": 3}) == digest_of(data), "may change"
    assert digest_of(data | {"seed": "x"}) != digest_of(data)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proofs", "recent"),
    [
        ([], False),
        ([timedelta(0)], True),
        ([limits.RECENT_SIGN_IN], True),
        ([limits.RECENT_SIGN_IN + timedelta(seconds=1)], False),
        ([limits.RECENT_SIGN_IN * 2, timedelta(seconds=5)], True),
    ],
)
def test_who_proved_lately_who_they_are(proofs: list[timedelta], recent: bool) -> None:
    at = clock.now()
    request: Any = RequestFactory().get("/")
    request.user = staff_member(Role.ADVISER)
    request.session = {
        "account_authentication_methods_user": str(request.user.pk),
        "account_authentication_methods": [
            {"method": "password", "at": (at - ago).timestamp()} for ago in proofs
        ],
    }
    assert proved_recently(request, at=at) is recent
    request.user = AnonymousUser()
    assert not proved_recently(request, at=at)


def test_a_secret_may_end_sooner_than_its_entry_says_and_never_later() -> None:
    table = next(each for each in DECIDING if each.table == "accounts.ClientSecret")
    until = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
    entry: Any = SimpleNamespace(facts=SimpleNamespace(client="3", expires_at=until))

    def differs(client: int, ends: datetime) -> str:
        row: Any = SimpleNamespace(client_id=client, expires_at=ends)
        return table.differs(row, entry)

    second = timedelta(seconds=1)
    assert [differs(3, until - second), differs(3, until), differs(3, until + second)] == [
        "",
        "",
        "expires_at",
    ]
    assert differs(4, until) == "client_id"


@pytest.mark.django_db
def test_repeats_are_remembered_for_their_time_and_then_forgotten() -> None:
    now = clock.now()
    for number, ends in enumerate((now - timedelta(seconds=1), now, now + timedelta(seconds=1))):
        IdempotencyKey.objects.create(
            key_hash=str(number), asked_hash="a", answer={}, expires_at=ends
        )
    assert sweep(at=now) == 2
    assert [row.key_hash for row in IdempotencyKey.objects.all()] == ["2"]
    assert sweep(at=now) == 0
