"""What staff fill in to break the glass, and what a reviewer decides."""

from __future__ import annotations

from typing import Any

from django import forms

from aboveboard.access.emergency.reasons import IN_WORDS, ReviewVerdict
from aboveboard.access.limits import EMERGENCY_WORDS
from aboveboard.promise.model import BreakGlass, Promise


class EmergencyForm(forms.Form):
    """Who, why, which fields, and an explanation for the reviewers."""

    why = forms.ChoiceField(
        label="What is at risk?",
        widget=forms.RadioSelect,
        choices=[(emergency.value, words) for emergency, words in IN_WORDS.items()],
        error_messages={"required": "Choose what is at risk."},
    )
    who = forms.CharField(
        label="Who is it about?",
        max_length=254,
        strip=True,
        help_text="Their e-mail address, phone number or customer number.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter an e-mail address, phone number or customer number."},
    )
    fields_wanted = forms.MultipleChoiceField(
        label="What do you need to see?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Select only what helps now.",
        error_messages={"required": "Select what you need to see."},
    )
    reference = forms.RegexField(
        r"^[A-Za-z0-9:._/-]*$",
        label="Call or case number",
        max_length=80,
        required=False,
        help_text="Letters, numbers and : . _ / - only. Do not enter names.",
        error_messages={"invalid": "Use letters, numbers and : . _ / - only."},
    )
    words = forms.CharField(
        label="What happened?",
        max_length=EMERGENCY_WORDS,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A sentence or two for the reviewers. It is encrypted; only they can read it.",
        error_messages={"required": "Say in a sentence what happened."},
    )

    def __init__(self, *args: Any, promise: Promise, glass: BreakGlass, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_wanted"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, promise.fields[key].label) for key in glass.fields]


class ReviewForm(forms.Form):
    """Was it justified?"""

    verdict = forms.ChoiceField(
        label="Was it justified?",
        widget=forms.RadioSelect,
        choices=[
            (ReviewVerdict.JUSTIFIED.value, "Yes, it was justified"),
            (ReviewVerdict.NOT_JUSTIFIED.value, "No, it was not"),
        ],
        error_messages={"required": "Choose yes or no."},
    )
