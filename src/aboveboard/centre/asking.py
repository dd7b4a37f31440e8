"""What people ask about their own data: how it was handled, in numbers; and asking without an
account. Nothing here tells whether somebody is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from babel.numbers import format_decimal
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock
from aboveboard.basics.errors import Conflict, RateLimited, Unavailable
from aboveboard.basics.ids import reference
from aboveboard.basics.personal import Personal
from aboveboard.kinds.kind import KindMismatch
from aboveboard.promise.explain import country_in_words
from aboveboard.promise.queries import in_force
from aboveboard.rights.limits import WORDS
from aboveboard.rights.requests import published, visitors
from aboveboard.rights.requests.terms import CodeRefused, RequestKind
from aboveboard.rights.requests.visitors import VisitorRequest

_WAITING: Final = "visitor_request"
"""Session key: the number of the request that waits for its code."""

KINDS: Final[dict[RequestKind, Lazy | str]] = {
    RequestKind.ACCESS: gettext_lazy("A copy of my data"),
    RequestKind.CORRECTION: gettext_lazy("Something corrected"),
    RequestKind.ERASURE: gettext_lazy("My data deleted"),
    RequestKind.PORTABILITY: gettext_lazy("My data to take elsewhere"),
    RequestKind.OBJECTION: gettext_lazy("A use stopped that I object to"),
    RequestKind.RESTRICTION: gettext_lazy("My data put on hold"),
    RequestKind.HUMAN_REVIEW: gettext_lazy("A person to look at a decision"),
    RequestKind.STOP_ASKING: gettext_lazy("No more advertising"),
}


class VisitorForm(forms.Form):
    """What is asked, where to answer, and where somebody lives, whose law sets the clock."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want?"),
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you want.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        strip=True,
        help_text=gettext_lazy("We send a code there now, and our answer later."),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Enter your e-mail address.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Enter your name.")},
    )
    country = forms.ChoiceField(
        label=gettext_lazy("The country you live in"),
        help_text=gettext_lazy("Its law says how fast we must answer."),
        error_messages={"required": gettext_lazy("Choose the country you live in.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Anything that helps us find you"),
        required=False,
        strip=True,
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        language = get_language() or "en"
        trades_in = in_force().promise.organisation.trades_in
        named = sorted((country_in_words(code, language), code) for code in trades_in)
        # A ChoiceField's own.
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((code, words) for words, code in named),
            ("ZZ", gettext("Another country")),
        ]


class VisitorCodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=gettext_lazy("The code we sent you"),
        strip=True,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Enter the code.")},
    )


@public("anyone may read how requests were handled")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how many requests came in a year, how they ended, and how long it took."""
    rows = [
        {
            "title": KINDS[each.kind],
            "figures": each,
            "mean": _days(each.mean_days),
        }
        for each in published.figures(at=clock.now())
    ]
    names = {
        "received": gettext("Asked"),
        "done": gettext("Done"),
        "refused": gettext("Refused"),
        "mean": gettext("Days, on average"),
        "slowest": gettext("Days, the slowest"),
    }
    # With a #, as the component takes it, so that a number's head stands over its numbers.
    heads = {key: f"#{name}" for key, name in names.items()}
    context = {"rows": rows, "names": names, "heads": heads}
    return render(request, "centre/requests.html", context)


@public("who has no account, or is not held at all, may ask too")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask without an account. The answer is the same for everybody: a code was sent."""
    form = VisitorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            throttle(request, "public_ask", given["address"].lower())
            number = visitors.ask(
                VisitorRequest(
                    kind=RequestKind(given["kind"]),
                    address=Personal(given["address"]),
                    name=Personal(given["name"]),
                    words=Personal(given["words"]),
                    country="" if given["country"] == "ZZ" else given["country"],
                    language=get_language() or "en",
                ),
                at=clock.now(),
            )
        except KindMismatch:
            form.add_error("address", gettext("Enter an e-mail address, such as name@example.com."))
        except (RateLimited, Unavailable) as error:
            form.add_error(None, str(error))
        else:
            request.session[_WAITING] = number
            return HttpResponseRedirect(reverse("centre:request_code"))
    return render(request, "centre/ask.html", {"form": form}, status=422 if form.errors else 200)


@public("whoever an agent asked for gives back the code that was sent to them")
@require_safe
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Go to the page for the code that somebody was sent because an agent asked for them."""
    request.session[_WAITING] = visitors.request_to_confirm(token)
    return HttpResponseRedirect(reverse("centre:request_code"))


@public("who asked without an account gives back the code that was sent to them")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Take the code back, and say by when they are answered."""
    number = request.session.get(_WAITING)
    if not isinstance(number, int):
        return HttpResponseRedirect(reverse("centre:ask"))
    form = VisitorCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            throttle(request, "public_ask", str(number))
            visitors.prove(number, form.cleaned_data["code"], at=clock.now())
        except CodeRefused:
            form.add_error("code", gettext("That code does not work. Check it, or ask again."))
        except (Conflict, RateLimited) as error:
            form.add_error("code", str(error))
        else:
            del request.session[_WAITING]
            context = {
                "reference": reference("REQ", number),
                "due": visitors.due_at(number, at=clock.now()),
            }
            return render(request, "centre/asked.html", context)
    return render(
        request, "centre/ask_code.html", {"form": form}, status=422 if form.errors else 200
    )


def _days(days: float | None) -> str:
    return "" if days is None else format_decimal(round(days, 1), locale=get_language() or "en")
