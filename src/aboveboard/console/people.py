"""Looking somebody up: say what for, say who, see just that; and record what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.access.actions import use
from aboveboard.access.lookup import NoOneFound, SeveralFound
from aboveboard.access.reasons import SENTENCES, RefusalReason
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.asking import NEVER, remembered_until
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.choices.topic import WHOLE, parts_of, topic_of
from aboveboard.console import limits
from aboveboard.console.forms import RecordChoiceForm, SubjectForm, topic_in_words
from aboveboard.kinds.kind import FieldKind
from aboveboard.kinds.values import display
from aboveboard.promise.explain import basis_for_staff, mid_sentence
from aboveboard.promise.model import Contact, Promise, Purpose
from aboveboard.promise.queries import in_force
from aboveboard.representation import queries as representation
from aboveboard.representation.deaths import is_deceased
from aboveboard.representation.terms import Capacity, RepresentationState
from aboveboard.rights.confirming import waiting_addresses
from aboveboard.third_parties.queries import offered
from aboveboard.vault import queries as vault
from aboveboard.vault.origin import ValueOrigin

_LOOK_UP = (Role.ADVISER, Role.PRIVACY_LEAD)
allow_look_up = allow(*_LOOK_UP, promised=True)
"""Who looks people up: which purposes are open to them, the promise says."""
_SALT = "aboveboard.console.person"
_DATES = {"en": "en_GB"}  # "3 March 2026"; American English would turn it round


CAPACITIES = {
    Capacity.GUARDIAN: gettext_lazy("Parent or guardian"),
    Capacity.ATTORNEY: gettext_lazy("Power of attorney"),
    Capacity.CARER: gettext_lazy("Carer"),
    Capacity.EXECUTOR: gettext_lazy("Executor"),
}
"""As what somebody acts, in the language of who looks somebody up."""


@dataclass(frozen=True, slots=True)
class FieldDetail:
    """One field as it is shown: its label, its value (a card as its last four digits), and
    where that comes from."""

    label: str
    value: str
    origin: str


@allow_look_up
@require_safe
def purposes(request: HttpRequest) -> HttpResponse:
    """Ask what for: the purposes that this role may act for."""
    open_to, language = _open_purposes(spoken_promise(), actor_of(request).role), get_language()
    rows = [
        {"purpose": purpose, "basis": basis_for_staff(purpose.basis, language)}
        for purpose in open_to
    ]
    return render(request, "console/people/purposes.html", {"rows": rows})


def spoken_promise() -> Promise:
    """Return the promise in force, printed in the language of the page."""
    return in_force().promise.in_language(get_language())


def may_look_up(promise: Promise, role: str) -> bool:
    """Whether this role is let in here, and the promise leaves it something to do."""
    return (role in _LOOK_UP or role not in set(Role)) and bool(_open_purposes(promise, role))


def _open_purposes(promise: Promise, role: str) -> list[Purpose]:
    return [purpose for purpose in promise.purposes.values() if _is_open(promise, purpose, role)]


def _is_open(promise: Promise, purpose: Purpose, role: str) -> bool:
    """Whether this role may look somebody up for a purpose: customers reach us for it in some way,
    so that it is not for programs alone."""
    return role in purpose.roles and any(promise.channels[key].staffed for key in purpose.channels)


@allow_look_up
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest, purpose: str) -> HttpResponse:
    """Ask who and which fields; decide; show just that, or every reason against it."""
    promise = spoken_promise()
    actor, chosen = actor_of(request), promise.purposes.get(purpose)
    # A purpose of other roles and one that does not exist get the same answer. A use of it would be
    # refused as well, and written down.
    if chosen is None or not _is_open(promise, chosen, actor.role):
        raise Http404
    form = SubjectForm(
        request.POST if request.method == "POST" else None, promise=promise, purpose=chosen
    )
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "console/people/look_up.html",
            {"form": form, "purpose": chosen},
            status=422 if form.errors else 200,
        )
    # Counted whether somebody is found or not: this is how a list of addresses would be tried.
    throttle(request, "look_up")
    answers = form.cleaned_data
    subject = Subject(kind=form.kind(), value=answers["who"])
    asked = UseRequest(
        actor,
        chosen.key,
        tuple(answers["fields"]),
        answers["channel"],
        subject,
        answers["reference"],
    )
    try:
        result = use(asked, at=clock.now())
    except (NoOneFound, SeveralFound) as error:
        form.add_error("who", _not_found_in_words(error))
        return render(
            request, "console/people/look_up.html", {"form": form, "purpose": chosen}, status=422
        )
    return _answer(request, asked, promise, chosen, result)


def _answer(
    request: HttpRequest,
    asked: UseRequest,
    promise: Promise,
    purpose: Purpose,
    result: UseResult,
) -> HttpResponse:
    context: dict[str, Any] = {
        "purpose": purpose,
        "entry_id": result.entry_id,
        "channel": promise.channels[asked.channel].title,
    }
    person_id = result.person_id
    # Also where they were found: a refusal must not tell who is known.
    if person_id is None or not result.allowed:
        context["reasons"] = [reason_in_words(promise, asked, reason) for reason in result.reasons]
        return render(request, "console/people/refused.html", context, status=403)
    # After the use was allowed, and never before: that a field is held, and from where, is about
    # the person as much as its value.
    origins = vault.provenance(person_id)
    context["details"] = [
        FieldDetail(
            promise.fields[name].label,
            display(promise.fields[name].kind_and_format, value.reveal()),
            _origin(promise, origins.get(name)),
        )
        if value
        else FieldDetail(promise.fields[name].label, gettext("Not held"), "")
        for name, value in result.values.items()
    ]
    context["choices"] = _choices(promise, person_id, clock.now())
    context["third_parties"] = bool(offered(in_force().promise, clock.now()))
    context["addresses"] = waiting_addresses(person_id)
    # It leads to the holds and restrictions of the person, which are this role's work.
    context["retention_of"] = person_id if asked.actor.role == Role.PRIVACY_LEAD else None
    context["deceased"] = is_deceased(person_id)
    context["representatives"] = [
        CAPACITIES[each.capacity]
        for each in representation.of_person(person_id)
        if each.state(clock.now()) is RepresentationState.IN_FORCE
    ]
    context["documents"] = [
        {"field": promise.fields[name], "held": name in origins}
        for name in purpose.fields
        if promise.fields[name].kind is FieldKind.DOCUMENT
    ]
    # Signed, with this member of staff in the salt: the next pages act on a person without a number
    # in the address, and nobody can put another one in, or use a colleague's.
    note = {"person": person_id, "channel": asked.channel, "purpose": purpose.key}
    context["note"] = signing.dumps(note, salt=f"{_SALT}.{asked.actor.id}", compress=True)
    return render(request, "console/people/person.html", context)


@allow_look_up
@require_POST
def record_choice(request: HttpRequest) -> HttpResponse:
    """Record a yes or no that the person gave this member of staff, with the
    number of the call or form."""
    promise, actor = spoken_promise(), actor_of(request)
    note = read_note(request)
    if note is None:
        return render(request, "console/people/expired.html", status=409)
    # The button of the page before sends the note alone: that only asks for the form.
    form = RecordChoiceForm(request.POST if "evidence" in request.POST else None, promise=promise)
    if form.is_valid():
        answers = form.cleaned_data
        # The channel of the look-up stands before it, so that a call and a form of one number
        # differ.
        evidence = f"{note['channel']}:{answers['evidence']}"
        at = clock.now()
        answer = ChoiceAnswer(answers["answer"])
        purpose, contact = parts_of(answers["purpose"])
        recorded = choose(
            note["person"],
            purpose,
            answer,
            channel=note["channel"],
            evidence=evidence,
            contact=contact,
            by=actor,
            at=at,
        )
        context = {
            "about": topic_in_words(promise, answers["purpose"]),
            "contact": contact,
            "choices": _choices(promise, note["person"], clock.now()),
            "title": recorded_in_words(answer, waits=recorded.waits, before=recorded.at != at),
            "waits": recorded.waits,
        }
        return render(
            request, "console/people/choice_recorded.html", context | {"note": request.POST["note"]}
        )
    context = {
        "form": form,
        "note": request.POST["note"],
        "choices": _choices(promise, note["person"], clock.now()),
    }
    return render(
        request, "console/people/record_choice.html", context, status=422 if form.errors else 200
    )


def read_note(request: HttpRequest) -> dict[str, Any] | None:
    """Return whom this member of staff looked up, on which channel and for what; None when
    that is too long ago."""
    try:
        note: dict[str, Any] = signing.loads(
            request.POST.get("note", ""),
            salt=f"{_SALT}.{actor_of(request).id}",
            max_age=limits.LOOK_UP_NOTE_LIFE,
        )
    # Expired, made up and a colleague's are one answer: which of them it was would only help
    # whoever tries.
    except signing.BadSignature:
        return None
    return note


def _choices(promise: Promise, person_id: int, at: datetime) -> list[dict[str, Any]]:
    consent = choices.consent_state(person_id)
    waiting = [key for each in waiting_addresses(person_id) for key in each.purposes]
    unconfirmed = {topic_of(key, way) for key in waiting for way in (WHOLE, Contact.EMAIL)}
    rows: list[dict[str, Any]] = []
    for purpose in promise.purposes.values():
        if purpose.has_one_answer:
            own = [
                way
                for way in purpose.contact_ways
                if not {topic_of(purpose.key, way)}.isdisjoint({*consent.last, *consent.waiting})
            ]
            for way in (WHOLE, *own):
                topic = topic_of(purpose.key, way)
                rows.append(
                    {
                        "purpose": purpose,
                        "title": topic_in_words(promise, topic),
                        "answer": consent.answer(purpose.key, way),
                        "since": consent.since(purpose.key, way),
                        "waits": topic in consent.waiting,
                        "unconfirmed": topic in unconfirmed,
                        "ask_from": _ask_from(consent, purpose, way, at),
                    }
                )
    return rows


def _ask_from(consent: ConsentState, purpose: Purpose, way: str, at: datetime) -> datetime | None:
    """Return from when staff may ask about it again, where that is not yet."""
    until = remembered_until(consent, purpose.key, way)
    return until if until is not None and at < until < NEVER else None


def recorded_in_words(answer: ChoiceAnswer, *, waits: bool, before: bool = False) -> str:
    """Return what became of a choice that was recorded; ``before``: it was there already."""
    if waits:
        return gettext("Recorded, but it does not count yet")
    is_yes = answer is ChoiceAnswer.YES
    if before:
        return gettext("Recorded before: yes") if is_yes else gettext("Recorded before: no")
    return gettext("Recorded: yes") if is_yes else gettext("Recorded: no")


def _not_found_in_words(error: NoOneFound | SeveralFound) -> str:
    if isinstance(error, NoOneFound):
        return gettext("No matching customer that you may see.")
    return gettext("More than one customer matches.")


def _origin(promise: Promise, where: ValueOrigin | None) -> str:
    """Return where a value comes from, so that an adviser can tell an old
    address from a new one."""
    if where is None or where.collected_at is None:
        return gettext("We did not record where this came from")
    channel = promise.channels.get(where.channel)
    purpose = promise.purposes.get(where.purpose)
    language = get_language()
    day = format_date(
        timezone.localtime(where.collected_at).date(), "long", _DATES.get(language, language)
    )
    collected = gettext("Collected on %(day)s, %(channel)s") % {
        "day": day,
        "channel": channel.title if channel else gettext("from a file"),
    }
    if purpose is None:
        return collected
    return gettext("%(collected)s, %(purpose)s") % {
        "collected": collected,
        "purpose": mid_sentence(str(purpose.title), language),
    }


def field_reason(promise: Promise, reason: RefusalReason) -> str:
    """Return the reason with the field's own name instead of its key, in English."""
    field = promise.fields.get(reason.field)
    if field is None:
        return reason.sentence
    return reason.sentence.replace(reason.field, mid_sentence(field.label))


def reason_in_words(promise: Promise, asked: UseRequest, reason: RefusalReason) -> str:
    """Return a reason against what was asked as :func:`field_reason`, in the language of the
    page."""
    field = promise.fields.get(reason.field)
    return gettext(SENTENCES[reason.code]).format(
        field=mid_sentence(str(field.label), get_language()) if field else reason.field,
        purpose=asked.purpose,
        role=asked.actor.role,
        channel=asked.channel,
    )
