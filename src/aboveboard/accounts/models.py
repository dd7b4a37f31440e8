"""What is kept about those who sign in: accounts, one-time links, clients with
their secrets and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from aboveboard.basics.actor import Role
from aboveboard.keys.rows import DecidingQuerySet, DecidingRow
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch


class AccountManager(BaseUserManager.from_queryset(DecidingQuerySet)):  # type: ignore[misc]
    """Finds accounts; they are made by :mod:`aboveboard.accounts.actions` only."""

    def staff(self) -> models.QuerySet[Account]:
        """Return everyone who works here, closed accounts too."""
        rows: models.QuerySet[Account] = self.exclude(role=Role.CUSTOMER)
        return rows

    def at_address(self, email: str) -> Account | None:
        """Return the member of staff with this address in any spelling, a closed account too."""
        try:
            normal = email_addresses.read(email)
        except KindMismatch:
            return None
        # Accounts made by an earlier version hold the domain in its own script.
        spellings = {normal, email_addresses.display(normal)}
        return self.staff().filter(email__in=spellings).first()

    def customers(self) -> models.QuerySet[Account]:
        """Return every customer who has signed in at least once."""
        rows: models.QuerySet[Account] = self.filter(role=Role.CUSTOMER)
        return rows


class Account(DecidingRow, AbstractBaseUser):
    """Someone who signs in: a customer (``person_id``) or a member of staff
    (``email``, ``name``, ``team``)."""

    email = models.EmailField(
        unique=True, help_text="staff: their address; a customer: a stand-in, never their own"
    )
    role = models.CharField(
        max_length=80, help_text="a role of this program, or one that the promise names"
    )
    name = models.CharField(max_length=120, blank=True)
    team = models.CharField(max_length=80, blank=True)
    person_id = models.BigIntegerField(null=True, unique=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="since when this account may not sign in")
    session_salt = models.CharField(
        max_length=32, default="", blank=True, help_text="changed to end every session"
    )

    entry_id = models.BigIntegerField(
        null=True,
        help_text="the ledger entry of the last change; null: a customer's, who has none",
    )

    objects: ClassVar[AccountManager] = AccountManager()

    DECIDING: ClassVar = (
        "email",
        "role",
        "name",
        "team",
        "person_id",
        "closed_at",
        "password",
        "entry_id",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """A customer's account holds nothing about them but the id; a
        member of staff's has none."""

        constraints = [
            models.CheckConstraint(
                name="accounts_customer_is_a_person",
                condition=Q(
                    role=Role.CUSTOMER.value,
                    person_id__isnull=False,
                    name="",
                    team="",
                    email__endswith="@person.invalid",
                )
                | Q(~Q(role=Role.CUSTOMER.value), person_id__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return a name fit for a log: no address, no name."""
        return f"{self.role} account {self.pk}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django reads it; the truth is the date
        """Whether this account may sign in. One that was changed past the program may not."""
        return self.closed_at is None and self.authentic

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed this account."""
        return self.closed_at is None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session of this account must know. It changes with the password, as
        Django's own does, and with the salt, so that sessions can be ended without touching it."""
        return salted_hmac(
            "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash",
            self.password + self.session_salt,
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def role_in_words(self) -> str:
        """Return the role as it is said on a page: ``incident lead``."""
        return self.role.replace("-", " ")

    @property
    def is_customer(self) -> bool:
        """Whether this is a customer's account."""
        return self.role == Role.CUSTOMER


class SignInLink(DecidingRow):
    """A link that signs one account in, once. Only the SHA-256 of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    made_by = models.CharField(max_length=64, help_text="the actor's id")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    second_factor_waived = models.BooleanField(default=False, help_text="demonstration only")

    # Not ``used_at``: two who use a link at once are told apart by one statement that changes it.
    DECIDING: ClassVar = (
        "token_hash",
        "account_id",
        "expires_at",
        "second_factor_waived",
        "used_at",
    )


class OpenSession(models.Model):
    """What the owner of a session is shown of it. It opens nothing, and decides nothing."""

    name = models.CharField(max_length=32, primary_key=True, help_text="random; no cookie")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="open_sessions")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    browser = models.BinaryField(help_text="what browser and system are called, sealed")
    session_row = models.CharField(
        max_length=40, default="", help_text="the sealed session's key: a digest of its cookie"
    )

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return f"session of account {self.account_id}"


class SignInCode(models.Model):
    """How often the code of one sign-in was tried. The code is in the session, which is sealed; who
    it was sent to is nowhere."""

    key = models.CharField(max_length=32, primary_key=True)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return "sign-in code"


def _without_no_rights(values: list[object]) -> list[object]:
    """Return the values without the last where it is empty: rows from before there were rights keep
    their MAC, and a row whose rights were taken or added differs in how many values it has."""
    return values if values[-1] else values[:-1]


class ServiceClient(DecidingRow):
    """A client that may ask: its role and team in the promise's words, and what it may ask for."""

    client_id = models.CharField(
        max_length=40,
        unique=True,
        help_text="what it calls itself at the token endpoint; no secret",
    )
    name = models.CharField(max_length=80, unique=True)
    role = models.CharField(max_length=80)
    team = models.CharField(max_length=80, blank=True)
    purposes = models.JSONField(default=list, help_text="purpose keys it may ask for")
    choices = models.JSONField(
        default=list, help_text="purpose keys about which it may record a person's yes"
    )
    channels = models.JSONField(default=list, help_text="channels it may ask on")
    rights = models.JSONField(
        default=list, help_text="words of its scope about requests of people: request:, proves:"
    )
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that added it")
    revoked_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that revoked it"
    )

    DECIDING: ClassVar = (
        "client_id",
        "name",
        "role",
        "team",
        "purposes",
        "choices",
        "channels",
        "revoked_at",
        "entry_id",
        "revoked_entry_id",
        "rights",
    )

    def deciding_values(self) -> list[object]:
        """Return the values under the MAC, as :func:`_without_no_rights` says."""
        return _without_no_rights(super().deciding_values())

    def __str__(self) -> str:
        """Return the name that operators know it by."""
        return self.name

    @property
    def expires_at(self) -> datetime:
        """When the last of its secrets, or of its keys as an agent, ends."""
        keys = [*self.secrets.all(), *self.agents.all()]
        ends: list[datetime] = [key.expires_at for key in keys]
        return max(ends)


class ClientSecret(DecidingRow):
    """What a client proves itself with. Several may work at once: a new one is brought in
    before the old one ends."""

    client = models.ForeignKey(ServiceClient, on_delete=models.CASCADE, related_name="secrets")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that gave it")

    DECIDING: ClassVar = ("client_id", "secret_hash", "expires_at", "entry_id")

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return f"secret {self.pk} of client {self.client_id}"


class AuthorisedAgent(DecidingRow):
    """A client that is an authorised agent of people (Data Rights Protocol 1.0, 3.05.1): what it is
    called, and the key that it signs with in place of a secret."""

    client = models.ForeignKey(ServiceClient, on_delete=models.CASCADE, related_name="agents")
    agent_id = models.CharField(max_length=64, unique=True)
    business_id = models.CharField(max_length=64, help_text="what it calls this organisation")
    verify_key = models.CharField(max_length=44, help_text="Ed25519, public, base64")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    entry_id = models.BigIntegerField(help_text="the ledger entry that registered it")

    DECIDING: ClassVar = (
        "client_id",
        "agent_id",
        "business_id",
        "verify_key",
        "expires_at",
        "entry_id",
    )

    def __str__(self) -> str:
        """Return the id that operators know it by."""
        return self.agent_id


class AccessToken(DecidingRow):
    """A short-lived token of a client (RFC 6749, 1.4), narrowed to some of its scope.
    Only its SHA-256 is kept."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    client = models.ForeignKey(ServiceClient, on_delete=models.CASCADE, related_name="tokens")
    purposes = models.JSONField()
    choices = models.JSONField(default=list)
    channels = models.JSONField()
    rights = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    DECIDING: ClassVar = (
        "client_id",
        "purposes",
        "choices",
        "channels",
        "expires_at",
        "revoked_at",
        "rights",
    )

    def deciding_values(self) -> list[object]:
        """Return the values under the MAC, as :func:`_without_no_rights` says."""
        return _without_no_rights(super().deciding_values())

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return f"token of client {self.client_id}"


class SecondFactor(DecidingRow):
    """That an account has a second factor: which row of allauth's, and what must stand there.
    allauth's own table has no place for a MAC."""

    factor_id = models.IntegerField(primary_key=True, help_text="the number of allauth's row")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="second_factors")
    type = models.CharField(max_length=20)
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of its secret as it is kept, or of its public key, hex"
    )
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says so; null: a customer's passkey"
    )

    DECIDING: ClassVar = ("account_id", "type", "digest", "entry_id")

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return f"second factor {self.factor_id}"


class IdempotencyKey(models.Model):
    """A change that a client asked for under a key of its own, and the answer: sent again, it is
    answered and not done again."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    asked_hash = models.CharField(max_length=64)
    answer = models.JSONField(help_text="numbers of rows and entries")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        """Return a name fit for a log."""
        return "request of a client"
