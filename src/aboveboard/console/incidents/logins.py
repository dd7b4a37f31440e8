"""What a stolen login did: each thing as a row, with its entry in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import PersonCodeMistyped, person_code, read_person
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.lists.asked import ListColumn, ListFilter, ListShape
from aboveboard.console.lists.page import ListPage, address_of, asked_of, csv_of, show_list
from aboveboard.incidents import queries
from aboveboard.incidents.logins import queries as logins
from aboveboard.incidents.logins.queries import LoginView
from aboveboard.incidents.logins.stating import add_login
from aboveboard.incidents.logins.terms import ActOutcome, LoginKind, StolenLogin
from aboveboard.incidents.people_list import record_list

_HEADS: Final = ("When", "Outcome", "Customer", "Data", "Purpose", "Kind of entry", "Entry")
_SECOND: Final = "%Y-%m-%dT%H:%M:%S"
_MINUTE: Final = "%Y-%m-%dT%H:%M"


def moment_field(label: str, hint: str = "") -> forms.DateTimeField:
    """Return a field of a moment, to the second."""
    # A browser leaves seconds out where they are nought.
    return forms.DateTimeField(
        label=label,
        input_formats=[_SECOND, _MINUTE],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=_SECOND),
        help_text=hint,
        error_messages={
            "required": "Enter a date and a time.",
            "invalid": "Enter a date and a time.",
        },
    )


class LoginForm(forms.Form):
    """Whose login was stolen, and from when until when somebody else had it."""

    ERRORS_AT: Final = "account"

    account = forms.ChoiceField(
        label="Whose login was stolen?", error_messages={"required": "Choose a login."}
    )
    customer = forms.CharField(
        label="Customer",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Only for a customer’s login: their number, as it is on their page.",
    )
    since = moment_field(
        "From when?", "If in doubt, take an earlier time. Times are to the second."
    )
    until = moment_field("Until when?", "This second counts too.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, forms.ChoiceField):
            staff = [(f"staff-{each.id}", each.name) for each in accounts.staff()]
            programs = [(f"service-{each.id}", each.name) for each in accounts.clients()]
            field.choices = [
                ("", "Choose a login"),
                ("person-", "A customer"),
                ("Staff", staff),
                ("Programs", programs),
            ]

    def clean_customer(self) -> int | None:
        """Read the number of a customer."""
        text = self.cleaned_data["customer"].strip()
        if self.cleaned_data.get("account") != "person-":
            return None
        try:
            return read_person(text)
        except PersonCodeMistyped as error:
            raise forms.ValidationError(str(error)) from None

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add whom it saw."""
        kind, _, account = self.cleaned_data["account"].partition("-")
        given = self.cleaned_data
        login = StolenLogin(
            LoginKind(kind), account, given["since"], given["until"], person_id=given["customer"]
        )
        add_login(number, login, by=by, at=clock.now())


def _shape(view: LoginView) -> ListShape:
    return ListShape(
        nouns=("act", "acts"),
        columns=tuple(map(ListColumn, ("When", "Outcome", "Customer", "Data", "Entry"))),
        order="entry",
        filters=(
            ListFilter(
                "outcome",
                "Outcome",
                {
                    each.outcome.value: f"{each.outcome.label} ({each.acts:,})"
                    for each in view.tallies
                },
            ),
        ),
        deep=True,
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def acts(request: HttpRequest, number: int, list_id: int) -> HttpResponseBase:
    """List what a stolen login did. As a file the list leaves only with a ledger entry."""
    view = logins.login(number, list_id)
    asked = asked_of(_shape(view), request)
    outcome = ActOutcome(asked.chosen["outcome"]) if "outcome" in asked.chosen else None
    if request.method == "POST":
        if not asked.csv:
            return HttpResponseRedirect(address_of(asked))
        people = sum(each.people for each in view.tallies if outcome in (None, each.outcome))
        record_list(number, people, by=actor_of(request), at=clock.now())
        return csv_of(f"login-{list_id}", _HEADS, _cells(number, list_id, outcome))
    after = asked.after[0] if asked.after else 0
    rows = list(logins.acts(number, list_id, outcome, after=after, limit=PAGE_SIZE + 1))
    total = sum(each.acts for each in view.tallies if outcome in (None, each.outcome))
    context = {
        "page": queries.page(number, at=clock.now()),
        "login": view,
        "rows": rows[:PAGE_SIZE],
    }
    listing = ListPage(asked, total=total, after=_cursor(rows), recorded=True)
    return show_list(request, "console/incidents/login_acts.html", listing, context)


def _cursor(rows: list[logins.ActRow]) -> tuple[int, ...]:
    return (rows[PAGE_SIZE - 1].entry_id,) if len(rows) > PAGE_SIZE else ()


def _cells(number: int, list_id: int, outcome: ActOutcome | None) -> Iterator[tuple[object, ...]]:
    for row in logins.every_act(number, list_id, outcome):
        yield (
            clock.to_text(row.at),
            row.outcome.label,
            "" if row.person_id is None else person_code(row.person_id),
            ", ".join(row.fields),
            row.purpose,
            row.kind,
            row.entry_id,
        )
