"""A second factor is worth something to its own account alone, even to whoever can write rows."""

from __future__ import annotations

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from aboveboard.accounts import actions, factors, sealing
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.ledger import queries as entries
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member

pytestmark = pytest.mark.django_db

SECRET = "JBSWY3DPEHPK3PXP"
STEP = 58_000_000


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([STEP])
    )


@pytest.fixture
def ina() -> Account:
    return staff_member(Role.INCIDENT_LEAD)


@pytest.fixture
def pia() -> Account:
    return staff_member(Role.PRIVACY_LEAD)


def stored(factor: Authenticator) -> dict[str, object]:
    """What the table says, as whoever reads it by SQL sees it."""
    rows = Authenticator._base_manager.filter(pk=factor.pk)
    data: dict[str, object] = rows.values_list("data", flat=True).get()
    return data


def copied(factor: Authenticator, to: Account, kind: str = "") -> Authenticator:
    """Copy a row to another account, as an INSERT of SQL would: without anything of ours."""
    Authenticator._base_manager.bulk_create(
        [Authenticator(user_id=to.pk, type=kind or factor.type, data=stored(factor))]
    )
    return Authenticator._base_manager.get(user_id=to.pk)


def test_an_app_proves_its_own_account(ina: Account) -> None:
    TOTP.activate(ina, SECRET)
    browser = staff_client(account=ina, second_factor=False)
    code = format_hotp_value(hotp_value(SECRET, STEP))
    assert browser.post("/accounts/2fa/reauthenticate/", {"code": code}).status_code == 302
    assert browser.get("/console/").status_code == 200


def test_a_copied_app_proves_nobody_else(ina: Account, pia: Account) -> None:
    factor = copied(TOTP.activate(ina, SECRET).instance, pia)
    with pytest.raises(sealing.BoxDamaged):
        TOTP(factor).validate_code(format_hotp_value(hotp_value(SECRET, STEP)))


def test_copied_recovery_codes_are_nobody_elses(ina: Account, pia: Account) -> None:
    codes = RecoveryCodes.activate(ina)
    assert len(codes.generate_codes()) == 10
    again = Authenticator._base_manager.get(pk=codes.instance.pk)
    assert RecoveryCodes(again).generate_codes() == codes.generate_codes()
    with pytest.raises(sealing.BoxDamaged):
        RecoveryCodes(copied(codes.instance, pia)).generate_codes()


def test_a_row_that_is_given_to_another_account_opens_nothing(ina: Account, pia: Account) -> None:
    factor = TOTP.activate(ina, SECRET).instance
    Authenticator._base_manager.filter(pk=factor.pk).update(user_id=pia.pk)
    with pytest.raises(sealing.BoxDamaged):
        TOTP(Authenticator._base_manager.get(pk=factor.pk)).validate_code("000000")


def test_a_secret_that_says_whose_it_is_is_not_believed(ina: Account, pia: Account) -> None:
    factor = TOTP.activate(ina, SECRET).instance
    text = str(stored(factor)["secret"])
    assert text.startswith(f"bound:{ina.pk}:totp:")
    box = text.rpartition(":")[2]
    for said in (f"bound:{ina.pk}:totp:{box}", f"bound:{pia.pk}:totp:{box}", f"bound:{box}"):
        Authenticator._base_manager.filter(user_id=pia.pk).delete()
        Authenticator._base_manager.bulk_create(
            [Authenticator(user_id=pia.pk, type="totp", data={"secret": said})]
        )
        with pytest.raises(sealing.BoxDamaged):
            TOTP(Authenticator._base_manager.get(user_id=pia.pk)).validate_code("000000")


def test_the_seed_of_recovery_codes_is_no_secret_of_an_app(ina: Account) -> None:
    seed = RecoveryCodes.activate(ina).instance
    data = {"secret": stored(seed)["seed"]}
    Authenticator._base_manager.bulk_create([Authenticator(user_id=ina.pk, type="totp", data=data)])
    with pytest.raises(sealing.BoxDamaged):
        TOTP(Authenticator._base_manager.get(user_id=ina.pk, type="totp")).validate_code("000000")


def _as_before(account: Account) -> Authenticator:
    """A row as the version before sealed it: for nobody."""
    box = base64.b64encode(sealing.seal("second-factor", SECRET.encode())).decode()
    Authenticator._base_manager.bulk_create(
        [Authenticator(user_id=account.pk, type="totp", data={"secret": box})]
    )
    return Authenticator._base_manager.get(user_id=account.pk)


def test_what_an_earlier_version_sealed_is_bound_by_the_upgrade(ina: Account) -> None:
    factor = _as_before(ina)
    with pytest.raises(sealing.BoxDamaged):
        TOTP(factor).validate_code("000000")
    assert not str(stored(factor)["secret"]).startswith("bound:")
    factors.adopt_existing()
    assert str(stored(factor)["secret"]).startswith(f"bound:{ina.pk}:totp:")
    again = Authenticator.objects.get(pk=factor.pk)
    assert TOTP(again).validate_code(format_hotp_value(hotp_value(SECRET, STEP)))
    assert list(factors.unmatched()) == []


def test_what_is_put_there_unbound_after_the_upgrade_stays_closed(
    ina: Account, pia: Account
) -> None:
    """Such as a row of an old backup, copied to another account."""
    TOTP.activate(ina, SECRET)
    factors.adopt_existing()
    factor = _as_before(pia)
    with pytest.raises(sealing.BoxDamaged):
        TOTP(factor).validate_code("000000")


def test_a_factor_that_is_removed_has_its_entry_and_a_customers_has_none(ina: Account) -> None:
    factor = TOTP.activate(ina, SECRET).instance
    number = factor.pk
    factor.delete()
    added, removed = Entry.objects.filter(kind__startswith="second-factor.").order_by("pk")
    for entry in (added, removed):
        facts = entries.entry(entry.pk).facts
        assert (facts["account"], facts["factor"], facts["type"]) == (str(ina.pk), number, "totp")
    jon = actions.customer_account(4711, at=clock.now())
    passkey = Authenticator.objects.create(user=jon, type="webauthn", data={"name": "Passkey 1"})
    passkey.delete()
    assert Entry.objects.filter(kind__startswith="second-factor.").count() == 2
    assert list(factors.unmatched()) == []
