"""What the privacy lead fills in about one person: one question a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone

from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.identity.choosing import ComparedField, FieldLikeness, RecordSide
from aboveboard.intake.changes import HeldBackState, NoteState
from aboveboard.intake.notes import ANOTHER
from aboveboard.retention.reasons import (
    ERASURE_LAW,
    ERASURE_WORDS,
    HOLD_LAW,
    HOLD_WORDS,
    ON_REQUEST,
    RESTRICTION_LAW,
    RESTRICTION_WORDS,
    HoldReason,
    RestrictionReason,
)

_NUMBER = "Letters, numbers and : . _ / - only. Do not enter names."


DIFFERENCE_ANSWERS: Final = (
    (NoteState.KEEP.value, "The one we hold: keep it"),
    (NoteState.TAKE.value, "The one in the file: take it with the next import"),
)


def reference_field(label: str, hint: str = _NUMBER) -> forms.RegexField:
    """Return the question for the number of a case or paper."""
    return forms.RegexField(
        r"^[A-Za-z0-9:._/-]+$",
        label=label,
        max_length=80,
        help_text=hint,
        error_messages={
            "required": f"Enter the {label[:1].lower()}{label[1:]}.",
            "invalid": "Use letters, numbers and : . _ / - only.",
        },
    )


class _UntilForm(forms.Form):
    """Why, under which case, and until when."""

    why = forms.ChoiceField(
        label="Why?", widget=forms.RadioSelect, error_messages={"required": "Choose a reason."}
    )
    reference = reference_field("Case number")
    until = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave it empty if it has no end date.",
        error_messages={"invalid": "Choose a date."},
    )

    def _offer(self, options: Iterable[tuple[str, str]]) -> None:
        field = self.fields["why"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(options)

    def ends(self) -> datetime | None:
        """Return the moment at which the last day is over here; None for no end."""
        day = self.cleaned_data["until"]
        return (
            # The end of the last day in the organisation's time zone: a hold "until Friday" holds
            # on Friday evening.
            timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None
        )


class HoldForm(_UntilForm):
    """Why their data must be kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(
            (reason.value, f"{HOLD_WORDS[reason]} ({HOLD_LAW[reason]})") for reason in HoldReason
        )


