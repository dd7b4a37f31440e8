"""Groups of people of one incident who are judged by themselves: whose accounts were entered and
whose were only in sight, or of whom more was exposed than of the others.

A group is whoever had any of its data exposed. Its answers go before those of the incident, and
what it does not answer is as the incident answers it. The group that is worst off decides whether
the authority must be notified; each decides for its own people.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Word
from aboveboard.incidents import entries, lifecycle
from aboveboard.incidents.assessment import circumstances
from aboveboard.incidents.assessment.assess import assess
from aboveboard.incidents.assessment.circumstances import StoredGroup, questions
from aboveboard.incidents.models import Incident
from aboveboard.law.categories import all_categories

_LONGEST_NAME: Final = 80
_MOST_GROUPS: Final = 20


def set_group(
    number: int,
    name: str,
    categories: Collection[str] = (),
    answers: Mapping[str, object] | None = None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Judge some people of an incident by themselves, or change that. Severity, risk and duties are
    worked out again.

    ``categories``: keys of data; the group is whoever had any of it exposed; none leaves a group as
    it is. ``answers``: theirs alone; one that is left blank is again the incident's.

    Raises:
        NotFound: there is no such incident. NoSuchAnswer: an answer is not among the options.
        Invalid: there is no name, or no data for a new group, or there are too many groups.
    """
    name, given = name.strip(), dict(answers or {})
    _check(name, categories)
    own = circumstances.check(given)
    if unknown := own.keys() - {question.key for question in questions()}:
        raise Invalid(
            found=f"an answer to {', '.join(sorted(unknown))} of a group",
            fix="Answer that for the incident.",
        )
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        groups = _changed(incident, name, categories, given.keys(), own)
        if groups == incident.groups:
            return
        _save(incident, groups, ["group", *sorted(given)], by, at)
    assess(number, by=by, at=at)


def remove_group(number: int, name: str, *, by: Actor, at: datetime) -> None:
    """Judge the people of a group as all others again.

    Raises:
        NotFound: there is no such incident, or it has no such group.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        if _find(incident, name) is None:
            raise NotFound(what="group of people")
        left = [each for each in incident.groups if each["name"] != name]
        _save(incident, left, ["group"], by, at)
    assess(number, by=by, at=at)


def _changed(
    incident: Incident,
    name: str,
    categories: Collection[str],
    given: Collection[str],
    own: Mapping[str, str],
) -> list[StoredGroup]:
    """Return the groups of an incident with one of them changed, or one more."""
    group = _find(incident, name) or StoredGroup(name=name, categories=[], answers={})
    kept = {key: value for key, value in group["answers"].items() if key not in given}
    changed = StoredGroup(
        name=name,
        categories=sorted(set(categories)) or group["categories"],
        answers={**kept, **own},
    )
    if not changed["categories"]:
        raise Invalid(
            found="a group without data", fix="Say of whom: those who had which data exposed."
        )
    groups = [changed if each["name"] == name else each for each in incident.groups]
    if changed not in groups:
        groups.append(changed)
    if len(groups) > _MOST_GROUPS:
        raise Invalid(found=f"more than {_MOST_GROUPS} groups", fix="Remove one first.")
    return groups


def _check(name: str, categories: Collection[str]) -> None:
    if not 0 < len(name) <= _LONGEST_NAME:
        raise Invalid(
            found="a group without a name, or with one longer than 80 characters",
            fix="Say in a few words who they are; do not name customers.",
        )
    if not set(categories) <= set(all_categories()):
        raise Invalid(
            found="a category of data that is none",
            fix="Use the keys of the fideslang taxonomy, such as user.payment.",
        )


def _find(incident: Incident, name: str) -> StoredGroup | None:
    return next((each for each in incident.groups if each["name"] == name), None)


def _save(
    incident: Incident, groups: list[StoredGroup], changed: list[str], by: Actor, at: datetime
) -> None:
    incident.groups = groups
    incident.save(update_fields=["groups"])
    words = "Changed how a group of people is judged."
    lifecycle.add_timeline_event(incident, "changed", words, by=by, at=at)
    # What the group is called stays out of the ledger: somebody may have named a person.
    entry = entries.IncidentChanged(
        incident=lifecycle.reference_of(incident), changed=tuple(map(Word, changed))
    )
    lifecycle.append_entry(entry, by=by, at=at)
