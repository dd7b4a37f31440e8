"""What an administrator fills in about colleagues."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from aboveboard.accounts.actions import check_team
from aboveboard.accounts.queries import staff_roles
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import Invalid
from aboveboard.promise.explain import join_words, mid_sentence
from aboveboard.promise.queries import in_force

_DOES: Final[dict[str, str]] = {
    Role.ADVISER: "looks customers up, and records what they choose",
    Role.PRIVACY_LEAD: "answers for the promise, holds, erasures and emergency access",
    Role.INCIDENT_LEAD: "leads incidents from the loss to the last notice",
    Role.ADMINISTRATOR: "invites colleagues, and looks after devices and settings",
}


def role_choices() -> list[tuple[str, str]]:
    """Return each role that staff may have, and in words what it does. One that only the promise
    names does what the promise says: it is for its purposes."""
    return [
        (role, f"{role.replace('-', ' ').capitalize()}: {_DOES.get(role) or _purposes_of(role)}")
        for role in staff_roles()
    ]


def _purposes_of(role: str) -> str:
    purposes = in_force().promise.purposes.values()
    titles = [mid_sentence(each.title.say("en")) for each in purposes if role in each.roles]
    return f"uses customers’ data {join_words(titles, 'en')}" if titles else "uses no one’s data"


class RoleForm(forms.Form):
    """What somebody does here, and in which team."""

    role = forms.ChoiceField(
        label="What do they do?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they do."},
    )
    team = forms.CharField(
        label="Team",
        max_length=80,
        required=False,
        help_text="Customers read it beside what they did, like “Call centre”.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]

    def clean_team(self) -> str:
        """Refuse what is not the name of a team: it goes into the public log."""
        team: str = self.cleaned_data["team"]
        try:
            check_team(team)
        except Invalid as error:
            raise forms.ValidationError(str(error)) from None
        return team


class InvitationForm(RoleForm):
    """Whom to invite."""

    email = forms.CharField(
        label="Work e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter their e-mail address."},
    )
    name = forms.CharField(
        label="Name",
        max_length=120,
        help_text="As colleagues know them. Customers do not see it.",
        error_messages={"required": "Enter their name."},
    )
    field_order = ("email", "name", "role", "team")