class RestrictForm(_UntilForm):
    """Why their data must rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(
            (reason.value, f"{RESTRICTION_WORDS[reason]} ({RESTRICTION_LAW[reason]})")
            for reason in RestrictionReason
        )


class EraseForm(forms.Form):
    """Why one person is erased."""

    why = forms.ChoiceField(
        label="Why are they erased?",
        widget=forms.RadioSelect,
        choices=[
            (reason.value, f"{ERASURE_WORDS[reason]} ({ERASURE_LAW[reason]})")
            for reason in ON_REQUEST
        ],
        error_messages={"required": "Choose a reason."},
    )


class CorrespondenceForm(forms.Form):
    """Whom to write to instead of a person, and why."""

    why = forms.ChoiceField(
        label="Why?",
        widget=forms.RadioSelect,
        choices=[
            (CorrespondenceReason.CHILD.value, "They are a child: write to the guardian"),
            (CorrespondenceReason.REPRESENTED.value, "Somebody represents them"),
            (CorrespondenceReason.DECEASED.value, "They have died: write to nobody"),
            (CorrespondenceReason.ASKED.value, "They asked"),
        ],
        error_messages={"required": "Choose a reason."},
    )
    instead = forms.CharField(
        label="E-mail address to write to instead",
        required=False,
        max_length=254,
        help_text="Leave it empty to write to nobody.",
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "off"}),
    )


class SafeContactForm(forms.Form):
    """By which ways alone somebody at risk may be written to, and why."""

    safe = forms.MultipleChoiceField(
        label="Which ways are safe?",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("email", "E-mail"), ("sms", "Text message"), ("post", "Post")],
        help_text="Choose none if no way is safe: then a person calls them.",
    )
    instead = forms.CharField(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In a few words. They are sealed.",
        error_messages={"required": "Say why, in a few words."},
    )


class DifferenceForm(forms.Form):
    """Which of two values stays."""

    answer = forms.ChoiceField(
        label="Which value is right?",
        widget=forms.RadioSelect,
        choices=DIFFERENCE_ANSWERS,
        error_messages={"required": "Choose which value is right."},
    )

    def __init__(self, *args: Any, another: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        if another and isinstance(field, forms.ChoiceField):
            field.choices = [
                *DIFFERENCE_ANSWERS,
                (ANOTHER, "Neither: the row is of another person. Take nothing of it"),
            ]


class HeldBackForm(forms.Form):
    """Whether a row is of another person than the one who was erased, and what shows it."""

    answer = forms.ChoiceField(
        label="Whose row is it?",
        widget=forms.RadioSelect,
        choices=[
            (HeldBackState.TAKE.value, "Another person’s: take it with the next import"),
            (HeldBackState.KEEP_OUT.value, "That person’s, or we do not know: keep it out"),
        ],
        error_messages={"required": "Choose whose row it is."},
    )
    reference = reference_field(
        "Case number",
        f"What shows that it is another person. To keep it out, leave it empty. {_NUMBER}",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].required = False

    def clean(self) -> dict[str, Any]:
        """Ask for the case where somebody is taken."""
        answers: dict[str, Any] = super().clean() or {}
        taken = answers.get("answer") == HeldBackState.TAKE.value
        if taken and not answers.get("reference") and "reference" not in self.errors:
            self.add_error("reference", "Enter the case number.")
        return answers


class LetInForm(forms.Form):
    """Which erasure somebody comes back after, and on what form."""

    erasure = forms.IntegerField(
        label="Number of the erasure",
        min_value=1,
        max_value=2**63 - 1,
        help_text="The import says it beside the line: “(erasure 4)”.",
        error_messages={
            "required": "Enter the number of the erasure.",
            "invalid": "Enter a number, such as 4.",
            "min_value": "Enter a number, such as 4.",
            "max_value": "Enter a number, such as 4.",
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    reference = reference_field("Number of the form or call in which they came back")


class ReleaseForm(forms.Form):
    """On what decision a hold ends."""

    reference = reference_field("Number of the decision or letter that ends it")


class LiftForm(forms.Form):
    """How the person was informed."""

    reference = reference_field(
        "Number of the letter or call that informed them",
        f"They must be informed first (GDPR Art. 18(3)). {_NUMBER}",
    )


class UndoForm(forms.Form):
    """On what ground two records are two again."""

    reference = reference_field("Case number")


class OpenForm(forms.Form):
    """Which fields of the people of a group are needed to tell whether they are one."""

    fields_wanted = forms.MultipleChoiceField(
        label="What do you need to see?",
        widget=forms.CheckboxSelectMultiple,
        help_text="Select only what you need now.",
        error_messages={"required": "Select what you need to see."},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A ChoiceField's own.
        self.fields["fields_wanted"].choices = choices  # type: ignore[attr-defined]


class MergeForm(forms.Form):
    """For each field that differs, whose value stays; and under which case."""

    reference = reference_field("Case number")

    def __init__(
        self, *args: Any, compared: Iterable[ComparedField], labels: dict[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [pair for pair in compared if pair.likeness is FieldLikeness.DIFFERS]
        for pair in self.asked:
            label = labels.get(pair.field, pair.field)
            self.fields[f"field-{pair.field}"] = forms.ChoiceField(
                label=label,
                widget=forms.RadioSelect,
                # The newer value is proposed and not taken: which one is right, the case says and
                # not the date.
                initial=pair.newer.value,
                choices=[
                    (
                        RecordSide.KEPT.value,
                        f"From the record we keep, {_age(pair, RecordSide.KEPT)}",
                    ),
                    (
                        RecordSide.MERGED.value,
                        f"From the other record, {_age(pair, RecordSide.MERGED)}",
                    ),
                ],
                error_messages={"required": f"Choose the right value: {label}."},
            )
        self.order_fields([*(f"field-{pair.field}" for pair in self.asked), "reference"])

    def chosen(self) -> dict[str, RecordSide]:
        """Return the record that wins each field."""
        return {
            pair.field: RecordSide(self.cleaned_data[f"field-{pair.field}"]) for pair in self.asked
        }


def _age(pair: ComparedField, side: RecordSide) -> str:
    origin, other = (
        (pair.kept, pair.merged) if side is RecordSide.KEPT else (pair.merged, pair.kept)
    )
    if origin is None or origin.collected_at is None:
        return "collection date not known"
    newer = pair.newer is side and (other is None or other.collected_at != origin.collected_at)
    return f"collected {origin.collected_at:%d %B %Y}{' (newer)' if newer else ''}".replace(
        " 0", " "
    )
