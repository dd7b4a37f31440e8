"""Your choices: see them, change them, and keep the receipt."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_POST, require_safe

from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.choices import actions, queries
from aboveboard.choices.boundaries import is_boundary
from aboveboard.choices.confirmation import is_confirmation
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord, ConsentState
from aboveboard.choices.topic import WHOLE, topic_of
from aboveboard.portal import wording
from aboveboard.portal.forms import ChoiceForm
from aboveboard.portal.page import CHANNEL, PortalCustomer, is_signalled, page_for
from aboveboard.promise import explain
from aboveboard.promise.model import Promise, Purpose
from aboveboard.representation.terms import Power
from aboveboard.rights import confirming
from aboveboard.website.actions import GPC_EVIDENCE


@allow_customer
@require_safe
@page_for(Power.SEE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show every purpose that leaves a choice, and what was ever chosen. ``?saved=``
    names a choice just made."""
    return _overview(request, you)


@allow_customer
@require_POST
@page_for(Power.CHOOSE)
def choose(request: HttpRequest, you: PortalCustomer, purpose: str) -> HttpResponse:
    """Record a yes or no to a purpose, or to one way of contact of it; their own answer again
    changes nothing, unless a yes waits for it."""
    # A purpose on a contract or a law leaves no choice: a yes recorded about it would look like
    # consent that can be taken back (EDPB Guidelines 05/2020, section 6).
    about = you.promise.purposes.get(purpose)
    if about is None or not about.leaves_choice:
        raise Http404
    consent = queries.consent_state(you.person_id)
    form = ChoiceForm(request.POST, purpose=about)
    if not form.is_valid():
        return _overview(request, you, form, purpose, status=422)
    answer, contact = ChoiceAnswer(form.cleaned_data["answer"]), form.cleaned_data["contact"]
    topic = topic_of(purpose, contact)
    latest = wording.choices_in_force(consent, queries.history(you.person_id)).get(topic)
    # What somebody else recorded is not their own word yet: said again by their own hand it is
    # recorded, and so is a no while a yes waits.
    if (
        latest is not None
        and latest.actor.kind is you.actor.kind
        and latest.answer is answer
        and topic not in consent.waiting
    ):
        choice = latest
    else:
        if answer is ChoiceAnswer.YES:
            # Every use of theirs reads all of their choices, and each is kept for good. A no is
            # never refused (GDPR Art. 7(3)), and needs none: said again it is not recorded again.
            throttle(request, "own_change")
        # Which words they were shown: that consent was informed must be demonstrated (GDPR Art.
        # 7(1)), and this is the promise that the page printed.
        choice = actions.choose(
            you.person_id,
            purpose,
            answer,
            channel=CHANNEL,
            evidence=you.evidence,
            contact=contact,
            by=you.actor,
            at=you.now,
        )
    return HttpResponseRedirect(f"{reverse('portal:choices')}?saved={choice.id}")


@allow_customer
@require_POST
@page_for(Power.CHOOSE)
def send_link(request: HttpRequest, you: PortalCustomer, field: str) -> HttpResponse:
    """Send another letter with a link by which the person confirms their address."""
    throttle(request, "prove_address")
    try:
        confirming.ask_again(you.person_id, field, by=you.actor, at=you.now)
    except NotFound:
        messages.success(request, gettext("Nothing waits for you to confirm an address."))
    except RateLimited:
        messages.error(
            request,
            gettext("We sent you a link not long ago. Look for it, and try again later."),
        )
    else:
        messages.success(request, gettext("We are sending you a link. Look at your e-mail."))
    return HttpResponseRedirect(reverse("portal:choices"))


@allow_customer
@require_safe
@page_for(Power.SEE)
def receipt(request: HttpRequest, you: PortalCustomer, choice_id: int) -> HttpResponse:
    """Show the receipt of one of your own choices, with its proof once it is sealed."""
    choice = _own_choice(you, choice_id)
    facts = queries.receipt_of(choice, you.language)
    context = {
        "choice": choice,
        "facts": facts,
        "answer": _answer(choice, you.promise.purposes.get(choice.purpose)),
        "how": _channel_and_recorder(choice, you),
        "way": wording.way(you.promise.purposes.get(choice.purpose), choice.contact, you.promise),
        "shared": explain.join_words(facts.recipients, you.language),
        "things": wording.capitalise(explain.join_words(facts.categories, you.language)),
    }
    return render(request, "portal/receipt.html", context)


