"""Writing down what somebody asks who was not looked up: who has no account, whom nobody holds, or
who writes on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import CUSTOMER_NUMBER, EMAIL, PHONE, Identifier
from aboveboard.console.people import allow_look_up
from aboveboard.console.requests.forms import NewRequestForm
from aboveboard.console.requests.record import recorded
from aboveboard.console.requests.words import CHANNELS
from aboveboard.kinds import values
from aboveboard.kinds.kind import KindMismatch
from aboveboard.promise.explain import country_in_words
from aboveboard.promise.queries import in_force
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.terms import (
    Asker,
    NewRequest,
    RequestChannel,
    RequestDetails,
    RequestKind,
)

_IDENTIFIERS: Final = (EMAIL, PHONE, CUSTOMER_NUMBER)
_WAYS: Final = (RequestChannel.ADVISER, RequestChannel.POST, RequestChannel.EMAIL)
_LANGUAGES: Final = {"en": "English", "fr": "French", "de": "German"}


def _text(label: str, hint: str = "", longest: int = 254, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=longest,
        strip=True,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attrs}),
    )


class SomebodyForm(NewRequestForm):
    """What somebody asks, by what they may be found, and where they live, whose law sets the
    clock."""

    name = _text("Their name", longest=200)
    email = _text("E-mail address", "Our answer goes there.", type="email")
    phone = _text("Phone number", "With the country code, such as +33 6 12 34 56 78.", type="tel")
    customer_number = _text("Customer number", longest=60)
    country = forms.ChoiceField(
        label="The country they live in",
        help_text="Its law says how fast you must answer.",
        error_messages={"required": "Choose the country they live in."},
    )
    language = forms.ChoiceField(
        label="Their language",
        choices=list(_LANGUAGES.items()),
        initial="en",
        error_messages={"required": "Choose their language."},
    )
    way = forms.ChoiceField(
        label="How did it come?",
        widget=forms.RadioSelect,
        choices=[(each.value, CHANNELS[each].capitalize()) for each in _WAYS],
        error_messages={"required": "Choose how it came."},
    )

    field_order = (
        "kind",
        "restriction",
        "purpose",
        "decision",
        "way",
        "asker",
        "acting",
        "name",
        "email",
        "phone",
        "customer_number",
        "country",
        "language",
        "words",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trades_in = in_force().promise.organisation.trades_in
        named = sorted((country_in_words(code), code) for code in trades_in)
        # A ChoiceField's own.
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((code, words) for words, code in named),
            ("ZZ", "Another country"),
        ]

    def clean(self) -> dict[str, Any]:
        """Read what names them in its normal form, and ask for one thing at least."""
        given = super().clean()
        for kind in _IDENTIFIERS:
            if not given.get(kind):
                continue
            try:
                given[kind] = values.read(kind, given[kind])
            except KindMismatch as error:
                self.add_error(kind, f"This is not {error.expected}.")
        if not any(self.data.get(kind, "").strip() for kind in _IDENTIFIERS):
            self.add_error(EMAIL, "Enter one thing at least by which they can be found.")
        return given

    def new_request(self, at: datetime) -> NewRequest:
        """Return what was asked, once it is valid."""
        given = self.cleaned_data
        identifiers = tuple(
            Identifier(kind, Personal(given[kind])) for kind in _IDENTIFIERS if given[kind]
        )
        return NewRequest(
            kind=RequestKind(given["kind"]),
            channel=RequestChannel(given["way"]),
            received_at=at,
            asker=Asker(given["asker"]),
            jurisdiction="" if given["country"] == "ZZ" else given["country"],
            language=given["language"],
            details=RequestDetails(
                identifiers=identifiers,
                contact=Personal(given[EMAIL]),
                name=Personal(given["name"]),
                acting=Personal(given["acting"]),
                words=Personal(given["words"]),
                purpose=self.subject_of("purpose"),
                restriction=self.subject_of("restriction"),
                decision=self.subject_of("decision"),
            ),
        )


@allow_look_up
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask who wants what, and write it down. Nobody is looked up for it before they are proved."""
    form = SomebodyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        at = clock.now()
        try:
            number = actions.ask(form.new_request(at), by=actor_of(request), at=at)
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return recorded(request, queries.request(number, at=at))
    status = 422 if form.errors else 200
    return render(request, "console/requests/ask.html", {"form": form}, status=status)
