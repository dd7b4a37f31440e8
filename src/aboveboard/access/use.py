"""A use of a person's data, from the question to what is kept of it. Pure.

One use has four shapes and no more: :class:`UseRequest` is what is asked, :class:`Decision` is what
the promise says to it, :class:`UseResult` is what came of it, and :class:`UseRecord` is
what the person is shown of it afterwards. Every face, command and package asks with these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from aboveboard.access.reasons import SENTENCES, ReasonCode, RefusalReason
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.personal import Personal
from aboveboard.promise.model import GeneralWords


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """The data subject of a use: by their number here, or by what somebody said of themselves.

    What was said (``kind``: ``email``, ``phone`` or ``customer_number``, and ``value``) is personal
    data, so a subject is never printed. A phone without ``country`` is tried in each country that
    the organisation trades in.
    """

    person_id: int | None = None
    kind: str = ""
    value: str = ""
    country: str | None = None


ANYONE = Subject()
"""Nobody in particular: a request that is put about many people, or about nobody yet."""


@dataclass(frozen=True, slots=True)
class UseRequest:
    """What is asked: by whom, for which purpose of the promise, which fields, through which
    channel, and whose.

    Attributes:
        subject: left out where the same is asked about many (:func:`access.actions.use_many`).
        reference: the number of an order or a call, without personal data.
        scope: what the client that asks may ask for at all; None leaves it to the promise.
        opens: whether what is allowed is opened too; False asks for the decision alone.
    """

    actor: Actor
    purpose: str
    fields: tuple[str, ...]
    channel: str
    subject: Subject = ANYONE
    reference: str = ""
    scope: ClientScope | None = None
    opens: bool = True

    @property
    def is_own(self) -> bool:
        """Whether the person asks for their own data, signed in."""
        return self.actor.kind is ActorKind.PERSON

    @property
    def role(self) -> str:
        """The role of the promise under which it is asked: who acts for a person asks as they would
        themselves."""
        is_representative = self.actor.kind is ActorKind.REPRESENTATIVE
        return Role.CUSTOMER.value if is_representative else self.actor.role

    @property
    def third_party(self) -> str:
        """The recipient that asks for itself, of whom lets it in; "" for everybody else."""
        return self.scope.third_party if self.scope is not None else ""

    def for_subject(self, subject: Subject) -> UseRequest:
        """Return the same request about somebody else."""
        # Written out, because dataclasses.replace takes five times as long, once for each of the
        # 500 people in a batch.
        return UseRequest(
            self.actor,
            self.purpose,
            self.fields,
            self.channel,
            subject,
            self.reference,
            self.scope,
            self.opens,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What the promise says to a request: exactly these fields, or every reason against it, in a
    fixed order. Never both, and never some of the fields."""

    fields: tuple[str, ...] = ()
    reasons: tuple[RefusalReason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the fields may be opened."""
        return not self.reasons


_NO_VALUES: Mapping[str, Personal[str] | None] = MappingProxyType({})


def _no_values() -> Mapping[str, Personal[str] | None]:
    return _NO_VALUES


@dataclass(frozen=True, slots=True)
class UseResult:
    """What came of a use, and the ledger entry that proves it.

    Attributes:
        entry_id: the entry was durable before anything was opened.
        person_id: whose data it is; None where the asker may not know who was meant.
        values: what was opened, None where nothing is held; empty when the use was refused, or only
            the decision was asked for.
        reasons: every reason of a refusal; empty when it was allowed.
    """

    entry_id: int
    person_id: int | None
    values: Mapping[str, Personal[str] | None] = field(default_factory=_no_values)
    reasons: tuple[RefusalReason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the use was allowed."""
        return not self.reasons


UNTOLD: Final = ""
"""Stands in a :class:`UseRecord` for a purpose and channel that may not be told."""


@dataclass(frozen=True, slots=True)
class UseRecord:
    """One use of a person's data as it was recorded, for that person to see.

    Attributes:
        leaf_index: its place in the log; None until the entry is sequenced.
        emergency: why it was an emergency (a code of ``emergency.reasons``), or empty.
        asked: it was only asked whether a use would be allowed, and nothing was opened; ``granted``
            says whether it would be.
        verdict: what the review of an emergency came to, or empty.
        note: what was written for the reviewers of an emergency was read, and no field.
        withheld_until: a law forbids to show it before that moment; then nothing else is said.
        ground: that law, where the person may be told it.
        general: the words in which it is shown, where more would tell another person's secret.
    """

    entry_id: int
    leaf_index: int | None
    at: datetime
    granted: bool
    actor: Actor
    purpose: str
    fields: tuple[str, ...]
    channel: str
    reasons: tuple[str, ...] = ()
    emergency: str = ""
    asked: bool = False
    verdict: str = ""
    note: bool = False
    withheld_until: datetime | None = None
    ground: str = ""
    general: GeneralWords | None = None

    @property
    def is_own(self) -> bool:
        """Whether it was the person themself."""
        return self.actor.kind is ActorKind.PERSON

    @property
    def is_sealed(self) -> bool:
        """Whether no more may be told of it than that it was, or in general words."""
        return self.purpose == UNTOLD

    @property
    def sentences(self) -> list[str]:
        """The reasons of a refusal in words, without the details that belong to who asked."""
        return [
            SENTENCES[ReasonCode(code)]
            .format(field="that", role="", purpose="", channel="")
            .replace("  ", " ")
            for code in self.reasons
        ]
