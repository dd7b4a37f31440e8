"""Who may see a field, for what, and what must hold for each person: from
the promise alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from aboveboard.basics.actor import Role
from aboveboard.basics.errors import NotFound
from aboveboard.law import bases
from aboveboard.promise import explain
from aboveboard.promise.model import Promise, Purpose


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One purpose that uses the field: who, how, on what basis, and what must hold for each
    person, in sentences."""

    purpose: str
    title: str
    who: str
    how: str
    basis: str
    article: str
    conditions: tuple[str, ...]


def uses_of_field(promise: Promise, field: str) -> tuple[FieldUse, ...]:
    """Return every purpose that uses the field, in the order of the promise.

    Raises:
        NotFound: the promise has no such field.
    """
    if field not in promise.fields:
        raise NotFound(what=f"field in the promise; its fields: {', '.join(promise.fields)}")
    return tuple(_use(promise, purpose) for purpose in promise.purposes_of(field))


def in_emergency(promise: Promise, field: str) -> str:
    """Return who may see the field in an emergency, as a sentence, or ""."""
    glass = promise.break_glass
    if glass is None or field not in glass.fields:
        return ""
    return (
        "In an emergency: "
        f"{explain.join_words([promise.roles[role].title for role in glass.roles])}, "
        "for minutes, and it is reviewed."
    )


def _use(promise: Promise, purpose: Purpose) -> FieldUse:
    return FieldUse(
        purpose=purpose.key,
        title=purpose.title,
        who=explain.join_words([promise.roles[role].title for role in purpose.roles]),
        how=explain.join_words([promise.channels[channel].title for channel in purpose.channels]),
        basis=explain.basis_for_staff(purpose.basis),
        article=bases.lawful_bases()[purpose.basis].article,
        conditions=tuple(_conditions(purpose)),
    )


def _conditions(purpose: Purpose) -> list[str]:
    conditions = []
    if purpose.needs_consent:
        conditions.append("Only if the person said yes and has not taken it back.")
    if purpose.objectable:
        firm = " That always stands." if purpose.direct_marketing else ""
        conditions.append(f"Not if the person objected.{firm}")
    if purpose.when_restricted:
        conditions.append(
            f"Also when its use is restricted ({purpose.when_restricted.replace('_', ' ')})."
        )
    elif purpose.needs_consent:
        conditions.append("When its use is restricted, only after a new yes.")
    elif Role.CUSTOMER in purpose.roles:
        conditions.append("Not while its use is restricted, unless they ask themselves.")
    else:
        conditions.append("Not while its use is restricted.")
    conditions.append(
        explain.retention_in_words(purpose.retention).replace(
            "you last dealt with us", "the last dealings"
        )
    )
    return conditions
