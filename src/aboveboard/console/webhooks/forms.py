"""What an administrator fills in about a system that is to be notified."""

from __future__ import annotations

from typing import Any

from django import forms

from aboveboard.delivery.entries import TESTED
from aboveboard.outbox.events import event_types


def event_choices() -> list[tuple[str, str]]:
    """Return each event that a system can be notified of, and in words what happened."""
    return [
        (event.name, f"{event.says} ({event.name})")
        for event in event_types().values()
        if event is not TESTED
    ]


class EndpointForm(forms.Form):
    """Which system, where it listens, and what it is notified of."""

    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What you call the system, such as CRM.",
        error_messages={"required": "Enter a name for the system."},
    )
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="Where it listens. It begins with https://",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the address where the system listens."},
    )
    events = forms.MultipleChoiceField(
        label="What is it notified of?",
        choices=event_choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select what it is notified of."},
    )


class SpanForm(forms.Form):
    """Which days are sent again."""

    since = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Enter the first day.", "invalid": "Enter a date."},
    )
    until = forms.DateField(
        label="Up to and including",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Enter the last day.", "invalid": "Enter a date."},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        answers: dict[str, Any] = super().clean() or {}
        since, until = answers.get("since"), answers.get("until")
        if since and until and until < since:
            self.add_error("until", "Enter a day that is not before the first.")
        return answers
