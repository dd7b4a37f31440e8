"""Second factors are believed only where this program set them up.

allauth keeps them in a table of its own, which has no place for a MAC: beside each of its rows
stands one of ours (``models.SecondFactor``). Whoever asks allauth's table for factors gets those
alone that have theirs; one that was written there past the program proves nothing. Whether an
account has any is still asked of the table itself: an account with a made-up factor is asked for a
second step, and nobody can give it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator, AuthenticatorManager
from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

from aboveboard.accounts.entries import SecondFactorAdded, SecondFactorRemoved
from aboveboard.accounts.models import Account, SecondFactor
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Code
from aboveboard.keys.rows import report_not_authentic
from aboveboard.ledger.actions import append

_SECRETS: Final = ("secret", "seed", "credential", "migrated_codes")
"""What of allauth's data proves: a name may change, and which recovery codes are used does."""


class _AuthenticFactors(models.QuerySet[Any]):
    """allauth's rows, without those that this program did not write."""

    def _fetch_all(self) -> None:
        fresh = self._result_cache is None
        super()._fetch_all()
        rows = self._result_cache
        # Rows, and not values: those that only ask for a column prove nothing with it.
        if fresh and rows and all(isinstance(row, Authenticator) for row in rows):
            self._result_cache = authentic(rows)


def connect() -> None:
    """Listen, and let allauth read through us; called once, when Django is ready."""
    AuthenticatorManager._queryset_class = _AuthenticFactors
    post_save.connect(_saved, sender=Authenticator, dispatch_uid="accounts.factor-saved")
    post_delete.connect(_deleted, sender=Authenticator, dispatch_uid="accounts.factor-deleted")


def authentic(factors: Iterable[Any]) -> list[Any]:
    """Return those of allauth's rows that this program wrote, as they stand."""
    factors = list(factors)
    known = SecondFactor.objects.in_bulk([factor.pk for factor in factors])
    kept = []
    for factor in factors:
        row = known.get(factor.pk)
        if row is not None and row.authentic and _matches(row, factor):
            kept.append(factor)
        else:
            report_not_authentic("mfa.Authenticator", factor.pk)
    return kept


def remove_all(account: Account, *, by: Actor, at: datetime) -> int:
    """Remove everything that is a second factor of a member of staff, recovery codes too, with an
    entry ``second-factor.removed`` for each, inside the caller's transaction; return how many there
    were. What somebody wrote there past the program goes as well."""
    rows = list(SecondFactor.objects.filter(account=account).order_by("pk"))
    for row in rows:
        removed = SecondFactorRemoved(Code(str(account.pk)), row.factor_id, Code(row.type))
        # First: what allauth's row tells of its end would say that its owner took it away.
        row.delete()
        append(removed, by=by, handle=None, at=at)
    # Not through ``objects``, which shows those alone that have a row of ours.
    Authenticator._base_manager.filter(user_id=account.pk).delete()
    return len(rows)


def digest_of(data: Any) -> str:
    """Return the SHA-256 of what proves the factor, hex."""
    proof = {key: data[key] for key in _SECRETS if key in data}
    return hashlib.sha256(json.dumps(proof, sort_keys=True).encode()).hexdigest()


def unmatched() -> Iterator[str]:
    """Yield each of allauth's rows and each of ours that does not have the other, as it stands."""
    rows = {row.factor_id: row for row in SecondFactor.objects.all()}
    for factor in Authenticator._base_manager.all():
        row = rows.pop(factor.pk, None)
        if row is None or not _matches(row, factor):
            yield f"mfa.Authenticator {factor.pk} is not as this program wrote it."
    for row in rows.values():
        yield f"mfa.Authenticator {row.factor_id} is gone: it was deleted."


def adopt_existing() -> None:
    """Write a row of ours for each of allauth's from before there were any."""
    for factor in Authenticator._base_manager.select_related("user"):
        if not SecondFactor.objects.filter(pk=factor.pk).exists():
            # First: the row of ours is about the secret as it stands from now on. Saving binds what
            # an earlier version sealed for nobody. For the upgrade alone: what is unbound later was
            # put there by somebody else, and opens nothing.
            factor.save(update_fields=["data"])
            _write(factor)


def _matches(row: SecondFactor, factor: Any) -> bool:
    return (row.account_id, row.type, row.digest) == (
        factor.user_id,
        factor.type,
        digest_of(factor.data),
    )


def _saved(instance: Any, created: bool, **kwargs: Any) -> None:
    # Only when it is set up. Later changes leave what proves as it is; if they did not, the row
    # would prove nothing, which is right: nobody changes a secret.
    if created:
        _write(instance)


@transaction.atomic
def _write(factor: Any) -> None:
    account: Account = factor.user
    entry_id = None
    if not account.is_customer:
        added = SecondFactorAdded(Code(str(account.pk)), factor.pk, Code(str(factor.type)))
        entry_id = append(added, by=actor_for(account), handle=None, at=clock.now())
    SecondFactor.objects.create(
        factor_id=factor.pk,
        account=account,
        type=str(factor.type),
        digest=digest_of(factor.data),
        entry_id=entry_id,
    )


@transaction.atomic
def _deleted(instance: Any, **kwargs: Any) -> None:
    row = SecondFactor.objects.filter(pk=instance.pk).first()
    if row is None:
        return
    removed = SecondFactorRemoved(Code(str(row.account_id)), row.factor_id, Code(row.type))
    row.delete()
    if row.entry_id is not None:
        account = Account.objects.filter(pk=row.account_id).first()
        if account is not None:
            append(removed, by=actor_for(account), handle=None, at=clock.now())