@allow_customer
@require_safe
@page_for(Power.SEE)
def receipt_json(request: HttpRequest, you: PortalCustomer, choice_id: int) -> HttpResponse:
    """Give the same receipt as JSON-LD (ISO/IEC TS 27560), signed, to keep."""
    choice = _own_choice(you, choice_id)
    with override("en"):  # programs and authorities read it, and the page speaks for itself
        written = queries.signed_receipt_of(choice)
    response = JsonResponse(written, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Type"] = "application/ld+json; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="receipt-{choice.id}.json"'
    return response


def _own_choice(you: PortalCustomer, choice_id: int) -> ChoiceRecord:
    choice = queries.choice_of(you.person_id, choice_id)
    if choice is None:
        raise Http404
    return choice


def _overview(
    request: HttpRequest,
    you: PortalCustomer,
    bad: ChoiceForm | None = None,
    bad_purpose: str = "",
    status: int = 200,
) -> HttpResponse:
    consent, history = queries.consent_state(you.person_id), queries.history(you.person_id)
    in_force = wording.choices_in_force(consent, history)
    waiting = {
        key: address
        for address in confirming.waiting_addresses(you.person_id)
        for key in address.purposes
    }
    rows = [
        _card(you, purpose, consent, in_force) | {"confirm": waiting.get(purpose.key)}
        for purpose in you.promise.purposes.values()
        # Whom they let in themselves has a page of its own.
        if purpose.has_one_answer
    ]
    saved_id = request.GET.get("saved", "")
    # Looked for among their own and compared as text: the number of somebody else's choice, or what
    # is no number, is just not found.
    saved = next((choice for choice in history if str(choice.id) == saved_id), None)
    context = {
        "rows": rows,
        "form": bad,
        "bad": bad_purpose,
        "saved": _past_choice(you, saved) if saved else None,
        # Who is kept out has a page of its own, and no receipt: it is about no purpose.
        "history": [
            _past_choice(you, choice)
            for choice in history
            if not is_boundary(choice.topic) and not is_confirmation(choice.topic)
        ],
        "refused": _refused_by_browser(request, you),
        "third_parties": any(each.third_parties for each in you.promise.purposes.values()),
    }
    return render(request, "portal/choices.html", context, status=status)


def _refused_by_browser(request: HttpRequest, you: PortalCustomer) -> list[str]:
    """Return what each purpose is called that this browser refuses by itself."""
    website = you.promise.website
    if website is None or not is_signalled(request):
        return []
    return [you.promise.purposes[key].title for key in website.refused_by_gpc]


def _card(
    you: PortalCustomer,
    purpose: Purpose,
    consent: ConsentState,
    in_force: Mapping[str, ChoiceRecord],
) -> dict[str, object]:
    """Return a purpose as the page shows it: a row for the whole, and one for each way of contact
    where there are several."""
    yes, no = (
        (gettext("Yes"), gettext("No"))
        if purpose.needs_consent
        else (gettext("Yes, you may"), gettext("No, I object"))
    )
    return {
        "purpose": purpose,
        "question": purpose.question.asks
        if purpose.question
        else gettext("May we use your data for this?"),
        "yes": yes,
        "no": no,
        "words": explain.purpose_in_words(you.promise, purpose, you.language),
        "whole": _row(you, purpose, WHOLE, consent, in_force),
        "ways": [_row(you, purpose, way, consent, in_force) for way in purpose.contact_ways],
    }


def _row(
    you: PortalCustomer,
    purpose: Purpose,
    contact: str,
    consent: ConsentState,
    in_force: Mapping[str, ChoiceRecord],
) -> dict[str, object]:
    topic = topic_of(purpose.key, contact)
    waits, own = consent.waiting.get(topic), in_force.get(topic)
    in_words = wording.way_state if contact else wording.consent_state
    return {
        "contact": contact,
        "way": wording.way(purpose, contact, you.promise),
        "state": in_words(purpose, own, you.promise),
        "answer": own.answer.value if own else "",
        "waiting": _past_choice(you, queries.choice_of(you.person_id, waits.id)) if waits else None,
    }


def _past_choice(you: PortalCustomer, choice: ChoiceRecord | None) -> dict[str, object]:
    if choice is None:  # erased since it was read
        raise Http404
    return {
        "choice": choice,
        "title": wording.topic_title(you.promise, choice.topic),
        "answer": _answer(choice, you.promise.purposes.get(choice.purpose)),
        "channel": _way(you.promise, choice),
        "by": _recorder(choice, you),
    }


def _way(promise: Promise, choice: ChoiceRecord) -> str:
    """Return on which channel it was said."""
    if choice.evidence == GPC_EVIDENCE:
        return gettext("by your browser (Global Privacy Control)")
    return wording.channel(promise, choice.channel)


def _answer(choice: ChoiceRecord, purpose: Purpose | None) -> str:
    if choice.waits:
        return gettext("A yes was recorded, but did not count")
    objectable = purpose is not None and purpose.objectable
    return wording.answer_in_words(choice.answer, objectable=objectable)


def _channel_and_recorder(choice: ChoiceRecord, you: PortalCustomer) -> str:
    """Return on which channel it was said, and who recorded it: "By phone, recorded by ..."."""
    channel, by = (
        wording.capitalise(wording.channel(you.promise, choice.channel)),
        _recorder(choice, you),
    )
    return f"{channel}, {gettext('recorded by %(by)s') % {'by': by}}" if by else channel


def _recorder(choice: ChoiceRecord, you: PortalCustomer) -> str:
    """Return who recorded it, or nothing when it was the person themself."""
    actor = choice.actor
    if actor.kind is ActorKind.PERSON:
        return ""
    return wording.actor(you.promise, actor.kind, actor.role, actor.team)
