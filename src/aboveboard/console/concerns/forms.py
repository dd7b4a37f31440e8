"""What the privacy lead fills in to read, hand over and answer a customer's concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst

from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.limits import CONCERN_WORDS
from aboveboard.accounts.queries import StaffMember
from aboveboard.console.forms import LEAST
from aboveboard.promise.model import Promise, Purpose

IN_WORDS: Mapping[Concern, str] = {
    Concern.UNKNOWN_TEAM: "They do not know who looked",
    Concern.NO_CONTACT: "They were not in contact with us at that time",
    Concern.AGAINST_CHOICE: "It goes against what they chose",
    Concern.TOO_MUCH: "More was seen than was needed",
    Concern.OTHER: "Something else",
}
"""What looks wrong to the customer, as staff read it."""

VERDICTS: Mapping[ConcernVerdict, str] = {
    ConcernVerdict.RIGHT: "It was in order",
    ConcernVerdict.WRONG: "It was wrong",
    ConcernVerdict.UNCLEAR: "We could not find out",
}
"""What was found, as staff choose it."""


class AnswerForm(forms.Form):
    """What was found, and the words to the customer."""

    verdict = forms.ChoiceField(
        label="What did you find?",
        widget=forms.RadioSelect,
        choices=[(verdict.value, words) for verdict, words in VERDICTS.items()],
        error_messages={"required": "Choose what you found."},
    )
    words = forms.CharField(
        label="Your answer to the customer",
        max_length=CONCERN_WORDS,
        strip=True,
        help_text=f"What you found and what is done about it, in {CONCERN_WORDS:,} characters or "
        "fewer. Do not name colleagues or other customers.",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write an answer to the customer."},
    )


class NewOwnerForm(forms.Form):
    """Who answers instead."""

    to = forms.TypedChoiceField(
        label="Hand over to",
        coerce=int,
        error_messages={
            "required": "Choose who answers.",
            "invalid_choice": "They may not answer this.",
        },
    )

    def __init__(self, *args: Any, others: list[StaffMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A ChoiceField's own.
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", ""),
            *((str(member.id), f"{member.name}, {member.team}") for member in others),
        ]


class ReadWordsForm(forms.Form):
    """Which fields are needed with the customer's words, and how they contacted us."""

    fields_wanted = forms.MultipleChoiceField(
        label="What do you need to see with it?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Select only what you need now. They can see what you looked at.",
        error_messages={"required": "Select what you need to see."},
    )
    channel = forms.ChoiceField(
        label="How did they contact you?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they contacted you."},
    )

    def __init__(self, *args: Any, promise: Promise, purpose: Purpose, **kwargs: Any) -> None:
        # Concerns come through the portal; where the promise does not answer there, another way
        # that it does is chosen.
        ways = sorted(purpose.channels, key=lambda key: key != "portal")
        least = [field for field in LEAST if field in purpose.fields]
        kwargs["initial"] = {"fields_wanted": least, "channel": ways[0]}
        super().__init__(*args, **kwargs)
        # ChoiceFields' own.
        self.fields["fields_wanted"].choices = [  # type: ignore[attr-defined]
            (key, promise.fields[key].label) for key in purpose.fields
        ]
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (key, capfirst(promise.channels[key].title)) for key in ways
        ]
