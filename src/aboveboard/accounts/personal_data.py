"""What this package holds of customers: an account that says which person signs in, and what hangs
on it. Staff and clients are no customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from aboveboard.accounts.actions import STAND_IN, end_sessions
from aboveboard.accounts.models import Account, OpenSession, SignInLink
from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData

_WITH_ACCOUNT: Final = NotNeeded("it belongs to the account, and stays or goes with it")
_NOT_THEIR_KEY: Final = NotNeeded("nothing here is sealed under the person's key")
_NO_USE: Final = NotNeeded("that somebody can sign in is no reason to keep their data")


def _accounts(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in Account.objects.customers().filter(person_id__in=numbers).order_by("pk"):
        yield {
            "created_at": clock.to_text(row.created_at),
            "last_signed_in_at": clock.to_text(row.last_login) if row.last_login else None,
            "closed_at": clock.to_text(row.closed_at) if row.closed_at else None,
        }


def _links(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in SignInLink.objects.filter(account__person_id__in=numbers).order_by("pk"):
        yield {
            "made_at": clock.to_text(row.made_at),
            "expires_at": clock.to_text(row.expires_at),
            "used_at": clock.to_text(row.used_at) if row.used_at else None,
        }


def _second_factors(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in Authenticator.objects.filter(user__person_id__in=numbers).order_by("pk"):
        yield {
            "type": str(row.type),
            "name": str(row.data.get("name", "")),
            "created_at": clock.to_text(row.created_at),
            "last_used_at": clock.to_text(row.last_used_at) if row.last_used_at else None,
        }


def _open_sessions(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in OpenSession.objects.filter(account__person_id__in=numbers).order_by("pk"):
        yield {
            "began_at": clock.to_text(row.began_at),
            "last_seen_at": clock.to_text(row.seen_at),
        }


def _email_addresses(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in EmailAddress.objects.filter(user__person_id__in=numbers).order_by("pk"):
        yield {"email": row.email, "verified": bool(row.verified)}


def _erase(numbers: Numbers) -> None:
    # Passkeys, links and addresses go with the account; a session of it opens no page any more.
    Account.objects.customers().filter(person_id__in=numbers).delete()


def _merge(kept: int, merged: int) -> str:
    """Let the account of ``merged`` be that of ``kept``; return what was done.

    Where both have one, that of ``kept`` stays and the other goes with its passkeys: the customer
    signs in with either address.
    """
    accounts = Account.objects.customers().filter(person_id=merged)
    # Passkeys are made for one account, so those of the other cannot go along.
    if Account.objects.customers().filter(person_id=kept).exists():
        return "ended" if accounts.delete()[0] else "none"
    return "moved" if accounts.update(person_id=kept, email=f"{kept}{STAND_IN}") else "none"


def _split(kept: int, merged: int, done: Json) -> None:
    """Undo :func:`_merge`: an account that was moved goes back, and the customer must sign in
    again, since nobody knows as whom they did."""
    for account in Account.objects.customers().filter(person_id=kept):
        end_sessions(account)
        if done == "moved":
            Account.objects.filter(pk=account.pk).update(
                person_id=merged, email=f"{merged}{STAND_IN}"
            )


DECLARED: Final = (
    PersonalData(
        name="accounts",
        tables=("accounts.Account",),
        export_by=("accounts.Account.person_id",),
        export=_accounts,
        erase=_erase,
        merge=_merge,
        split=_split,
        re_encrypt=_NOT_THEIR_KEY,
        in_use=_NO_USE,
    ),
    *(
        PersonalData(
            name=name,
            tables=tables,
            export_by=("accounts.Account.person_id",),
            export=export,
            erase=_WITH_ACCOUNT,
            merge=_WITH_ACCOUNT,
            split=_WITH_ACCOUNT,
            re_encrypt=_NOT_THEIR_KEY,
            in_use=_NO_USE,
        )
        for name, tables, export in (
            ("sign_in_links", ("accounts.SignInLink",), _links),
            ("open_sessions", ("accounts.OpenSession",), _open_sessions),
            ("second_factors", ("mfa.Authenticator", "accounts.SecondFactor"), _second_factors),
            (
                "sign_in_addresses",
                ("account.EmailAddress", "account.EmailConfirmation"),
                _email_addresses,
            ),
            (
                "sessions",
                ("sessions.Session",),
                NotNeeded("a session is sealed, and only its owner's cookie says which one it is"),
            ),
        )
    ),
)
