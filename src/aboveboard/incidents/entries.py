"""What incidents writes to the ledger. Names, titles and what anybody wrote stay out: an incident
is known by its reference, a person not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    Particulars,
    RedoByHand,
    SealedFact,
    Word,
    named_fact,
    optional_fact,
)


@dataclass(frozen=True, slots=True)
class IncidentOpened(Facts):
    """An incident was opened: the clocks of the law run from then."""

    kind: ClassVar = "incident.opened"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold what was reported: report it again, and take the date of this "
        "entry as the moment you became aware"
    )

    incident: Code
    device: int | None
    incident_kind: Code = named_fact("kind")


@dataclass(frozen=True, slots=True)
class IncidentCounted(Facts):
    """It was counted who was exposed. ``file``: SHA-256 of the exposure set."""

    kind: ClassVar = "incident.counted"
    on_restore: ClassVar = RedoByHand("the ledger does not hold who was counted: count again")

    incident: Code
    people: int
    matched: int
    ambiguous: int
    strangers: int
    unread: int
    file: Digest


@dataclass(frozen=True, slots=True)
class EvidenceSealed(Particulars):
    """A leaked file was read once: its SHA-256 (sealed, with a key of the evidence), its size, and
    how many of its lines are rows."""

    file: SealedFact
    bytes: int
    readable: int
    unread: int


@dataclass(frozen=True, slots=True)
class AssessedRisk(Particulars):
    """How bad it is was worked out: the risk ("" when nobody was exposed), for how many people, and
    how many duties follow."""

    risk: Code
    people: int
    duties: int


@dataclass(frozen=True, slots=True)
class NoticeStep(Particulars):
    """A batch of notices was prepared, sent back, stopped or resumed; or a colleague asked for
    changes to it (``changes_requested``), which were ``answered`` or ``withdrawn``. ``texts``: the
    digest of the texts, when it was prepared. ``request``: the entry of the request that ended."""

    batch: int
    step: Code
    people: int | None = optional_fact()
    texts: Digest | None = optional_fact()
    request: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class DoubtSettled(Particulars):
    """Somebody said whose some lines of a leaked file are, which fit several people: how many
    lines, and how many people are in the count since."""

    lines: int
    people: int


@dataclass(frozen=True, slots=True)
class AffectedStated(Particulars):
    """Somebody said whom a loss affects: how many people they listed and how many lines of the list
    named nobody, or how many people they estimate; or they took that back. ``login``: the list is
    of what a login of that kind saw, as the log has it; ``way`` and ``certainty``: of any other
    source (``terms.SourceWay``, ``terms.Certainty``)."""

    listed: int = 0
    unmatched: int = 0
    estimated: int = 0
    withdrawn: bool = False
    login: Code | None = optional_fact()
    way: Code | None = optional_fact()
    certainty: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ListTaken(Particulars):
    """A list of people of an incident left as a file: how many are on it, and the SHA-256 of the
    exposure set that it was made from, which says who they can be."""

    people: int
    file: Digest


@dataclass(frozen=True, slots=True)
class CasePackMade(Particulars):
    """Everything of the case was taken as one file: the SHA-256 of its manifest, and whether the
    numbers of those affected are in it."""

    manifest: Digest
    people: bool


@dataclass(frozen=True, slots=True)
class DutyTakenBack(Particulars):
    """That a duty was done was said too early, and taken back. ``duty``: a key of the duties."""

    duty: Code
    jurisdiction: Code


@dataclass(frozen=True, slots=True)
class NotNotifiedDecided(Particulars):
    """Somebody decided that whoever a duty names is not notified, or took that back. ``duty``: a
    key of the duties; ``required``: whether it binds, as it was worked out then."""

    duty: Code
    jurisdiction: Code
    required: Code
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class TaskStep(Particulars):
    """What there is to do was planned by a playbook (``step`` is ``planned``, ``tasks`` how many);
    or one task was ``added``, ``assigned``, ``done``, ``not_needed`` or opened again (``open``).
    ``task``: its number; ``to``: the account that has it since."""

    step: Code
    task: int | None = optional_fact()
    playbook: Code | None = optional_fact()
    tasks: int | None = optional_fact()
    role: Code | None = optional_fact()
    to: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class RoleHandedOver(Particulars):
    """Somebody took a role in the case over: an account of staff."""

    role: Code
    to: int


@dataclass(frozen=True, slots=True)
class DecisionStep(Particulars):
    """Something was decided about the case, or a second person approved a decision. ``of``: the
    entry of the decision that was approved."""

    step: Code
    of: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class FreezeStep(Particulars):
    """Nothing about the incident goes out since (``frozen``), or may again (``lifted``). ``of``:
    the entry of the freeze that was lifted."""

    step: Code
    of: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class ClosingReviewed(Particulars):
    """Whoever closed the incident wrote down why it happened, what was learned and what changed;
    and how many open tasks ended with it as not needed."""

    tasks: int


@dataclass(frozen=True, slots=True)
class CustodyMoved(Particulars):
    """What was done with a file that is evidence (``step``: of ``terms.CustodyAct``). ``file``: its
    SHA-256, sealed, and ``bytes``, when it was sealed; ``of``: the entry that sealed it; ``to``:
    the account that has it since."""

    step: Code
    of: int | None = optional_fact()
    file: SealedFact | None = optional_fact()
    bytes: int | None = optional_fact()
    to: int | None = optional_fact()


@dataclass(frozen=True, slots=True)
class JoiningStep(Particulars):
    """The incident became part of another (``step`` is ``joined``) or is one of its own again
    (``separated``). ``into``: the other."""

    step: Code
    into: Code


@dataclass(frozen=True, slots=True)
class IncidentChanged(Facts):
    """Something about an incident changed: exactly one of the facts says what.

    ``changed`` names the answers and moments that were given; ``note`` says that a sentence was
    added to its timeline, and ``public`` whether everybody may read it.
    """

    kind: ClassVar = "incident.changed"
    on_restore: ClassVar = RedoByHand(
        "the ledger says what was changed and not what was written: make the change again"
    )

    incident: Code
    changed: tuple[Word, ...] | None = optional_fact()
    note: bool | None = optional_fact()
    public: bool | None = optional_fact()
    state: Code | None = optional_fact()
    published: bool | None = optional_fact()
    evidence: EvidenceSealed | None = optional_fact()
    assessed: AssessedRisk | None = optional_fact()
    notices: NoticeStep | None = optional_fact()
    settled: DoubtSettled | None = optional_fact()
    affected: AffectedStated | None = optional_fact()
    list_taken: ListTaken | None = optional_fact()
    pack: CasePackMade | None = optional_fact()
    joining: JoiningStep | None = optional_fact()
    custody: CustodyMoved | None = optional_fact()
    duty: DutyTakenBack | None = optional_fact()
    not_notified: NotNotifiedDecided | None = optional_fact()
    task: TaskStep | None = optional_fact()
    role: RoleHandedOver | None = optional_fact()
    decision: DecisionStep | None = optional_fact()
    freeze: FreezeStep | None = optional_fact()
    reviewed: ClosingReviewed | None = optional_fact()


@dataclass(frozen=True, slots=True)
class OutsideReported(Facts):
    """Somebody who does not work here reported something (``step`` is ``received``), or a lead
    ended that: ``opened`` an incident, ``joined`` it to one, or ``closed`` it. ``report``: the
    entry with which it came in."""

    kind: ClassVar = "incident.reported"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold what was written: whoever reported it must write again"
    )

    step: Code
    report: int | None = optional_fact()
    incident: Code | None = optional_fact()


@dataclass(frozen=True, slots=True)
class DutyFulfilled(Facts):
    """Somebody whom the law says must be notified, was. ``duty``: a key of the duties."""

    kind: ClassVar = "duty.done"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold how it was done: mark it as done again, so that nobody is "
        "notified twice"
    )

    incident: Code
    duty: Code
    jurisdiction: Code


@dataclass(frozen=True, slots=True)
class NoticesApproved(Facts):
    """A second person approved a batch of notices: from then on they left."""

    kind: ClassVar = "notice.approved"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold the notices: check who was notified since, before any are sent"
    )

    incident: Code
    batch: int
    people: int
    texts: Digest
