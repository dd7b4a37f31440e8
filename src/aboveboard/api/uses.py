"""From what a client sent to a use, and from what came of it to an answer: for one person, for many
at once, and for a stream; and the same where only the decision is asked for, on one path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from aboveboard.access.actions import use_each
from aboveboard.access.context import context_card
from aboveboard.access.context_reasons import ContextReason
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.accounts.gate import client_of
from aboveboard.api import misses, problems, rate_limit
from aboveboard.api.endpoint import as_json
from aboveboard.api.group_commit import use_grouped
from aboveboard.api.once import use_reference
from aboveboard.api.shapes import (
    BatchIn,
    ContactOut,
    ContextChoiceOut,
    ContextIn,
    ContextOut,
    ContextWhyOut,
    PersonRef,
    StreamIn,
    UseIn,
)
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import AboveboardError
from aboveboard.promise.queries import in_force


def decide_one(request: HttpRequest, asked: UseIn) -> HttpResponse:
    """Decide, write down that it was asked, and say what would come of the use; open nothing."""
    use = request_of(request, asked, opens=False).for_subject(subject_of(asked.person))
    return as_json(decision_json(_grouped(use, client_of(request).id), use))


def decide_batch(request: HttpRequest, asked: BatchIn) -> HttpResponse:
    """Do the same for each of many people, in one transaction."""
    outcomes = _batch(request_of(request, asked, opens=False), asked, client_of(request).id)
    return as_json({"decisions": outcomes})


def use_one(request: HttpRequest, asked: UseIn) -> HttpResponse:
    """Decide, write the ledger entry, then open the fields; or refuse with every reason."""
    use = request_of(request, asked).for_subject(subject_of(asked.person))
    result = _grouped(use, client_of(request).id)
    if not result.allowed:
        return problems.refused_use(result.reasons, result.entry_id)
    return as_json(outcome_json(result))


def context_of(request: HttpRequest, asked: ContextIn) -> HttpResponse:
    """Use what the purpose allows of one person, and answer it as a card."""
    known = in_force().promise.purposes.get(asked.purpose)
    # Of a purpose that there is not, any field is refused: for the purpose, and with an entry.
    fields = asked.fields or (list(known.fields) if known else ["unknown"])
    whole = UseIn(asked.person, asked.purpose, fields, asked.channel, asked.reference)
    use = request_of(request, whole).for_subject(subject_of(asked.person))
    result = _grouped(use, client_of(request).id)
    card = context_card(result, use, at=clock.now())
    if card is None:
        return problems.refused_use(result.reasons, result.entry_id)
    contact = [
        ContactOut(
            each.purpose, each.title, each.channel, each.contact, each.may, _why_out(each.why)
        )
        for each in card.answers
    ]
    choices = [
        ContextChoiceOut(
            each.purpose, each.contact, each.answer.value, each.channel, each.at, _why_out(why)
        )
        for each, why in card.choices
    ]
    values = outcome_json(result)["values"]
    why = {key: _why_out(each) for key, each in card.reasons.items()}
    return as_json(ContextOut(values, why, card.language, contact, choices, result.entry_id))


def _why_out(why: ContextReason) -> ContextWhyOut:
    origin = settings.current().server.origin.rstrip("/")
    origin = origin if "://" in origin else f"https://{origin}"
    return ContextWhyOut(why.reference, why.sentence, origin + why.page)


def use_batch(request: HttpRequest, asked: BatchIn) -> HttpResponse:
    """Do the same for each of many people, in one transaction."""
    outcomes = _batch(request_of(request, asked), asked, client_of(request).id)
    return as_json({"outcomes": outcomes})


def _grouped(use: UseRequest, client: int) -> UseResult:
    rate_limit.take_tokens(client)
    misses.check_limit(client)
    result = use_grouped(use)
    if isinstance(result, AboveboardError):
        misses.count_misses(client, isinstance(result, misses.MISSED))
        raise result
    return result


def _batch(use: UseRequest, asked: BatchIn, client: int) -> list[dict[str, Any]]:
    rate_limit.take_tokens(client, len(asked.people))
    misses.check_limit(client)
    return use_all(use, [subject_of(person) for person in asked.people], client=client)


def use_all(asked: UseRequest, people: Sequence[Subject], *, client: int) -> list[dict[str, Any]]:
    """Use the data of up to ``access.limits.USE_BATCH`` people in one transaction, or only decide
    about it, as ``asked`` says; return the outcome of each, in their order. Whoever is not one
    customer counts as a miss of the client.

    Errors: :func:`aboveboard.access.actions.use_each`; then nobody's data was released.
    """
    requests = [asked.for_subject(subject) for subject in people]
    results = use_each(requests, at=clock.now())
    misses.count_misses(client, sum(isinstance(result, misses.MISSED) for result in results))
    if asked.opens:
        return [outcome_json(result) for result in results]
    return [decision_json(result, asked) for result in results]


def request_of(
    request: HttpRequest, asked: UseIn | BatchIn | StreamIn, *, opens: bool = True
) -> UseRequest:
    """Return what is asked, by whom, within which scope; whose data is still to be said.

    Raises:
        KeyRefused: it came with an Idempotency-Key that is none.
    """
    client = client_of(request)
    return UseRequest(
        client.actor,
        asked.purpose,
        tuple(asked.fields),
        asked.channel,
        reference=use_reference(request, asked.reference),
        scope=client.scope,
        opens=opens,
    )


def subject_of(person: PersonRef) -> Subject:
    """Return who is meant."""
    return Subject(kind=person.kind, value=person.value, country=person.country)


def outcome_json(result: UseResult | AboveboardError) -> dict[str, Any]:
    """Return what came of a use as a member of the answer (``shapes.OutcomeOut``): ``values`` and
    ``entry``, or ``code``, and ``reasons`` of a refusal."""
    if isinstance(result, AboveboardError):
        return {"code": result.code}
    if result.allowed:
        values = {
            name: None if value is None else value.reveal() for name, value in result.values.items()
        }
        return {"values": values, "entry": result.entry_id}
    reasons = [problems.reason_as_json(reason) for reason in result.reasons]
    return {"code": "use_refused", "reasons": reasons, "entry": result.entry_id}


def decision_json(result: UseResult | AboveboardError, asked: UseRequest) -> dict[str, Any]:
    """Return a decision as a member of the answer (``shapes.DecisionOutcomeOut``)."""
    if isinstance(result, AboveboardError):
        return {"code": result.code}
    return {
        "allowed": result.allowed,
        "fields": sorted(set(asked.fields)) if result.allowed else [],
        "reasons": [problems.reason_as_json(reason) for reason in result.reasons],
        "entry": result.entry_id,
    }
